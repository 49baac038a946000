import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { Micros } from '../kernel/time.js';
import type { Command } from './commands.js';
import { tellCustom } from './custom-kinds.js';
import { shown, suggestion } from './diagnostics.js';
import { FAULT_VERBS, readFault } from './faults.js';
import type { FieldPath } from './field-path.js';
import { type LoadObjects, readKubectl } from './kubectl.js';
import { MAXIMUM_TIMELINE_ENTRIES } from './limits.js';
import { checkPatch } from './patches.js';
import type { ScenarioInput } from './schema.js';
import { fail, failAtKey, positionOf, readDuration, type Scope } from './scope.js';
import { mistake, type Read, reading, splitWords } from './shell-words.js';
import { isNodeName } from './traffic.js';
import type { ClusterSpec, TimelineEntry } from './types.js';

/** What reading the timeline needs beside its text. */
export interface TimelineContext {
  readonly durationUs: Micros;
  readonly cluster: ClusterSpec | undefined;
  /** Words for the custom kinds of the manifests. */
  readonly customKinds: readonly string[];
  readonly loadObjects: LoadObjects;
  /** Decodes objects written in place under `path`; reports what is wrong with them. */
  readonly objectsAt: (path: FieldPath, value: object) => readonly KubernetesObject[];
}

/** Reads one command of the timeline as an operator would type it. */
export function parseCommand(text: string, loadObjects: LoadObjects): Read<Command> {
  return reading(() => {
    const [verb, ...words] = splitWords(text);
    if (verb === undefined) mistake({ text, offset: 0 }, 'expected a command');
    if (verb.text === 'kubectl' || verb.text === 'k') return readKubectl(verb, words, loadObjects);
    if (FAULT_VERBS.some((known) => known === verb.text)) return readFault(verb, words);
    const hint = suggestion(verb.text, ['kubectl', ...FAULT_VERBS]);
    mistake(verb, `unknown command ${shown(verb.text)}`, hint);
  });
}

/** The timeline, sorted by time; entries of one time stay in the order of the file. */
export function readTimeline(
  scope: Scope,
  input: ScenarioInput['timeline'],
  context: TimelineContext,
): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  for (const [index, item] of input.entries()) {
    for (const [at, what] of Object.entries(item)) {
      const path = ['timeline', index, at];
      const atUs = readTime(scope, path, at, context.durationUs);
      const texts = Array.isArray(what) ? what : [what];
      for (const [part, value] of texts.entries()) {
        const place = Array.isArray(what) ? [...path, part] : path;
        if (entries.length >= MAXIMUM_TIMELINE_ENTRIES) {
          fail(scope, place, 'limit', `more timeline entries than the limit of ${MAXIMUM_TIMELINE_ENTRIES}`);
          return entries;
        }
        const read =
          typeof value === 'string'
            ? readText(scope, place, value, context)
            : readInPlace(scope, place, value, context);
        if (read === undefined || atUs === undefined) continue;
        checkMachines(scope, place, read.command, context.cluster);
        checkPatch(scope, place, read.text, read.command);
        entries.push({ atUs, ...read, position: { ...positionOf(scope, place), path: place } });
      }
    }
  }
  return entries
    .map((entry, index) => ({ entry, index }))
    .toSorted((a, b) => a.entry.atUs - b.entry.atUs || a.index - b.index)
    .map(({ entry }) => entry);
}

function readTime(scope: Scope, path: FieldPath, text: string, durationUs: Micros): Micros | undefined {
  const before = scope.report.diagnostics.length;
  const atUs = readDuration(scope, path, text.replace(/^at\s+/, ''));
  if (atUs === undefined) {
    // The time is a key: the report belongs there.
    scope.report.diagnostics.length = before;
    const hint = text.includes('${') ? 'parameters are put into values, not into names such as this one' : '';
    return failAtKey(scope, path, 'invalid-duration', `expected a time such as "5m", got ${shown(text)}`, hint);
  }
  if (durationUs > 0 && atUs > durationUs) {
    return failAtKey(scope, path, 'semantic', `${text} is after the end of the run: this would never happen`);
  }
  return atUs;
}

function readText(
  scope: Scope,
  path: FieldPath,
  text: string,
  context: TimelineContext,
): { readonly text: string; readonly command: Command } | undefined {
  const read = parseCommand(text, context.loadObjects);
  if (read.value !== undefined) return { text, command: read.value };
  const fault = tellCustom(read.fault, context.customKinds);
  const code = fault.message.startsWith('unknown') ? 'unknown-command' : 'invalid-command';
  return fail(scope, path, code, fault.message, fault.hint, fault.offset, fault.length);
}

const IN_PLACE = ['kubectl apply', 'kubectl create'] as const;

/** `kubectl apply: {object or list of objects}`. */
function readInPlace(
  scope: Scope,
  path: FieldPath,
  value: object,
  context: TimelineContext,
): { readonly text: string; readonly command: Command } | undefined {
  const [[key, body] = ['', null], ...others] = Object.entries(value);
  const verb = IN_PLACE.find((known) => known === key);
  if (verb === undefined || others.length > 0) {
    const hint = suggestion(key, IN_PLACE);
    return fail(scope, path, 'unknown-command', 'expected a command as text, or "kubectl apply:" with an object', hint);
  }
  if (typeof body !== 'object' || body === null) {
    return fail(scope, [...path, key], 'type', `expected an object or a list of objects, got ${shown(body)}`);
  }
  const objects = context.objectsAt([...path, key], body);
  if (objects.length === 0) return undefined;
  const names = objects.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  return {
    text: `${verb} ${names.join(' ')}`,
    command: verb === 'kubectl apply' ? { do: 'apply', objects } : { do: 'create', objects, failure: '' },
  };
}

/** Machines must be there: nothing else makes them in a run. */
function checkMachines(scope: Scope, path: FieldPath, command: Command, cluster: ClusterSpec | undefined): void {
  if (cluster === undefined) return;
  const nodes =
    'node' in command
      ? [command.node]
      : 'target' in command && command.target.by === 'name'
        ? command.target.references.filter(({ kind }) => kind === 'Node').map(({ name }) => name)
        : [];
  for (const node of nodes) {
    if (isNodeName(cluster, node)) continue;
    const known = cluster.pools.map(({ pool, count }) => (count > 1 ? `${pool}-1…${pool}-${count}` : `${pool}-1`));
    fail(scope, path, 'reference', `there is no node ${shown(node)}`, `nodes: ${known.join(', ')}`);
  }
  if (!('zone' in command)) return;
  const zones = [...new Set(cluster.pools.flatMap((pool) => pool.zones))];
  if (!zones.includes(command.zone)) {
    fail(scope, path, 'reference', `there is no zone ${shown(command.zone)}`, suggestion(command.zone, zones));
  }
}
