import { type Kind, KINDS, kindOfWord } from '../cluster/api/kinds.js';
import { parseSelector } from '../cluster/api/selectors.js';
import { type CommandLine, optionFlag, optionText } from './command-line.js';
import { kindsOf, type ObjectReference, type ObjectTarget } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { mistake, type Word } from './shell-words.js';

/** `deployment/web`, `deployment web`, or a kind with -l or --all: one object or one selection. */
export function oneTarget(line: CommandLine): ObjectTarget {
  const target = namedOrSelected(line);
  if (kindsOf(target).length > 1) {
    mistake(line.rest.at(-1)!, `only one ${target.by === 'name' ? 'object' : 'kind'} is expected here`);
  }
  return target;
}

/** Like `oneTarget`, with any number of kinds and names: `pod,service web` is both of that name. */
export function namedOrSelected(line: CommandLine): ObjectTarget {
  const namespace = optionText(line, 'namespace', 'default');
  const selector = line.options.get('selector');
  const all = optionFlag(line, 'all');
  const [first, ...others] = line.rest;
  if (first === undefined) mistake(line.command, 'expected an object such as deployment/web');
  if (selector !== undefined || all) {
    if (others.length > 0 || first.text.includes('/'))
      mistake(others[0] ?? first, 'either names or a selector, not both');
    const kinds = kindsAt(first).map(({ kind, namespaced }) => ({ kind, namespace: namespaced ? namespace : '' }));
    if (selector !== undefined) {
      const parsed = parseSelector(selector.text);
      if (!parsed.ok) mistake(selector, parsed.error);
    }
    return { by: 'selector', kinds, selector: selector?.text ?? '' };
  }
  const isSlashed = first.text.includes('/');
  if (!isSlashed && others.length === 0) mistake(first, `expected KIND/NAME or KIND NAME, got ${shown(first.text)}`);
  const references = isSlashed
    ? line.rest.map((word) => slashed(word, namespace))
    : kindsAt(first).flatMap((kind) => others.map((word) => reference(kind, word, word.text, namespace)));
  return { by: 'name', references };
}

/** What `all` stands for, in the server's order. Source: the kinds with the category `all` in kubernetes v1.36.3 pkg/registry. */
const ALL = [
  'Pod',
  'ReplicationController',
  'Service',
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'CronJob',
  'Job',
];

/** `deployment`, `deployment,service` or `all`. Source: cli-runtime v0.36.3 pkg/resource/builder.go: ReplaceAliases. */
function kindsAt(word: Word): readonly Kind[] {
  const words = word.text.split(',').flatMap((text) => (text === 'all' ? ALL : text));
  return [...new Set(words.map((text) => kindAt(word, text)))];
}

/** Reads `KIND/NAME`. */
export function slashed(word: Word, namespace: string): ObjectReference {
  const slash = word.text.indexOf('/');
  if (slash < 0) mistake(word, `expected KIND/NAME, got ${shown(word.text)}`);
  return reference(kindAt(word, word.text.slice(0, slash)), word, word.text.slice(slash + 1), namespace);
}

function reference(info: Kind, word: Word, name: string, namespace: string): ObjectReference {
  if (!/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) mistake(word, `${shown(name)} is no name of an object`);
  return { kind: info.kind, namespace: info.namespaced ? namespace : '', name };
}

export function unknownKind(text: string): string {
  return `unknown kind ${shown(text)}`;
}

export function kindAt(word: Word, text: string): Kind {
  const info = kindOfWord(text);
  if (info === undefined)
    mistake(
      word,
      unknownKind(text),
      suggestion(
        text,
        KINDS.map(({ kind }) => kind.toLowerCase()),
      ) || 'custom resources are stored, not simulated: neither commands nor expectations can name them',
    );
  return info;
}

/** Nodes: `general-1 node/general-2`, or `-l SELECTOR`; `--all` where the command knows it. */
export function nodeTarget(line: CommandLine): ObjectTarget {
  const node: Word = { ...line.command, text: 'node' };
  const isSelection = line.options.has('selector') || optionFlag(line, 'all');
  if (line.rest.length === 0 && !isSelection) mistake(line.command, 'expected the name of a node');
  const names = line.rest.map((word) => ({ ...word, text: word.text.replace(/^nodes?\//, '') }));
  return namedOrSelected({ ...line, rest: [node, ...names] });
}
