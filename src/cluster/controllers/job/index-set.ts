/**
 * Completion indexes as a sorted list of intervals: what status.completedIndexes writes as `1,3-5,7`. Its size follows the gaps,
 * not the number of indexes.
 * Source: kubernetes v1.36.3 pkg/controller/job/indexed_job_utils.go: orderedIntervals.
 */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

export type IndexSet = readonly Interval[];

export function unionOf(left: IndexSet, right: IndexSet): IndexSet {
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of [...left, ...right].sort((one, other) => one.first - other.first)) {
    const end = result.at(-1);
    if (end === undefined || first > end.last + 1) result.push({ first, last });
    else end.last = Math.max(end.last, last);
  }
  return result;
}

export function indexSetOf(indexes: Iterable<number>): IndexSet {
  return unionOf(
    [],
    Array.from(indexes, (index) => ({ first: index, last: index })),
  );
}

export function hasIndex(set: IndexSet, index: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (set[middle]!.last >= index) high = middle;
    else low = middle + 1;
  }
  return low < set.length && set[low]!.first <= index;
}

/** How many indexes two sets share. */
export function sharedSize(left: IndexSet, right: IndexSet): number {
  let size = 0;
  for (const one of left) {
    for (const other of right) {
      size += Math.max(0, Math.min(one.last, other.last) - Math.max(one.first, other.first) + 1);
    }
  }
  return size;
}

export function sizeOf(set: IndexSet): number {
  return set.reduce((size, { first, last }) => size + last - first + 1, 0);
}

export function formatIndexes(set: IndexSet): string {
  return set
    .map(({ first, last }) => {
      if (first === last) return `${first}`;
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
    })
    .join(',');
}

/** Indexes below `completions`; parts that are no intervals are passed over. Source: parseIndexesFromString. */
export function parseIndexes(text: string, completions: number): IndexSet {
  const intervals: Interval[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    const first = Number(match[1]);
    if (first >= completions) break;
    intervals.push({ first, last: Math.min(Number(match[2] ?? match[1]), completions - 1) });
  }
  return unionOf([], intervals);
}

/** The lowest `count` indexes below `completions` that the set lacks. Source: firstPendingIndexes. */
export function lowestMissing(set: IndexSet, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...set, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}
