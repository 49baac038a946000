import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { isReady } from '../../cluster/api/pod-predicates.js';
import { collection, keyOf, stored } from '../../cluster/api/store.js';
import type { RecordedTable } from '../../kernel/probe.js';
import { EVENT_TABLE } from '../../cluster/api/tables.js';
import type { Comparison, CountCondition, Expectation, Figure, FigureValue } from '../../scenario/expectations.js';
import type { ExperimentWorld } from '../world.js';

/** Figures that can be read off the cluster at any moment. */
export type ObjectFigure = Extract<Figure, { readonly of: 'field' | 'count' }>;

export function isObjectExpectation(
  expectation: Expectation,
): expectation is Expectation & { readonly figure: ObjectFigure } {
  return expectation.figure.of === 'field' || expectation.figure.of === 'count';
}

/** The figure as the API server knows it now; undefined where the object or field is not there. */
export function readObjectFigure(world: ExperimentWorld, figure: ObjectFigure): FigureValue | undefined {
  if (figure.of === 'field') return readField(world, figure);
  return figure.kind === 'Event' ? countEvents(world, figure) : countObjects(world, figure);
}

export function compares(seen: FigureValue | undefined, comparison: Comparison, value: FigureValue): boolean {
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

/** A count that a status leaves out is 0, as kubectl shows it; an annotation is text even where it holds a number. */
function likeValue(seen: FigureValue | undefined, value: FigureValue): FigureValue {
  if (seen === undefined) return typeof value === 'number' ? 0 : '';
  return typeof value === 'number' && typeof seen === 'string' ? Number(seen) : seen;
}

function readField(world: ExperimentWorld, figure: Extract<Figure, { readonly of: 'field' }>): FigureValue | undefined {
  const { kind, namespace, name } = figure.object;
  let value: unknown = stored(world, kind, keyOf(namespace, name));
  for (const part of figure.path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value === undefined || (typeof value === 'object' && value !== null) ? undefined : (value as FigureValue);
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
      return (object as Pod).status.phase;
    case 'reason':
      return (object as Pod).status.reason ?? '';
    case 'node':
      return (object as Pod).spec.nodeName ?? '';
    case 'ready':
    case 'status':
      return String(isReady(object as Pod));
    case 'type':
      return (object as { readonly spec?: { readonly type?: string } }).spec?.type ?? '';
    case 'message':
      return (object as Pod).status.message ?? '';
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
