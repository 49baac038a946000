import { type Micros, SECOND_US, wholeSeconds } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, podCondition } from '../../api/pod-predicates.js';
import { restartsOf } from '../shared/pod-order.js';
import { AGE_BUCKETS, ageBucket, firstRulesOf } from './deletion-rank.js';

/** How many active pods an owner and its siblings have on each node: where they are many, one can be spared. */
export interface PodsByNode {
  /** Nodes by name, in the order in which they were seen. */
  readonly numbers: Map<string, number>;
  readonly counts: number[];
}

/** Counts a pod on its node (`by` 1), or no longer (`by` -1). */
export function countOnNode(nodes: PodsByNode, { spec }: Pod, by: 1 | -1): void {
  const node = numberOf(nodes.numbers, spec.nodeName ?? '');
  nodes.counts[node] = (nodes.counts[node] ?? 0) + by;
}

/**
 * The active pods of a large owner as rows of numbers, in the order in which they came: a sync that gives up some of a
 * hundred thousand pods runs over numbers, and compares only the pods that can be among the first to go.
 */
export interface CandidateTable {
  readonly rows: Map<string, number>;
  /** Columns. The row of a pod that has gone stays, with GONE for its grade, until such rows are the most. */
  pods: Pod[];
  /** What the first rules of the order say. */
  grade: number[];
  /** The number of its node. */
  node: number[];
  /** Its number in `restarts`. */
  restart: number[];
  /** Second of virtual time since which the pod has been ready; if it isn't, since which it has existed. */
  since: number[];
  /** Rows in the order of the pods' uids; those at the end are not put there yet. */
  byUid: number[];
  readonly nodes: PodsByNode;
  /** Numbers of restarts of pods that aren't ready; of ready ones the time comes first, they count as never restarted. */
  readonly restarts: Map<number, number>;
  /** How many pods have each grade. */
  readonly grades: Map<number, number>;
}

const GONE = Number.NEGATIVE_INFINITY;

export function createCandidates(pods: Iterable<Pod>, nodes: PodsByNode): CandidateTable {
  const columns = { pods: [], grade: [], node: [], restart: [], since: [] };
  const table = { rows: new Map(), ...columns, byUid: [], nodes, restarts: new Map(), grades: new Map() };
  for (const pod of pods) putCandidate(table, pod);
  return table;
}

/** Takes an active pod in, or a new version of one. */
export function putCandidate(table: CandidateTable, pod: Pod): void {
  const { rows, pods, grade, node, restart, since } = table;
  const row = rows.get(pod.metadata.uid) ?? pods.length;
  if (row === pods.length) rows.set(pod.metadata.uid, row);
  else countGrade(table, grade[row]!, -1);
  const ready = isReady(pod);
  const at = ready ? podCondition(pod, 'Ready')!.lastTransitionTime : pod.metadata.creationTimestamp;
  pods[row] = pod;
  grade[row] = firstRulesOf(pod);
  node[row] = numberOf(table.nodes.numbers, pod.spec.nodeName ?? '');
  restart[row] = numberOf(table.restarts, ready ? 0 : restartsOf(pod));
  since[row] = at === undefined ? Number.POSITIVE_INFINITY : wholeSeconds(at);
  countGrade(table, grade[row], 1);
}

/** The pod has ended, is going, or has another owner. */
export function dropCandidate(table: CandidateTable, { metadata: { uid } }: Pod): void {
  const row = table.rows.get(uid)!;
  countGrade(table, table.grade[row]!, -1);
  table.grade[row] = GONE;
  table.rows.delete(uid);
}

function countGrade({ grades }: CandidateTable, grade: number, by: 1 | -1): void {
  const count = (grades.get(grade) ?? 0) + by;
  if (count === 0) grades.delete(grade);
  else grades.set(grade, count);
}

/** Number of a value among those that have been seen. */
function numberOf<T>(numbers: Map<T, number>, value: T): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  numbers.set(value, numbers.size);
  return numbers.size - 1;
}

/**
 * Pods among which are the first `count` in the order of deletion, of more than that, in the order in which they came. The rules up to
 * the age's power of two cut most off; of those that are alike so far, uids decide, save for pods that are of one second.
 */
export function candidates(table: CandidateTable, now: Micros, count: number): Pod[] {
  tidy(table);
  const { grade, since } = table;
  const first = cut(
    [...table.grades].sort(([left], [right]) => left - right),
    count,
  );
  const { places, counts } = placesOf(table, first.last, now);
  const second = cut(counts.entries(), first.left);
  const seconds = new Set<number>();
  let { left } = second;
  for (const row of table.byUid) {
    if (left === 0) break;
    if (places[row] !== second.last) continue;
    seconds.add(since[row]!);
    left -= 1;
  }
  return table.pods.filter((_pod, row) => {
    if (grade[row] !== first.last) return grade[row] !== GONE && grade[row]! < first.last;
    return places[row]! < second.last || (places[row] === second.last && seconds.has(since[row]!));
  });
}

/** Drops the rows of pods that have gone if they are the most, and puts new ones in the order of uids. */
function tidy(table: CandidateTable): void {
  const { pods, rows, grade } = table;
  if (rows.size < pods.length / 2) {
    const remaining = pods.filter((_pod, row) => grade[row] !== GONE);
    Object.assign(table, createCandidates(remaining, table.nodes));
  }
  const { byUid } = table;
  if (byUid.length === table.pods.length) return;
  for (let row = byUid.length; row < table.pods.length; row++) byUid.push(row);
  const uidOf = (row: number): string => table.pods[row]!.metadata.uid;
  byUid.sort((one, other) => (uidOf(one) < uidOf(other) ? -1 : 1));
}

/** The key up to which `wanted` are counted, and how many of it are among them. */
function cut(
  counts: Iterable<readonly [number, number]>,
  wanted: number,
): { readonly last: number; readonly left: number } {
  let left = wanted;
  let last = GONE;
  for (const [key, count] of counts) {
    last = key;
    if (count >= left) break;
    left -= count;
  }
  return { last, left };
}

/** The place of pods of other grades. */
const NOWHERE = -1;

/** Where the pods of a grade stand by the rules that follow: more pods on the node, more restarts, a younger age come first. */
function placesOf(
  { grade, node, restart, since, nodes, restarts }: CandidateTable,
  wanted: number,
  now: Micros,
): { readonly places: Int32Array; readonly counts: Int32Array } {
  const most = nodes.counts.reduce((greatest, count) => Math.max(greatest, count), 0);
  const descending = [...restarts.keys()].sort((left, right) => right - left);
  const restartPlaces = Array.from(restarts.keys(), (value) => descending.indexOf(value));
  const places = new Int32Array(grade.length).fill(NOWHERE);
  const counts = new Int32Array((most + 1) * descending.length * AGE_BUCKETS);
  let second = Number.NaN;
  let bucket = 0;
  for (let row = 0; row < grade.length; row++) {
    if (grade[row] !== wanted) continue;
    if (since[row] !== second) {
      second = since[row]!;
      bucket = ageBucket(now - second * SECOND_US);
    }
    const beforeAge = (most - (nodes.counts[node[row]!] ?? 0)) * descending.length + restartPlaces[restart[row]!]!;
    places[row] = beforeAge * AGE_BUCKETS + bucket;
    counts[places[row]!]! += 1;
  }
  return { places, counts };
}
