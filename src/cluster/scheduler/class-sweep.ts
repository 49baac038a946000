import { recountAffinity } from './affinity-counts.js';
import type { ClusterState } from './cluster.js';
import type { PodClass } from './pod-class.js';
import type { QueuedPod } from './queued-pod.js';
import { leaveSums, type SpreadCounter } from './spread-counts.js';

/** So few classes are no burden, whether their pods are still there or not. */
const FEW_CLASSES = 512;

/**
 * Have the classes become twice as many as the last sweep left? Each Job makes a class, as its pods have a label of their own, so that a
 * CronJob of every minute leaves more than a thousand a day.
 */
export function isSweepDue({ podClasses, classesLeft }: ClusterState): boolean {
  return podClasses.length >= 2 * Math.max(FEW_CLASSES, classesLeft);
}

/**
 * Forgets the classes without a placed pod, a nomination or a failed pod in the queue (`queued`), and all that only
 * they ask for. What is forgotten is worked out anew if such a pod comes after all, so nothing depends on when this happens; but
 * nobody else may hold a class meanwhile.
 */
export function sweepClasses(cluster: ClusterState, queued: Iterable<Pick<QueuedPod, 'podClass'>>): void {
  const held = new Set<PodClass>();
  for (const { podClass } of queued) if (podClass !== undefined) held.add(podClass);
  for (const nominations of cluster.nominations.values()) for (const { podClass } of nominations) held.add(podClass);
  const gone = cluster.podClasses.filter((podClass) => podClass.members.size === 0 && !held.has(podClass));
  cluster.classesLeft = cluster.podClasses.length - gone.length;
  if (gone.length === 0) return;
  const isGone = new Set(gone);
  const stays = (podClass: PodClass): boolean => !isGone.has(podClass);
  keep(cluster.podClasses, stays);
  keepEntries(cluster.podClassBySignature, stays);
  keepEntries(cluster.recentByOwner, (twins) => keep(twins, ({ podClass }) => stays(podClass)) > 0);
  keepEntries(cluster.spreadIndex.classes, (classes) => keep(classes, stays) > 0);
  keep(cluster.filledVerdicts, stays);
  sweepTables(cluster);
  sweepCounters(cluster, gone);
  // Tallies are found by their positions, so all are made anew.
  if (gone.some(({ terms }) => terms !== undefined)) recountAffinity(cluster);
  for (const { matched } of cluster.podClasses) {
    matched.classes.length = 0;
    matched.seen = 0;
  }
}

function sweepTables(cluster: ClusterState): void {
  const { podClasses } = cluster;
  const placements = new Set(podClasses.map(({ placement }) => placement));
  const fits = new Set(podClasses.map(({ fit }) => fit));
  const images = new Set(podClasses.map(({ imageScores }) => imageScores));
  keepEntries(cluster.placementRules, (rules) => placements.has(rules));
  keepEntries(cluster.fitTables, (table) => fits.has(table));
  keepEntries(cluster.imageScores, (scores) => images.has(scores));
  keep(cluster.filledFitTables, (table) => fits.has(table));
  keep(cluster.filledImages, (scores) => images.has(scores));
}

function sweepCounters(cluster: ClusterState, gone: readonly PodClass[]): void {
  for (const { spread } of gone) if (spread !== undefined) leaveSums(spread);
  const counts = ({ sums }: SpreadCounter): boolean => sums.size > 0;
  keepEntries(cluster.spreadCounterByKey, counts);
  keepEntries(cluster.spreadIndex.counters, (counters) => keep(counters, counts) > 0);
  for (const { counters } of cluster.podClasses) keep(counters, counts);
}

/** Takes out all others, in place; gives how many are left. */
function keep<T>(items: T[], isKept: (item: T) => boolean): number {
  let kept = 0;
  for (const item of items) if (isKept(item)) items[kept++] = item;
  items.length = kept;
  return kept;
}

function keepEntries<K, V>(entries: Map<K, V>, isKept: (value: V) => boolean): void {
  for (const [key, value] of entries) if (!isKept(value)) entries.delete(key);
}
