/** Records of integers and doubles, one after the other in one buffer: what belongs to one thing lies side by side. */
export interface Records {
  /** Record r begins at `r * bytes / 4`. */
  readonly integers: Int32Array;
  /** Record r begins at `r * bytes / 8`. */
  readonly reals: Float64Array;
}

const INTEGER_BYTES = 4;
const REAL_BYTES = 8;
const CACHE_LINE_BYTES = 64;
/** Large buffers begin so far behind a cache line: the allocator's own header stands before them. */
const HEADER_BYTES = 16;

/** `count` records of `bytes` each (a multiple of 8), all 0; of half a cache line or whole ones, none lies across more than it must. */
export function createRecords(count: number, bytes: number): Records {
  const padding = CACHE_LINE_BYTES - HEADER_BYTES;
  const buffer = new ArrayBuffer(padding + count * bytes);
  return {
    integers: new Int32Array(buffer, padding, (count * bytes) / INTEGER_BYTES),
    reals: new Float64Array(buffer, padding, (count * bytes) / REAL_BYTES),
  };
}
