/** The jobs on the pods' CPUs: each pod has a chunk of these arrays, of a size that is a power of two. */
export interface JobChunks {
  /** Virtual time at which a job is done. */
  finishes: Float64Array;
  requests: Int32Array;
  /** Beginning of the part never given out. */
  top: number;
  /** Chunks given back, by the logarithm of their size. */
  readonly free: number[][];
  /** Finish of the job taken last: an out parameter. */
  lastFinishUs: number;
}

export const NO_CHUNK = -1;
const SMALLEST = 8;
const INITIAL_CAPACITY = 1_024;

export function createJobChunks(): JobChunks {
  return { finishes: new Float64Array(0), requests: new Int32Array(0), top: 0, free: [], lastFinishUs: 0 };
}

/** Size of the chunk that follows one of `size`, which is full. */
export function largerChunk(size: number): number {
  return Math.max(SMALLEST, 2 * size);
}

/** A chunk of `size` with the `running` jobs of the old one (or NO_CHUNK), which is given back. */
export function moveJobs(jobs: JobChunks, size: number, old: number, oldSize: number, running: number): number {
  const chunk = jobs.free[Math.clz32(size)]?.pop() ?? extend(jobs, size);
  if (old === NO_CHUNK) return chunk;
  jobs.finishes.copyWithin(chunk, old, old + running);
  jobs.requests.copyWithin(chunk, old, old + running);
  releaseChunk(jobs, old, oldSize);
  return chunk;
}

export function releaseChunk(jobs: JobChunks, chunk: number, size: number): void {
  const logarithm = Math.clz32(size);
  while (jobs.free.length <= logarithm) jobs.free.push([]);
  jobs.free[logarithm]!.push(chunk);
}

function extend(jobs: JobChunks, size: number): number {
  const chunk = jobs.top;
  jobs.top += size;
  if (jobs.top > jobs.finishes.length) {
    const capacity = Math.max(INITIAL_CAPACITY, 2 * jobs.top);
    const finishes = new Float64Array(capacity);
    finishes.set(jobs.finishes);
    const requests = new Int32Array(capacity);
    requests.set(jobs.requests);
    jobs.finishes = finishes;
    jobs.requests = requests;
  }
  return chunk;
}
