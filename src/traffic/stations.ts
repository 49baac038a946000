import { type EventHandle, NO_EVENT } from '../kernel/event-queue.js';
import { invariant } from '../kernel/invariant.js';
import { createRecords } from '../kernel/records.js';
import { cancel, rescheduleAt, scheduleAt } from '../kernel/simulation.js';
import type { Micros } from '../kernel/time.js';
import { TrafficEvent } from './events.js';
import { NO_REQUEST, REQUEST } from './requests.js';
import { largerChunk, moveJobs, NO_CHUNK, releaseChunk } from './job-chunks.js';
import type { TrafficWorld } from './world.js';

/**
 * What happens inside the pods, by podIndex: slots, a queue before them, and a CPU that the requests in the slots share.
 * With n requests on the CPU each gets min(1, cores / n) of a core. A pod's virtual time is the CPU time that each of them
 * has got, so a request that needs d microseconds is done d after its start on that clock, however many come and go: one
 * pending event a pod, for the smallest finish.
 */
export interface StationTable {
  integers: Int32Array;
  reals: Float64Array;
  capacity: number;
  /** Whose station it is, to tell pods apart that use one index. */
  readonly uids: string[];
}

/** Where the fields lie; to be taken apart as `REQUEST` is. */
export const STATION = {
  /** From record to record in `integers`: 16 integers, then the doubles. */
  INTEGERS: 32,
  /** Slots taken. */
  ACTIVE: 0,
  ON_CPU: 1,
  QUEUE_HEAD: 2,
  QUEUE_TAIL: 3,
  QUEUED: 4,
  /** Pending CpuDone. */
  EVENT: 5,
  /** Where the jobs on the CPU lie; see job-chunks.ts. */
  CHUNK: 6,
  CHUNK_SIZE: 7,
  CONCURRENCY: 8,
  QUEUE_LIMIT: 9,
  BEHAVIOUR: 10,
  /** Service of the answers counted in ANSWERS (see balance.ts); -1: none yet. */
  SERVICE: 11,
  ANSWERS: 12,
  /** Answers of the pod since it was created. */
  ANSWERED: 13,
  /** From record to record in `reals`: the integers, then 8 doubles. */
  REALS: 16,
  VIRTUAL_US: 8,
  UPDATED_AT: 9,
  CPU_US: 10,
  CORES: 11,
  /** When the pod gave its first answer; meaningless while ANSWERED is 0. */
  FIRST_ANSWER_AT: 12,
} as const;

const { INTEGERS, REALS, ACTIVE, ON_CPU, QUEUE_HEAD, QUEUE_TAIL, QUEUED, EVENT, CHUNK, CHUNK_SIZE } = STATION;
const { CONCURRENCY, QUEUE_LIMIT, BEHAVIOUR, SERVICE, ANSWERED, VIRTUAL_US, UPDATED_AT, CPU_US, CORES } = STATION;
const { FIRST_ANSWER_AT } = STATION;
const { INTEGERS: REQUEST_INTEGERS, NEXT } = REQUEST;
const INITIAL_CAPACITY = 64;
const RECORD_BYTES = REALS * Float64Array.BYTES_PER_ELEMENT;
const MAXIMUM_INT32 = 2_147_483_647;
/** Finishes closer than this are one: the rounding of sums of microseconds. */
const SAME_US = 1e-6;

export function createStations(): StationTable {
  return { ...createRecords(0, RECORD_BYTES), capacity: 0, uids: [] };
}

/** Opens the station of a pod that begins to serve. */
export function openStation(world: TrafficWorld, pod: number): void {
  const { stations, workloads } = world.traffic;
  if (pod >= stations.capacity) grow(stations, pod);
  const { pods, hosts } = world.nodes;
  const { integers, reals, uids } = stations;
  const at = pod * INTEGERS;
  invariant(
    integers[at + ACTIVE] === 0 && integers[at + QUEUED] === 0,
    `station of pod ${pod} opened with requests in it`,
  );
  const behaviour = pods.behaviour[pod]!;
  const workload = workloads[behaviour];
  integers[at + BEHAVIOUR] = behaviour;
  integers[at + CONCURRENCY] = Math.min(workload?.concurrency ?? MAXIMUM_INT32, MAXIMUM_INT32);
  integers[at + QUEUE_LIMIT] = Math.min(workload?.queueLimit ?? 0, MAXIMUM_INT32);
  const limit = pods.cpuLimitMilli[pod]!;
  reals[pod * REALS + CORES] = (limit > 0 ? limit : hosts.cpuMilli[pods.node[pod]!]!) / 1_000;
  if (uids[pod] === pods.uids[pod]) return;
  uids[pod] = pods.uids[pod]!;
  reals[pod * REALS + CPU_US] = 0;
  integers[at + ANSWERED] = 0;
}

/** Empties the station of a pod whose process has ended; what becomes of its requests is the caller's to say. */
export function clearStation(world: TrafficWorld, pod: number): void {
  const { stations, jobs } = world.traffic;
  if (pod >= stations.capacity) return;
  advanceStation(world, pod);
  const { integers } = stations;
  const at = pod * INTEGERS;
  if (integers[at + EVENT] !== NO_EVENT) cancel(world, integers[at + EVENT]!);
  if (integers[at + CHUNK] !== NO_CHUNK) releaseChunk(jobs, integers[at + CHUNK]!, integers[at + CHUNK_SIZE]!);
  integers[at + EVENT] = NO_EVENT;
  integers[at + CHUNK] = NO_CHUNK;
  integers[at + CHUNK_SIZE] = 0;
  integers[at + ACTIVE] = 0;
  integers[at + ON_CPU] = 0;
  integers[at + QUEUED] = 0;
  integers[at + QUEUE_HEAD] = NO_REQUEST;
  integers[at + QUEUE_TAIL] = NO_REQUEST;
}

/** CPU time used by the pod so far. */
export function cpuUs(world: TrafficWorld, pod: number): number {
  const { stations } = world.traffic;
  if (pod >= stations.capacity || stations.uids[pod] !== world.nodes.pods.uids[pod]) return 0;
  advanceStation(world, pod);
  return stations.reals[pod * REALS + CPU_US]!;
}

/** Requests that the pod has answered since it was created. */
export function answered(world: TrafficWorld, pod: number): number {
  const { stations } = world.traffic;
  if (pod >= stations.capacity || stations.uids[pod] !== world.nodes.pods.uids[pod]) return 0;
  return stations.integers[pod * INTEGERS + ANSWERED]!;
}

/** When the pod gave its first answer; -1 = never. */
export function firstAnswerAt(world: TrafficWorld, pod: number): Micros {
  return answered(world, pod) === 0 ? -1 : world.traffic.stations.reals[pod * REALS + FIRST_ANSWER_AT]!;
}

/** Requests in the pod, waiting ones too. */
export function inFlight(world: TrafficWorld, pod: number): number {
  const { integers, capacity } = world.traffic.stations;
  return pod >= capacity ? 0 : integers[pod * INTEGERS + ACTIVE]! + integers[pod * INTEGERS + QUEUED]!;
}

/** Moves the pod's virtual time to now: to be called before jobs come or go. */
export function advanceStation(world: TrafficWorld, pod: number): void {
  const { integers, reals } = world.traffic.stations;
  const at = pod * REALS;
  const running = integers[pod * INTEGERS + ON_CPU]!;
  const now = world.kernel.now;
  if (running > 0) {
    const cores = reals[at + CORES]!;
    const gained = (now - reals[at + UPDATED_AT]!) * (running <= cores ? 1 : cores / running);
    reals[at + VIRTUAL_US]! += gained;
    reals[at + CPU_US]! += gained * running;
  }
  reals[at + UPDATED_AT] = now;
}

/**
 * Puts a request on the CPU for `demandUs`. `startUs` is the virtual time at which it starts: that of the finish that made
 * room for it (the event for a finish comes up to a microsecond late, which must not add up), or negative for now.
 */
export function startJob(world: TrafficWorld, pod: number, request: number, demandUs: number, startUs: number): void {
  const { stations, jobs } = world.traffic;
  const { integers, reals } = stations;
  const at = pod * INTEGERS;
  const running = integers[at + ON_CPU]!;
  const size = integers[at + CHUNK_SIZE]!;
  if (running === size) {
    integers[at + CHUNK_SIZE] = largerChunk(size);
    integers[at + CHUNK] = moveJobs(jobs, largerChunk(size), integers[at + CHUNK]!, size, running);
  }
  const chunk = integers[at + CHUNK]!;
  const { finishes, requests } = jobs;
  const finish = (startUs < 0 ? reals[pod * REALS + VIRTUAL_US]! : startUs) + demandUs;
  // Latest finish first: the next one is always the last. A pod has few requests on its CPU, so shifting beats a heap.
  let index = chunk + running;
  while (index > chunk && finishes[index - 1]! <= finish) {
    finishes[index] = finishes[index - 1]!;
    requests[index] = requests[index - 1]!;
    index -= 1;
  }
  finishes[index] = finish;
  requests[index] = request;
  integers[at + ON_CPU] = running + 1;
}

/** The request whose CPU time is up, taken off the CPU; NO_REQUEST if that is none. Its finish is in `lastFinishUs`. */
export function takeFinished(world: TrafficWorld, pod: number): number {
  const { stations, jobs } = world.traffic;
  const { integers, reals } = stations;
  const at = pod * INTEGERS;
  const running = integers[at + ON_CPU]!;
  if (running === 0) return NO_REQUEST;
  const last = integers[at + CHUNK]! + running - 1;
  if (jobs.finishes[last]! > reals[pod * REALS + VIRTUAL_US]! + SAME_US) return NO_REQUEST;
  integers[at + ON_CPU] = running - 1;
  jobs.lastFinishUs = jobs.finishes[last]!;
  return jobs.requests[last]!;
}

/** Sets the pod's event to its next finish. To be called whenever jobs have come or gone. */
export function armStation(world: TrafficWorld, pod: number): void {
  const { stations, jobs } = world.traffic;
  const { integers, reals } = stations;
  const at = pod * INTEGERS;
  const running = integers[at + ON_CPU]!;
  const event: EventHandle = integers[at + EVENT]!;
  if (running === 0) {
    if (event !== NO_EVENT) cancel(world, event);
    integers[at + EVENT] = NO_EVENT;
    reals[pod * REALS + VIRTUAL_US] = 0; // keeps the clock's numbers small
    return;
  }
  const left = jobs.finishes[integers[at + CHUNK]! + running - 1]! - reals[pod * REALS + VIRTUAL_US]!;
  const cores = reals[pod * REALS + CORES]!;
  const due = world.kernel.now + (left <= 0 ? 0 : Math.ceil(running <= cores ? left : (left * running) / cores));
  if (event === NO_EVENT) integers[at + EVENT] = scheduleAt(world, due, TrafficEvent.CpuDone, pod, 0);
  else rescheduleAt(world, event, due);
}

export function enqueueRequest(world: TrafficWorld, pod: number, request: number): void {
  const { stations, requests } = world.traffic;
  const { integers } = stations;
  const at = pod * INTEGERS;
  requests.integers[request * REQUEST_INTEGERS + NEXT] = NO_REQUEST;
  const tail = integers[at + QUEUE_TAIL]!;
  if (tail >= 0) requests.integers[tail * REQUEST_INTEGERS + NEXT] = request;
  else integers[at + QUEUE_HEAD] = request;
  integers[at + QUEUE_TAIL] = request;
  integers[at + QUEUED]! += 1;
}

/** The request that has waited longest; NO_REQUEST if none waits. */
export function dequeueRequest(world: TrafficWorld, pod: number): number {
  const { stations, requests } = world.traffic;
  const { integers } = stations;
  const at = pod * INTEGERS;
  const request = integers[at + QUEUE_HEAD]!;
  if (request < 0) return NO_REQUEST;
  const next = requests.integers[request * REQUEST_INTEGERS + NEXT]!;
  integers[at + QUEUE_HEAD] = next;
  if (next < 0) integers[at + QUEUE_TAIL] = NO_REQUEST;
  integers[at + QUEUED]! -= 1;
  return request;
}

function grow(stations: StationTable, pod: number): void {
  const capacity = Math.max(INITIAL_CAPACITY, 2 * (pod + 1));
  const { integers, reals } = createRecords(capacity, RECORD_BYTES);
  integers.set(stations.integers);
  for (let index = stations.capacity; index < capacity; index++) {
    const at = index * INTEGERS;
    integers[at + QUEUE_HEAD] = NO_REQUEST;
    integers[at + QUEUE_TAIL] = NO_REQUEST;
    integers[at + EVENT] = NO_EVENT;
    integers[at + CHUNK] = NO_CHUNK;
    integers[at + SERVICE] = -1;
  }
  stations.integers = integers;
  stations.reals = reals;
  stations.capacity = capacity;
}
