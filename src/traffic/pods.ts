import {
  reportDrained,
  SERVING_DRAINING,
  SERVING_NOTHING,
  SERVING_OPEN,
  SERVING_UNREACHABLE,
} from '../cluster/nodes/workload.js';
import { NO_EVENT } from '../kernel/event-queue.js';
import { isSamePod } from '../network/identities.js';
import { keyedSample } from '../network/keyed-draws.js';
import { countAnswer, flushPodBalance } from './balance.js';
import { beginCalls } from './calls.js';
import { answer, lose, vanish } from './outcomes.js';
import { EMPTY_PROGRAM, NO_STEP } from './programs.js';
import { NO_REQUEST, PHASES, REQUEST } from './requests.js';
import { LOSS_QUEUE_FULL, LOSS_REFUSED, LOSS_RESET, LOSS_UPSTREAM } from './series.js';
import { serviceOfSite } from './service-series.js';
import {
  advanceStation,
  armStation,
  clearStation,
  dequeueRequest,
  enqueueRequest,
  inFlight,
  openStation,
  startJob,
  STATION,
  takeFinished,
} from './stations.js';
import type { TrafficWorld } from './world.js';

const {
  CALLS_US,
  CONNECTION,
  GENERATION,
  INCARNATION,
  INTEGERS,
  KEY,
  PHASE,
  POD,
  PROGRAM,
  QUEUE_US,
  REALS,
  SERVICE_US,
  SINCE,
  SITE,
} = REQUEST;
const { CALLING, QUEUED, RUNNING, RUNNING_AFTER } = PHASES;
const { ACTIVE, BEHAVIOUR, CONCURRENCY, EVENT, QUEUE_LIMIT, QUEUED: IN_QUEUE, INTEGERS: STATION_INTEGERS } = STATION;

const NOW = -1;

/** A request comes to its pod's address. */
export function podReached(world: TrafficWorld, request: number): void {
  const { integers } = world.traffic.requests;
  const at = request * INTEGERS;
  const pod = integers[at + POD]!;
  const samePod = isSamePod(world, pod, integers[at + INCARNATION]!);
  const serving = samePod ? world.nodes.pods.serving[pod]! : SERVING_NOTHING;
  if (serving === SERVING_OPEN) return enter(world, request, pod);
  if (serving === SERVING_UNREACHABLE) return vanish(world, request);
  lose(world, request, integers[at + CONNECTION]! < 0 ? LOSS_REFUSED : LOSS_RESET);
}

function enter(world: TrafficWorld, request: number, pod: number): void {
  const { requests, stations, programs, requestNames, sites } = world.traffic;
  const { integers } = requests;
  const at = request * INTEGERS;
  const station = pod * STATION_INTEGERS;
  const behaviour = stations.integers[station + BEHAVIOUR]!;
  const name = sites[integers[at + SITE]!]!.request;
  integers[at + PROGRAM] =
    behaviour < 0 ? EMPTY_PROGRAM : programs.byBehaviour[behaviour * requestNames.length + name]!;
  requests.reals[request * REALS + SINCE] = world.kernel.now;
  if (stations.integers[station + ACTIVE]! < stations.integers[station + CONCURRENCY]!) {
    advanceStation(world, pod);
    start(world, request, pod, NOW);
    settle(world, pod); // nobody waits while there is a free slot
  } else if (stations.integers[station + IN_QUEUE]! < stations.integers[station + QUEUE_LIMIT]!) {
    integers[at + PHASE] = QUEUED;
    enqueueRequest(world, pod, request);
  } else {
    lose(world, request, LOSS_QUEUE_FULL);
  }
}

/** Gives a request its slot. */
function start(world: TrafficWorld, request: number, pod: number, startUs: number): void {
  const { requests, programs, stations, keys } = world.traffic;
  const at = request * INTEGERS;
  stations.integers[pod * STATION_INTEGERS + ACTIVE]! += 1;
  const { cpu } = programs.programs[requests.integers[at + PROGRAM]!]!;
  requests.integers[at + PHASE] = RUNNING;
  if (cpu === null) return afterCpu(world, request, pod);
  startJob(world, pod, request, keyedSample(cpu, requests.integers[at + KEY]!, keys.demand), startUs);
}

/** The CPU time of one or more requests of a pod is up. */
export function cpuDone(world: TrafficWorld, pod: number): void {
  const { stations, jobs } = world.traffic;
  stations.integers[pod * STATION_INTEGERS + EVENT] = NO_EVENT;
  advanceStation(world, pod);
  for (let request = takeFinished(world, pod); request !== NO_REQUEST; request = takeFinished(world, pod)) {
    const finishUs = jobs.lastFinishUs;
    afterCpu(world, request, pod);
    fill(world, pod, finishUs);
  }
  settle(world, pod);
}

function afterCpu(world: TrafficWorld, request: number, pod: number): void {
  const { integers, reals } = world.traffic.requests;
  const real = request * REALS;
  const now = world.kernel.now;
  reals[real + SERVICE_US]! += now - reals[real + SINCE]!;
  reals[real + SINCE] = now;
  const { programs } = world.traffic.programs;
  const program = programs[integers[request * INTEGERS + PROGRAM]!]!;
  if (integers[request * INTEGERS + PHASE] === RUNNING_AFTER) return finish(world, request, pod);
  if (program.firstStep === NO_STEP && program.cpuAfter === null) return finish(world, request, pod);
  integers[request * INTEGERS + PHASE] = CALLING;
  if (beginCalls(world, request)) afterCalls(world, request, pod);
}

/** All calls of a request are answered. */
function afterCalls(world: TrafficWorld, request: number, pod: number): void {
  const { requests, programs, keys } = world.traffic;
  const { integers, reals } = requests;
  const at = request * INTEGERS;
  const real = request * REALS;
  const now = world.kernel.now;
  reals[real + CALLS_US]! += now - reals[real + SINCE]!;
  reals[real + SINCE] = now;
  const { cpuAfter } = programs.programs[integers[at + PROGRAM]!]!;
  if (cpuAfter === null) return finish(world, request, pod);
  integers[at + PHASE] = RUNNING_AFTER;
  startJob(world, pod, request, keyedSample(cpuAfter, integers[at + KEY]!, keys.demandAfter), NOW);
}

function finish(world: TrafficWorld, request: number, pod: number): void {
  const { requests, stations, sites } = world.traffic;
  stations.integers[pod * STATION_INTEGERS + ACTIVE]! -= 1;
  const site = sites[requests.integers[request * INTEGERS + SITE]!]!;
  const service = serviceOfSite(world, site);
  if (service >= 0) countAnswer(world, service, pod);
  answer(world, request);
}

/** The last call of a request has been answered. */
export function callsDone(world: TrafficWorld, request: number): void {
  const pod = world.traffic.requests.integers[request * INTEGERS + POD]!;
  advanceStation(world, pod);
  afterCalls(world, request, pod);
  fill(world, pod, NOW);
  settle(world, pod);
}

/** A call that the request needs has failed for good: it answers with an error. */
export function callFailed(world: TrafficWorld, request: number): void {
  const { requests, stations } = world.traffic;
  const pod = requests.integers[request * INTEGERS + POD]!;
  stations.integers[pod * STATION_INTEGERS + ACTIVE]! -= 1;
  requests.integers[request * INTEGERS + GENERATION]! += 1; // its other calls answer nobody
  lose(world, request, LOSS_UPSTREAM);
  advanceStation(world, pod);
  fill(world, pod, NOW);
  settle(world, pod);
}

/** Gives free slots to those who wait. */
function fill(world: TrafficWorld, pod: number, startUs: number): void {
  const { requests, stations } = world.traffic;
  const at = pod * STATION_INTEGERS;
  while (
    stations.integers[at + IN_QUEUE]! > 0 &&
    stations.integers[at + ACTIVE]! < stations.integers[at + CONCURRENCY]!
  ) {
    const request = dequeueRequest(world, pod);
    const real = request * REALS;
    const now = world.kernel.now;
    requests.reals[real + QUEUE_US] = now - requests.reals[real + SINCE]!;
    requests.reals[real + SINCE] = now;
    start(world, request, pod, startUs);
  }
}

/** To be called at the end of all that happens in a pod. */
function settle(world: TrafficWorld, pod: number): void {
  armStation(world, pod);
  if (world.nodes.pods.serving[pod] === SERVING_DRAINING && inFlight(world, pod) === 0) reportDrained(world, pod);
}

/** What a change of a pod's serving state does to the requests in it. */
export function servingChanged(world: TrafficWorld, pod: number, to: number): void {
  if (to === SERVING_OPEN) return openStation(world, pod);
  if (to === SERVING_DRAINING) return;
  if (pod >= world.traffic.stations.capacity) return;
  if (inFlight(world, pod) > 0) cut(world, pod, to);
  clearStation(world, pod);
  flushPodBalance(world, pod);
}

/** The process (or its host) is gone. Pods end rarely: looking at all requests then costs less than lists kept always. */
function cut(world: TrafficWorld, pod: number, to: number): void {
  const { requests } = world.traffic;
  for (let request = 0; request < requests.capacity; request++) {
    const at = request * INTEGERS;
    const phase = requests.integers[at + PHASE]!;
    if (requests.integers[at + POD] !== pod || phase < QUEUED || phase > CALLING) continue;
    requests.integers[at + GENERATION]! += 1;
    if (to === SERVING_UNREACHABLE) vanish(world, request);
    else lose(world, request, LOSS_RESET);
  }
}
