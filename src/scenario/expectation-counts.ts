import type { Kind } from '../cluster/api/kinds.js';
import { fieldsOf, rootTypeOf } from '../cluster/api/schema/types.js';
import { EVENT_TABLE } from '../cluster/api/tables.js';
import { shown, suggestion } from './diagnostics.js';
import type { CountCondition, Figure } from './expectations.js';
import { kindAt } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

type ConditionName = CountCondition['of'];

/** What objects may have: the keys of their labels, and the nodes that they may be on. */
export interface CountNames {
  readonly labels: readonly string[];
  readonly nodes: readonly string[];
}

/** Reads `count(KIND, KEY=VALUE, …)`. `names`: null where not all objects could be read. */
export function countFigure(word: Word, parts: readonly Word[], names: CountNames | null): Figure {
  const [kindPart, ...rest] = parts;
  if (kindPart === undefined || kindPart.text === '') mistake(word, 'expected count(KIND, KEY=VALUE, …)');
  const kind = kindAt(kindPart, kindPart.text);
  const fields = conditionNames(kind);
  let namespace: string | null = null;
  const conditions: CountCondition[] = [];
  for (const part of rest) {
    const match = /^([^=!\s]+)\s*(!?=)=?\s*(.*)$/s.exec(part.text);
    if (match === null) mistake(part, `expected KEY=VALUE, got ${shown(part.text)}`);
    const [, key, comparison, value] = match;
    if (key === 'namespace' && comparison === '=') namespace = value!;
    else {
      const of = conditionOf({ text: key!, offset: part.offset }, kind, fields, names?.labels ?? null);
      checkConditionValue(part, kind, of, value!, names);
      conditions.push({ of, key: key!, comparison: comparison as '=' | '!=', value: value! });
    }
  }
  return { of: 'count', kind: kind.kind, namespace, conditions };
}

/** Fields that can be asked for besides labels, and where objects have them. */
const CONDITION_FIELDS: Readonly<Partial<Record<ConditionName, readonly [string, string]>>> = {
  phase: ['status', 'phase'],
  reason: ['status', 'reason'],
  message: ['status', 'message'],
  node: ['spec', 'nodeName'],
  type: ['spec', 'type'],
};
const WITH_READINESS: readonly string[] = ['Pod', 'Node'];

function conditionNames({ kind, apiVersions }: Kind): readonly string[] {
  if (kind === 'Event') return EVENT_TABLE.columns.map(({ name }) => name).filter((name) => !name.endsWith('_s'));
  const root = fieldsOf(rootTypeOf(kind, apiVersions[0]!));
  const has = ([section, field]: readonly [string, string]): boolean => {
    const type = root?.get(section)?.type;
    return type?.form === 'struct' && fieldsOf(type.name)!.has(field);
  };
  const names = Object.entries(CONDITION_FIELDS).flatMap(([name, place]) => (has(place) ? [name] : []));
  return ['name', 'namespace', ...names, ...(WITH_READINESS.includes(kind) ? ['ready', 'status'] : [])];
}

/** Values that fields can have, by kind; of other kinds and fields the values are open. Source: kubernetes v1.36.3 staging/src/k8s.io/api types. */
const CLOSED_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod phase', ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']],
  ['Namespace phase', ['Active', 'Terminating']],
  ['PersistentVolume phase', ['Pending', 'Available', 'Bound', 'Released', 'Failed']],
  ['PersistentVolumeClaim phase', ['Pending', 'Bound', 'Lost']],
  ['Service type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']],
  ['Event type', ['Normal', 'Warning']],
]);
const TRUTHS = ['true', 'false'];

/** A value that no object can ever have would let `= 0` hold for the wrong reason. The empty value asks for what has none. */
function checkConditionValue(
  part: Word,
  { kind }: Kind,
  of: ConditionName,
  value: string,
  names: CountNames | null,
): void {
  const isTruth = of === 'ready' || of === 'status';
  if (value === '' && !isTruth) return;
  const at = { text: value, offset: part.offset + part.text.lastIndexOf(value) };
  if (of === 'node') {
    if (names === null || names.nodes.includes(value)) return;
    mistake(at, `there is no node ${shown(value)}`, suggestion(value, names.nodes));
  }
  const allowed = isTruth ? TRUTHS : CLOSED_VALUES.get(`${kind} ${of}`);
  if (allowed === undefined || allowed.includes(value)) return;
  const hint = suggestion(value, allowed);
  mistake(at, `${of} is ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)!}, got ${shown(value)}`, hint);
}

/** Labels that controllers write; those of Kubernetes itself have a slash besides. */
const WRITTEN_LABELS = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'job-name',
  'controller-uid',
];

function conditionOf(
  key: Word,
  { kind }: Kind,
  fields: readonly string[],
  labels: readonly string[] | null,
): ConditionName {
  if (key.text === 'namespace' && kind !== 'Event') mistake(key, 'a namespace can only be asked for with =');
  if (fields.includes(key.text)) return kind === 'Event' ? eventColumn(key.text) : (key.text as ConditionName);
  if (kind === 'Event') {
    mistake(key, `events have no column ${shown(key.text)}`, suggestion(key.text, fields));
  }
  const isKnown = labels === null || key.text.includes('/') || [...WRITTEN_LABELS, ...labels].includes(key.text);
  if (isKnown) return 'label';
  const hint = suggestion(key.text, [...fields, ...labels]);
  mistake(key, `no ${kind} has a field or a label ${shown(key.text)} to count by`, hint);
}

/** Of events, `label` stands for any column. */
function eventColumn(name: string): ConditionName {
  return name === 'reason' || name === 'message' || name === 'type' || name === 'name' ? name : 'label';
}

/** Where labels are written: in objects, by `kubectl label`, in the operations of a JSON patch (as a part of the path too). */
const LABEL_PLACES: readonly string[] = ['labels', 'matchLabels', 'values', 'value', 'path'];

/** Every key of a label that may be written anywhere in some data: manifests, node pools, commands. */
export function labelKeys(data: unknown, keys = new Set<string>()): ReadonlySet<string> {
  if (typeof data !== 'object' || data === null) return keys;
  for (const [name, value] of Object.entries(data)) {
    if (LABEL_PLACES.includes(name) && typeof value === 'object' && value !== null) {
      for (const key of Array.isArray(value) ? value : Object.keys(value)) keys.add(String(key));
    }
    labelKeys(value, keys);
  }
  return keys;
}
