import type { ObjectReference } from './commands.js';
import type { Figure } from './expectations.js';
import { nearest, shown, suggestion } from './diagnostics.js';
import { type CountNames, countFigure } from './expectation-counts.js';
import { absentValue } from './expectation-fields.js';
import { parseFieldText } from './field-path.js';
import { kindAt, slashed } from './kubectl-targets.js';
import { percent } from './scope.js';
import { mistake, type Word } from './shell-words.js';

/** Names that figures may refer to. */
export interface FigureNames extends CountNames {
  readonly zones: readonly string[];
  /** Objects that roll out. */
  readonly rolling: readonly ObjectReference[];
  readonly sources: readonly string[];
  readonly services: readonly string[];
  /** False where services could not all be read: names are then taken as they are. */
  readonly isComplete: boolean;
}

const TRAFFIC = ['availability', 'lost', 'rate', 'mean'] as const;
const FUNCTIONS = [...TRAFFIC, 'p50', 'p90', 'p99', 'count', 'duration', 'recovery', 'startup', 'share', 'cost'];

/** Reads the figure at the start of an expectation: `name(arguments)`, `cost`, or `kind/name:path`. */
export function readFigure(word: Word, names: FigureNames): Figure {
  if (word.text === 'cost') return { of: 'cost' };
  const call = /^([a-z][a-z0-9.]*)\s*\((.*)\)$/s.exec(word.text);
  if (call === null) {
    const colon = word.text.indexOf(':');
    if (colon > 0 && word.text.includes('/')) return fieldFigure(word, colon);
    mistake(
      word,
      `expected a figure such as p99(shoppers) or deployment/web:status.readyReplicas, got ${shown(word.text)}`,
      suggestion(word.text, FUNCTIONS),
    );
  }
  const [, name, inner] = call;
  const argumentOffset = word.offset + word.text.indexOf('(') + 1;
  const parts = splitArguments({ text: inner!, offset: argumentOffset });
  const percentile = /^p(\d{1,2}(?:\.\d{1,4})?)$/.exec(name!);
  if (percentile !== null) return trafficFigure(word, parts, 'percentile', percent(percentile[1]!)!, names);
  const statistic = TRAFFIC.find((known) => known === name);
  if (statistic !== undefined) return trafficFigure(word, parts, statistic, 0, names);
  if (name === 'count') return countFigure(word, parts, names.isComplete ? names : null);
  if (name === 'duration') return durationFigure(word, parts, names);
  if (name === 'recovery') return recoveryFigure(word, parts, names);
  if (name === 'startup') return startupFigure(word, parts);
  if (name === 'share') return shareFigure(word, parts, names);
  if (name === 'cost' && inner!.trim() === '') return { of: 'cost' };
  mistake({ text: name!, offset: word.offset }, `unknown figure ${shown(name)}`, suggestion(name!, FUNCTIONS));
}

/** Splits at commas; a comma within quotes, or behind a backslash, belongs to the argument. */
function splitArguments(inner: Word): Word[] {
  const parts: Word[] = [];
  let quote = '';
  let text = '';
  let start = 0;
  const push = (): void => {
    const lead = text.length - text.trimStart().length;
    parts.push({ text: text.trim(), offset: inner.offset + start + lead });
    text = '';
  };
  for (let index = 0; index < inner.text.length; index++) {
    const character = inner.text[index]!;
    if (character === '\\' && index + 1 < inner.text.length) text += inner.text[++index]!;
    else if (character === quote) quote = '';
    else if (quote === '' && character === '"') quote = character;
    else if (quote === '' && character === ',') {
      push();
      start = index + 1;
    } else text += character;
  }
  push();
  return parts;
}

function only(word: Word, parts: readonly Word[], what: string): Word {
  const [part, extra] = parts;
  if (part === undefined || part.text === '') mistake(word, `expected ${what}`);
  if (extra !== undefined) mistake(extra, `unexpected ${shown(extra.text)}: expected ${what}`);
  return part;
}

function trafficFigure(
  word: Word,
  parts: readonly Word[],
  statistic: 'availability' | 'lost' | 'rate' | 'mean' | 'percentile',
  probability: number,
  names: FigureNames,
): Figure {
  if (statistic === 'percentile' && probability <= 0) mistake(word, 'percentiles lie between p1 and p99.99');
  const part = only(word, parts, 'the name of a traffic source or a service');
  const [prefix, rest] = part.text.includes(' ') ? part.text.split(/\s+/, 2) : ['', part.text];
  const side =
    prefix === 'service' || prefix === 'source' ? prefix : names.sources.includes(part.text) ? 'source' : 'service';
  const name = prefix === 'service' || prefix === 'source' ? rest! : part.text;
  const known = side === 'source' ? names.sources : names.services;
  if (names.isComplete && !known.includes(name)) {
    const all = [...names.sources, ...names.services];
    const near = nearest(name, all);
    const hint =
      near === undefined ? `traffic sources: ${names.sources.join(', ') || 'none'}` : `did you mean "${near}"?`;
    mistake(part, `no traffic source or service is named ${shown(name)}`, hint);
  }
  return { of: 'traffic', statistic, probability, side, name };
}

function fieldFigure(word: Word, colon: number): Figure {
  const [objectText, pathText] = [word.text.slice(0, colon), word.text.slice(colon + 1)];
  const parts = objectText.split('/');
  const namespace = parts.length === 3 ? parts[1]! : 'default';
  const plain = parts.length === 3 ? `${parts[0]}/${parts[2]}` : objectText;
  const object = slashed({ text: plain, offset: word.offset }, namespace);
  const pathWord = { text: pathText, offset: word.offset + colon + 1 };
  const path = parseFieldText(pathText.replace(/^\./, ''));
  if (path.length === 0 || path.some((step) => step === '')) {
    mistake(pathWord, 'expected the path of a field, for example status.readyReplicas');
  }
  return { of: 'field', object, path, absent: absentValue(pathWord, kindAt(word, parts[0]!), path) };
}

const DURATIONS =
  'duration(rollout deployment/NAME), also of a statefulset or daemonset, or duration(job/NAME); with a namespace: duration(rollout NAMESPACE deployment/NAME), duration(job/NAMESPACE/NAME)';

function durationFigure(word: Word, parts: readonly Word[], names: FigureNames): Figure {
  const [part] = parts;
  const job = /^jobs?(?:\.batch)?\/(?:([^/\s]+)\/)?([^/\s]+)$/.exec(part?.text ?? '');
  const match = /^rollout\s+(?:(\S+)\s+)?(\S+\/\S+)$/.exec(part?.text ?? '');
  if (part === undefined || parts.length > 1 || (job === null && match === null)) {
    mistake(word, `expected ${DURATIONS}, got ${shown(word.text)}`);
  }
  if (job !== null) {
    const plain = { text: `job/${job[2]!}`, offset: part.offset };
    return { of: 'job-duration', object: slashed(plain, job[1] ?? 'default') };
  }
  const object = slashed({ text: match![2]!, offset: part.offset }, match![1] ?? 'default');
  if (!ROLLING.includes(object.kind)) mistake(part, `expected ${DURATIONS}, got ${shown(part.text)}`);
  const { kind, namespace, name } = object;
  const known = names.rolling.filter((one) => one.kind === kind && one.namespace === namespace).map((one) => one.name);
  if (names.isComplete && !known.includes(name)) {
    mistake(part, `there is no ${kind} ${shown(name)} in namespace ${namespace}`, suggestion(name, known));
  }
  return { of: 'rollout-duration', object };
}

export const ROLLING: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

function recoveryFigure(word: Word, parts: readonly Word[], names: FigureNames): Figure {
  const part = only(word, parts, 'node NAME or zone NAME');
  const match = /^(node|zone)\s+(\S+)$/.exec(part.text);
  if (match === null) mistake(part, `expected recovery(node NAME) or recovery(zone NAME), got ${shown(part.text)}`);
  const [, subject, name] = match;
  const known = subject === 'node' ? names.nodes : names.zones;
  if (names.isComplete && !known.includes(name!)) {
    mistake(part, `there is no ${subject} ${shown(name)}`, suggestion(name!, known));
  }
  return { of: 'recovery', subject: subject as 'node' | 'zone', name: name! };
}

function startupFigure(word: Word, parts: readonly Word[]): Figure {
  const [what, workload] = parts;
  const percentile = /^p(\d{1,2}(?:\.\d{1,4})?)$/.exec(what?.text ?? '');
  const name = workload?.text ?? null;
  if (percentile !== null) {
    return { of: 'startup', statistic: 'percentile', probability: percent(percentile[1]!)!, workload: name };
  }
  if (what?.text === 'mean') return { of: 'startup', statistic: 'mean', probability: 0, workload: name };
  if (what?.text === 'max') return { of: 'startup', statistic: 'maximum', probability: 0, workload: name };
  mistake(what ?? word, 'expected startup(p50), startup(p99, WORKLOAD), startup(mean) or startup(max)');
}

function shareFigure(word: Word, parts: readonly Word[], names: FigureNames): Figure {
  const [service, what] = parts;
  if (service === undefined || what === undefined) mistake(word, 'expected share(SERVICE, max), min or cv');
  if (names.isComplete && !names.services.includes(service.text)) {
    mistake(service, `no service is named ${shown(service.text)}`, suggestion(service.text, names.services));
  }
  const statistic = (['max', 'min', 'cv'] as const).find((known) => known === what.text);
  if (statistic === undefined) mistake(what, `expected max, min or cv, got ${shown(what.text)}`);
  return { of: 'share', service: service.text, statistic };
}
