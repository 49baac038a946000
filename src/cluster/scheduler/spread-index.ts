import type { LabelSelector } from '../api/objects/meta.js';
import type { Pod } from '../api/objects/pod.js';
import { matchesSelector, placeOfLabel } from '../api/selectors.js';
import type { PodClass } from './pod-class.js';
import type { SpreadCounter } from './spread-counts.js';

/**
 * Which counters may count a class, and which classes a counter may count, without looking at all of them: a cluster of
 * 1,000 Deployments has as many selectors, and more classes.
 */
export interface SpreadIndex {
  /** Each counter under one pair of labels that its selector asks for; under its namespace if it asks for none. */
  readonly counters: Map<string, SpreadCounter[]>;
  /** Each class under all pairs of its labels, and under its namespace. */
  readonly classes: Map<string, PodClass[]>;
}

export function createSpreadIndex(): SpreadIndex {
  return { counters: new Map(), classes: new Map() };
}

export function fileCounter({ counters }: SpreadIndex, counter: SpreadCounter, selector: LabelSelector): void {
  add(counters, shortest(counters, counter.namespace, selector), counter);
}

export function fileClass({ classes }: SpreadIndex, podClass: PodClass): void {
  for (const place of placesOf(podClass)) add(classes, place, podClass);
}

/** Where what speaks of a class may stand. */
export function placesOf({ namespace, labels }: PodClass): string[] {
  const places = [namespace];
  for (const key in labels) places.push(placeOfLabel(namespace, key, labels[key]!));
  return places;
}

/** The counters that count pods with these labels. */
export function countersOf({ counters }: SpreadIndex, { metadata }: Pod): SpreadCounter[] {
  const { namespace, labels } = metadata;
  const found: SpreadCounter[] = [];
  const look = (place: string): void => {
    for (const counter of counters.get(place) ?? []) if (matchesSelector(counter.selector, labels)) found.push(counter);
  };
  look(namespace);
  for (const key in labels) look(placeOfLabel(namespace, key, labels[key]!));
  return found;
}

/** Classes among which are all that the selector matches. */
export function classesUnder(
  { classes }: SpreadIndex,
  namespace: string,
  selector: LabelSelector,
): readonly PodClass[] {
  return classes.get(shortest(classes, namespace, selector)) ?? [];
}

/** Of the places where something with this selector may stand, the one with the fewest. */
export function shortest(
  index: ReadonlyMap<string, readonly unknown[]>,
  namespace: string,
  { matchLabels, matchExpressions = [] }: LabelSelector,
): string {
  let best = namespace;
  let fewest = Number.POSITIVE_INFINITY;
  const look = (key: string, value: string): void => {
    const place = placeOfLabel(namespace, key, value);
    const length = index.get(place)?.length ?? 0;
    if (length >= fewest) return;
    best = place;
    fewest = length;
  };
  for (const key in matchLabels) look(key, matchLabels[key]!);
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === 'In' && values.length === 1) look(key, values[0]!);
  }
  return best;
}

function add<T>(index: Map<string, T[]>, place: string, item: T): void {
  const items = index.get(place);
  if (items === undefined) index.set(place, [item]);
  else items.push(item);
}
