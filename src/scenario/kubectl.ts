import { labelKeyFaults, labelValueFaults } from '../cluster/api/names.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { parseSelector } from '../cluster/api/selectors.js';
import { parseDuration } from '../kernel/duration.js';
import {
  type CommandLine,
  type OptionTable,
  optionChoice,
  optionCount,
  optionFlag,
  sortWords,
  wholeNumber,
} from './command-line.js';
import { type JsonOperation, type KubectlCommand, kindsOf } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { jsonOf } from './generated-object.js';
import { CREATE_OPTIONS, readCreate } from './kubectl-create.js';
import { AUTOSCALE_OPTIONS, EXPOSE_OPTIONS, readAutoscale, readExpose } from './kubectl-expose.js';
import { readRun, RUN_OPTIONS } from './kubectl-run.js';
import { SET_ENV_OPTIONS, SET_RESOURCES_OPTIONS, setEnv, setImage, setResources, setSelector } from './kubectl-set.js';
import { readTaint } from './kubectl-taint.js';
import { namedOrSelected, nodeTarget, oneTarget } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

/** Finds the objects of a file named in a command; a text says why there are none. */
export type LoadObjects = (reference: string) => readonly KubernetesObject[] | string;

interface Verb {
  readonly options: OptionTable;
  /** Takes the command of a container behind `--`. */
  readonly hasInside?: boolean;
  readonly read: (line: CommandLine, load: LoadObjects) => KubectlCommand;
}

const SELECTOR = { selector: 'value' } as const;
const TARGET = { ...SELECTOR, all: 'flag' } as const;
/** Every command takes a namespace, even where it means nothing (nodes). */
const GLOBAL = { namespace: 'value' } as const;
/** Accepted because people type them; they change nothing here. */
const HARMLESS = { wait: 'value', output: 'value', timeout: 'value' } as const;

/** Source: kubectl v0.36.3 pkg/polymorphichelpers/objectrestarter.go. */
const RESTARTABLE: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

function rolloutRestart(line: CommandLine): KubectlCommand {
  const target = namedOrSelected(line);
  const wrong = kindsOf(target).find((kind) => !RESTARTABLE.includes(kind));
  if (wrong !== undefined) {
    mistake(line.rest[0]!, `a ${wrong} cannot be restarted`, `only these can: ${RESTARTABLE.join(', ')}`);
  }
  return { do: 'rollout-restart', target };
}

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['set image', { options: TARGET, read: setImage }],
  ['set resources', { options: { ...TARGET, ...SET_RESOURCES_OPTIONS }, read: setResources }],
  ['set env', { options: { ...TARGET, ...SET_ENV_OPTIONS }, read: setEnv }],
  ['set selector', { options: TARGET, read: setSelector }],
  [
    'scale',
    {
      options: { ...TARGET, replicas: 'value', 'current-replicas': 'value', timeout: 'value', output: 'value' },
      read: scale,
    },
  ],
  ['rollout undo', { options: { ...TARGET, 'to-revision': 'value' }, read: rolloutUndo }],
  ['rollout pause', { options: TARGET, read: (line) => ({ do: 'rollout-pause', target: namedOrSelected(line) }) }],
  ['rollout resume', { options: TARGET, read: (line) => ({ do: 'rollout-resume', target: namedOrSelected(line) }) }],
  ['rollout restart', { options: TARGET, read: rolloutRestart }],
  [
    'delete',
    {
      options: {
        ...TARGET,
        ...HARMLESS,
        'grace-period': 'value',
        force: 'flag',
        'ignore-not-found': 'flag',
        now: 'flag',
        cascade: 'value',
        filename: 'value',
      },
      read: remove,
    },
  ],
  ['apply', { options: { filename: 'value', 'server-side': 'flag' }, read: apply }],
  ['replace', { options: { filename: 'value' }, read: replace }],
  ['run', { options: RUN_OPTIONS, hasInside: true, read: readRun }],
  [
    'create',
    { options: CREATE_OPTIONS, hasInside: true, read: (line, load) => readCreate(line, (file) => loaded(file, load)) },
  ],
  ['expose', { options: EXPOSE_OPTIONS, read: readExpose }],
  ['autoscale', { options: AUTOSCALE_OPTIONS, read: readAutoscale }],
  ['cordon', { options: SELECTOR, read: (line) => ({ do: 'cordon', target: nodeTarget(line) }) }],
  ['taint', { options: { ...TARGET, overwrite: 'flag' }, read: readTaint }],
  ['uncordon', { options: SELECTOR, read: (line) => ({ do: 'uncordon', target: nodeTarget(line) }) }],
  [
    'drain',
    {
      options: {
        ...SELECTOR,
        'ignore-daemonsets': 'flag',
        'delete-emptydir-data': 'flag',
        'disable-eviction': 'flag',
        'pod-selector': 'value',
        force: 'flag',
        'grace-period': 'value',
        timeout: 'value',
      },
      read: drain,
    },
  ],
  ['label', { options: { ...TARGET, overwrite: 'flag' }, read: (line) => setPairs('label', line) }],
  ['annotate', { options: { ...TARGET, overwrite: 'flag' }, read: (line) => setPairs('annotate', line) }],
  ['patch', { options: { patch: 'value', type: 'value' }, read: patch }],
]);

/** Commands that only look. */
const ONLY_LOOKING = [
  'get',
  'describe',
  'logs',
  'top',
  'wait',
  'events',
  'rollout status',
  'rollout history',
  'diff',
  'explain',
  'version',
  'cluster-info',
  'api-resources',
];

/** Reads the words after `kubectl`. */
export function readKubectl(kubectl: Word, given: readonly Word[], load: LoadObjects): KubectlCommand {
  const words = verbFirst(given);
  const [first, second] = words;
  if (first === undefined) mistake(kubectl, 'kubectl needs a command', `known: ${[...VERBS.keys()].join(', ')}`);
  const two = second === undefined ? first.text : `${first.text} ${second.text}`;
  const name = VERBS.has(two) ? two : first.text;
  const verb = VERBS.get(name);
  if (verb !== undefined) {
    const count = name.split(' ').length;
    const line = sortWords(words[count - 1]!, words.slice(count), { ...GLOBAL, ...verb.options });
    if (line.inside.length > 0 && verb.hasInside !== true) mistake(line.inside[0]!, `kubectl ${name} runs no command`);
    return verb.read(line, load);
  }
  if (first.text === 'edit') {
    const hint = "write the change itself: kubectl patch KIND/NAME -p '{...}'";
    mistake(first, 'kubectl edit opens an editor, and nobody sits before it', hint);
  }
  if (ONLY_LOOKING.includes(first.text) || ONLY_LOOKING.includes(two)) {
    mistake(
      first,
      `kubectl ${first.text} only looks: it changes nothing in a timeline`,
      'use expect: to check something',
    );
  }
  const isHalf = [...VERBS.keys()].some((known) => known.startsWith(`${first.text} `));
  const written = isHalf ? two : first.text;
  mistake(
    isHalf ? (second ?? first) : first,
    `unknown kubectl command ${shown(written)}`,
    suggestion(written, [...VERBS.keys()]),
  );
}

/** Options may stand before the command, `-n shop delete pod web`: they are read behind its words. */
function verbFirst(words: readonly Word[]): readonly Word[] {
  let verb = 0;
  while (words[verb]?.text.startsWith('-') === true) verb += /^(-n|--namespace)$/.test(words[verb]!.text) ? 2 : 1;
  return [...words.slice(verb, verb + 2), ...words.slice(0, verb), ...words.slice(verb + 2)];
}

function scale(line: CommandLine): KubectlCommand {
  const replicas = line.options.get('replicas');
  if (replicas === undefined) mistake(line.command, 'scale needs --replicas=COUNT');
  return {
    do: 'scale',
    target: namedOrSelected(line),
    replicas: wholeNumber(replicas, '--replicas', 0),
    currentReplicas: optionCount(line, 'current-replicas', null),
  };
}

function rolloutUndo(line: CommandLine): KubectlCommand {
  return { do: 'rollout-undo', target: namedOrSelected(line), toRevision: optionCount(line, 'to-revision', 0) };
}

function remove(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  const target =
    file === undefined
      ? namedOrSelected(line)
      : {
          by: 'name' as const,
          references: loaded(file, load).map(({ kind, metadata: { namespace, name } }) => ({ kind, namespace, name })),
        };
  const force = optionFlag(line, 'force');
  const gracePeriodSeconds = optionCount(line, 'grace-period', optionFlag(line, 'now') ? 1 : null, -1);
  return {
    do: 'delete',
    target,
    gracePeriodSeconds:
      gracePeriodSeconds === -1 ? null : force && gracePeriodSeconds === null ? 0 : gracePeriodSeconds,
    force,
    // Who selects does not mind what has gone meanwhile. Source: kubectl v0.36.3 pkg/cmd/delete/delete.go: Complete.
    ignoreNotFound: optionFlag(line, 'ignore-not-found', target.by === 'selector'),
    propagation: optionChoice(line, 'cascade', ['background', 'foreground', 'orphan'], 'background'),
  };
}

function loaded(file: Word, load: LoadObjects): readonly KubernetesObject[] {
  const objects = load(file.text);
  if (typeof objects === 'string') mistake(file, objects);
  return objects;
}

function apply(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  if (file === undefined) mistake(line.command, 'apply needs -f FILE');
  return { do: 'apply', objects: loaded(file, load) };
}

function replace(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  if (file === undefined) mistake(line.command, 'replace needs -f FILE');
  return { do: 'replace', objects: loaded(file, load) };
}

function drain(line: CommandLine): KubectlCommand {
  const timeout = line.options.get('timeout');
  const timeoutUs = timeout === undefined ? null : parseDuration(timeout.text);
  if (timeoutUs === undefined) mistake(timeout!, `expected a duration, got ${shown(timeout!.text)}`);
  const gracePeriodSeconds = optionCount(line, 'grace-period', null, -1);
  const selector = line.options.get('pod-selector');
  const parsed = parseSelector(selector?.text ?? '');
  if (!parsed.ok) mistake(selector!, parsed.error);
  return {
    do: 'drain',
    target: nodeTarget(line),
    ignoreDaemonSets: optionFlag(line, 'ignore-daemonsets'),
    deleteEmptyDirData: optionFlag(line, 'delete-emptydir-data'),
    force: optionFlag(line, 'force'),
    disableEviction: optionFlag(line, 'disable-eviction'),
    podSelector: selector?.text ?? '',
    gracePeriodSeconds: gracePeriodSeconds === -1 ? null : gracePeriodSeconds,
    timeoutUs: timeoutUs === 0 ? null : timeoutUs,
  };
}

function setPairs(verb: 'label' | 'annotate', line: CommandLine): KubectlCommand {
  const isPair = ({ text }: Word): boolean => text.includes('=') || (text.endsWith('-') && text.length > 1);
  const values: Record<string, string | null> = {};
  for (const word of line.rest.filter(isPair)) {
    const equals = word.text.indexOf('=');
    const key = equals < 0 ? word.text.slice(0, -1) : word.text.slice(0, equals);
    const value = equals < 0 ? null : word.text.slice(equals + 1);
    const wrong =
      labelKeyFaults(key)[0] ?? (verb === 'label' && value !== null ? labelValueFaults(value)[0] : undefined);
    if (wrong !== undefined) mistake(word, `${shown(word.text)}: ${wrong}`);
    if (key in values && (values[key] === null) !== (value === null)) {
      mistake(
        word,
        `can not both modify and remove ${verb === 'label' ? 'a label' : 'an annotation'} in the same command`,
      );
    }
    values[key] = value;
  }
  if (Object.keys(values).length === 0) mistake(line.command, `${verb} needs KEY=VALUE or KEY- to remove it`);
  const target = namedOrSelected({ ...line, rest: line.rest.filter((word) => !isPair(word)) });
  return { do: verb, target, values, overwrite: optionFlag(line, 'overwrite') };
}

function patch(line: CommandLine): KubectlCommand {
  const word = line.options.get('patch');
  if (word === undefined) mistake(line.command, "patch needs -p '{...}'");
  const value = jsonOf(word);
  const type = optionChoice(line, 'type', ['strategic', 'merge', 'json'], 'strategic');
  if (type === 'json') return { do: 'patch-json', target: oneTarget(line), operations: jsonOperations(word, value) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    mistake(
      word,
      'the patch must be a JSON object',
      Array.isArray(value) ? 'a list of operations needs --type=json' : '',
    );
  }
  return { do: 'patch', target: oneTarget(line), type, patch: value as { [field: string]: unknown } };
}

const JSON_OPERATIONS = ['add', 'replace', 'remove', 'test'] as const;

/** RFC 6902, without `move` and `copy`. */
function jsonOperations(word: Word, value: unknown): readonly JsonOperation[] {
  if (!Array.isArray(value)) mistake(word, 'a JSON patch is a list of operations');
  return value.map((item: unknown) => {
    const { op, path, value: operand } = (item ?? {}) as { readonly [field: string]: unknown };
    const operation = JSON_OPERATIONS.find((known) => known === op);
    if (operation === undefined)
      mistake(word, `unknown operation ${shown(op)}`, suggestion(String(op), JSON_OPERATIONS));
    if (typeof path !== 'string' || !path.startsWith('/'))
      mistake(word, `expected a path such as "/spec/replicas", got ${shown(path)}`);
    return { op: operation, path: path.slice(1).split('/').map(unescaped), value: operand };
  });
}

/** Source: RFC 6901. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
