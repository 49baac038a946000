import type { Job } from '../../cluster/api/objects/batch.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { isReady } from '../../cluster/api/pod-predicates.js';
import { collection, keyOf, stored } from '../../cluster/api/store.js';
import type { RecordedTable } from '../../kernel/probe.js';
import { EVENT_TABLE } from '../../cluster/api/tables.js';
import { elementAsked } from '../../scenario/expectation-fields.js';
import type { Comparison, CountCondition, Expectation, Figure, FigureValue } from '../../scenario/expectations.js';
import type { ExperimentWorld } from '../world.js';

/** Figures that can be read off the cluster at any moment. */
export type ObjectFigure = Extract<Figure, { readonly of: 'field' | 'count' | 'job-duration' }>;

export function isObjectExpectation(
  expectation: Expectation,
): expectation is Expectation & { readonly figure: ObjectFigure } {
  const { of } = expectation.figure;
  return of === 'field' || of === 'count' || of === 'job-duration';
}

/** The figure as the API server knows it now; undefined where the object or the element of a list is not there. */
export function readObjectFigure(world: ExperimentWorld, figure: ObjectFigure): FigureValue | undefined {
  if (figure.of === 'field') return readField(world, figure);
  if (figure.of === 'job-duration') return readJobDuration(world, figure);
  return figure.kind === 'Event' ? countEvents(world, figure) : countObjects(world, figure);
}

/** What is not there compares with nothing. */
export function compares(seen: FigureValue | undefined, comparison: Comparison, value: FigureValue): boolean {
  if (seen === undefined) return false;
  const left = likeValue(seen, value);
  switch (comparison) {
    case '=':
      return left === value;
    case '!=':
      return left !== value;
    case '<':
      return left < value;
    case '<=':
      return left <= value;
    case '>':
      return left > value;
    case '>=':
      return left >= value;
  }
}

/** An annotation is text even where it holds a number or a truth, and so is `True` of a condition; the empty text is none. */
function likeValue(seen: FigureValue, value: FigureValue): FigureValue {
  if (typeof seen !== 'string') return seen;
  if (typeof value === 'boolean') return /^(true|false)$/i.test(seen) ? seen.toLowerCase() === 'true' : seen;
  if (typeof value !== 'number') return seen;
  return seen === '' ? Number.NaN : Number(seen);
}

function readField(world: ExperimentWorld, figure: Extract<Figure, { readonly of: 'field' }>): FigureValue | undefined {
  let value: unknown = stored(world, figure.object.kind, keyOf(figure.object.namespace, figure.object.name));
  if (value === undefined) return undefined;
  for (const part of figure.path) {
    if (value === null || typeof value !== 'object') return figure.absent;
    const inside: unknown = Array.isArray(value) ? elementOf(value, part) : (value as Record<string, unknown>)[part];
    if (inside === undefined && Array.isArray(value)) return undefined;
    value = inside;
  }
  return value === undefined || typeof value === 'object' ? figure.absent : (value as FigureValue);
}

function elementOf(list: readonly unknown[], step: string | number): unknown {
  const asked = elementAsked(step);
  if (asked === undefined) return list[Number(step)];
  return list.find((element) => String((element as Record<string, unknown>)[asked.field]) === asked.value);
}

function readJobDuration(
  world: ExperimentWorld,
  { object: { namespace, name } }: Extract<Figure, { readonly of: 'job-duration' }>,
): FigureValue | undefined {
  const job = stored<Job>(world, 'Job', keyOf(namespace, name));
  const done = job?.status.completionTime;
  return done === undefined ? undefined : done - job!.metadata.creationTimestamp;
}

type CountFigure = Extract<Figure, { readonly of: 'count' }>;

function countObjects(world: ExperimentWorld, { kind, namespace, conditions }: CountFigure): number {
  let count = 0;
  for (const object of collection(world, kind).values()) {
    if (namespace !== null && object.metadata.namespace !== namespace) continue;
    if (conditions.every((condition) => holdsFor(object, condition))) count += 1;
  }
  return count;
}

function holdsFor(object: KubernetesObject, condition: CountCondition): boolean {
  return (textOf(object, condition) === condition.value) === (condition.comparison === '=');
}

function textOf(object: KubernetesObject, condition: CountCondition): string {
  const { metadata } = object;
  switch (condition.of) {
    case 'label':
      return metadata.labels?.[condition.key] ?? '';
    case 'name':
      return metadata.name;
    case 'phase':
      return (object as Partial<Pod>).status?.phase ?? '';
    case 'reason':
      return (object as Partial<Pod>).status?.reason ?? '';
    case 'node':
      return (object as Pod).spec.nodeName ?? '';
    case 'ready':
    case 'status':
      return String(isReady(object as Pod));
    case 'type':
      return (object as { readonly spec?: { readonly type?: string } }).spec?.type ?? '';
    case 'message':
      return (object as Partial<Pod>).status?.message ?? '';
  }
}

function countEvents(world: ExperimentWorld, { namespace, conditions }: CountFigure): number {
  const table = world.kernel.probe.tables.get(EVENT_TABLE.name)!;
  const inNamespace = namespace === null ? undefined : cells(table, 'namespace');
  const columns = conditions.map((condition) => ({ condition, cells: cells(table, columnOf(condition)) }));
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    if (inNamespace !== undefined && inNamespace[row] !== namespace) continue;
    const all = columns.every(
      ({ condition, cells: column }) => (column[row] === condition.value) === (condition.comparison === '='),
    );
    if (all) count += 1;
  }
  return count;
}

/** `count(events, ...)` knows the columns of the events table. */
function columnOf(condition: CountCondition): string {
  return condition.of === 'label' ? condition.key : condition.of;
}

function cells(table: RecordedTable, name: string): readonly unknown[] {
  const index = table.definition.columns.findIndex((column) => column.name === name);
  return index < 0 ? [] : table.columns[index]!;
}
