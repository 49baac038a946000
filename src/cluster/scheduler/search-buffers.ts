/** Where minima begin: keeps them 32-bit integers, which the engine compares faster than doubles. */
export const MAXIMUM_INTEGER = 2_147_483_647;

/** What one attempt writes and nobody reads after the next has begun: as long as the arrays by node. */
export interface SearchBuffers {
  /** Nodes found in the last search, in the order found; only the first `feasibleCount` count. */
  feasible: Int32Array;
  feasibleCount: number;
  /** By position in `feasible`; without PodTopologySpread where default-spread.ts compares the best of each kind alone. */
  totals: Int32Array;
  scratch: Int32Array;
  /** Room for those of the feasible nodes that count for something. */
  counted: Int32Array;
  /** Points by raw score or by kind of node, and the best position of each kind. */
  points: Int32Array;
  bestOfKind: Int32Array;
  /** Of the raw scores in `scratch`. */
  readonly range: { least: number; greatest: number };
}

export function createSearchBuffers(): SearchBuffers {
  return {
    feasible: new Int32Array(0),
    feasibleCount: 0,
    totals: new Int32Array(0),
    scratch: new Int32Array(0),
    counted: new Int32Array(0),
    points: new Int32Array(0),
    bestOfKind: new Int32Array(0),
    range: { least: 0, greatest: 0 },
  };
}

export function growSearchBuffers(buffers: SearchBuffers, capacity: number): void {
  buffers.feasible = new Int32Array(capacity);
  buffers.totals = new Int32Array(capacity);
  buffers.scratch = new Int32Array(capacity);
  buffers.counted = new Int32Array(capacity);
  buffers.points = new Int32Array(capacity);
  buffers.bestOfKind = new Int32Array(capacity);
}
