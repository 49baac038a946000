import { decodeManifest } from '../cluster/api/decode.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { jsonMerge } from '../cluster/api/patch.js';
import type { CommandLine } from './command-line.js';
import { shown } from './diagnostics.js';
import { validateObject } from './object-validation.js';
import { mistake, type Word } from './shell-words.js';

/** The object that a command writes for its user, decoded and found valid; what is wrong with it is told at `word`. */
export function generatedObject(word: Word, object: object): KubernetesObject {
  const [decoded] = decodeManifest(object);
  const issue = decoded?.issues[0];
  if (issue !== undefined) mistake(word, `${issue.path}: ${issue.message}`, issue.hint);
  if (decoded?.object === undefined) mistake(word, 'expected one object');
  const problem = validateObject(decoded.object)[0];
  if (problem !== undefined) mistake(word, `${problem.field}: ${problem.message}`, problem.hint);
  return decoded.object;
}

/** The object with `--overrides`, a JSON merge patch, put over it. */
export function overridden(object: object, line: CommandLine): object {
  const word = line.options.get('overrides');
  return word === undefined ? object : jsonMerge(object, jsonOf(word));
}

/** Reads an option that holds JSON. */
export function jsonOf(word: Word): unknown {
  try {
    return JSON.parse(word.text);
  } catch {
    mistake(word, `expected JSON, got ${shown(word.text)}`);
  }
}

/** Options such as `--env=KEY=VALUE`, in their order. */
export function pairsOf(line: CommandLine, option: string): readonly (readonly [string, string])[] {
  return (line.lists.get(option) ?? []).map((word) => {
    const equals = word.text.indexOf('=');
    if (equals < 1) mistake(word, `expected --${option}=KEY=VALUE, got ${shown(word.text)}`);
    return [word.text.slice(0, equals), word.text.slice(equals + 1)] as const;
  });
}

/** `a=b,c=d` as labels. */
export function labelPairs(word: Word): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const part of word.text.split(',')) {
    const [key, value, ...more] = part.split('=');
    if (key === '' || value === undefined || more.length > 0) mistake(word, `unexpected label spec: ${part}`);
    labels[key!] = value;
  }
  return labels;
}
