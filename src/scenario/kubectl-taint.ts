import { labelKeyFaults, labelValueFaults } from '../cluster/api/names.js';
import type { Taint } from '../cluster/api/objects/node.js';
import { type CommandLine, optionFlag } from './command-line.js';
import type { KubectlCommand } from './commands.js';
import { shown } from './diagnostics.js';
import { nodeTarget } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** `taint nodes NAME... KEY=VALUE:EFFECT KEY:EFFECT KEY- KEY:EFFECT-`. Source: kubectl v0.36.3 pkg/cmd/taint/utils.go: parseTaints. */
export function readTaint(line: CommandLine): KubectlCommand {
  const [kind, ...words] = line.rest;
  if (kind === undefined || !/^no(?:des?)?$/.test(kind.text))
    mistake(kind ?? line.command, 'expected taint nodes NAME ...');
  const isTaint = ({ text }: Word): boolean => /[=:]|-$/.test(text);
  const target = nodeTarget({ ...line, rest: words.filter((word) => !isTaint(word)) });
  const taints = words.filter(isTaint);
  if (taints.length === 0) mistake(line.command, 'taint needs KEY=VALUE:EFFECT, or KEY- to remove one');
  return {
    do: 'taint',
    target,
    add: taints.filter(({ text }) => !text.endsWith('-')).map(addedTaint),
    remove: taints.filter(({ text }) => text.endsWith('-')).map(removedTaint),
    overwrite: optionFlag(line, 'overwrite'),
  };
}

function addedTaint(word: Word): Taint {
  const [pair = '', effect, ...more] = word.text.split(':');
  const [key = '', value = '', ...extra] = pair.split('=');
  if (effect === undefined || more.length + extra.length > 0) {
    mistake(word, `expected KEY=VALUE:EFFECT, got ${shown(word.text)}`);
  }
  const fault = labelKeyFaults(key)[0] ?? labelValueFaults(value)[0];
  if (fault !== undefined) mistake(word, `${shown(word.text)}: ${fault}`);
  return { key, ...(value === '' ? {} : { value }), effect: effectAt(word, effect) };
}

function removedTaint(word: Word): { readonly key: string; readonly effect?: Taint['effect'] } {
  const [pair = '', effect] = word.text.slice(0, -1).split(':');
  const key = pair.split('=')[0]!;
  return { key, ...(effect === undefined ? {} : { effect: effectAt(word, effect) }) };
}

function effectAt(word: Word, text: string): Taint['effect'] {
  const effect = EFFECTS.find((known) => known === text);
  if (effect === undefined) mistake(word, `unknown effect ${shown(text)}`, `effects: ${EFFECTS.join(', ')}`);
  return effect;
}
