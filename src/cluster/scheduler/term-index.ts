import type { ClusterState } from './cluster.js';
import type { InterPodTerm } from './plugins/inter-pod-affinity-terms.js';
import type { PodClass } from './pod-class.js';
import { classesUnder, placesOf, shortest } from './spread-index.js';

/** What stands in a list that only grows, by its place there. */
interface Positioned {
  readonly position: number;
}

/**
 * By inter-pod terms, what may speak of a class, without looking at all of them: a cluster of 1,000 Deployments that keep their pods
 * apart has as many terms. Each stands under one pair of labels that the term asks for, in each of its namespaces.
 */
export type TermIndex<T extends Positioned> = Map<string, T[]>;

/** Terms that select namespaces by their labels, so that any class may be meant. No namespace is called so. */
const EVERYWHERE = '*';

export function fileByTerm<T extends Positioned>(
  index: TermIndex<T>,
  { selector, namespaces, namespaceSelector }: InterPodTerm,
  item: T,
): void {
  if (selector === undefined) return; // it matches nothing
  const places =
    namespaceSelector === undefined ? namespaces.map((name) => shortest(index, name, selector)) : [EVERYWHERE];
  for (const place of new Set(places)) {
    const items = index.get(place);
    if (items === undefined) index.set(place, [item]);
    else items.push(item);
  }
}

/** Items from a position on among which are all whose terms speak of the class. */
export function itemsFor<T extends Positioned>(index: TermIndex<T>, podClass: PodClass, from: number): readonly T[] {
  const found: T[] = [];
  for (const place of [EVERYWHERE, ...placesOf(podClass)]) {
    const items = index.get(place) ?? [];
    for (let last = items.length - 1; last >= 0 && items[last]!.position >= from; last--) found.push(items[last]!);
  }
  return found;
}

/** Classes among which are all that the term speaks of. */
export function classesFor(
  { spreadIndex, podClasses }: ClusterState,
  { selector, namespaces, namespaceSelector }: InterPodTerm,
): readonly PodClass[] {
  if (selector === undefined) return [];
  if (namespaceSelector !== undefined) return podClasses;
  return [...new Set(namespaces)].flatMap((name) => classesUnder(spreadIndex, name, selector));
}
