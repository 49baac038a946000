import { scheduleAt } from '../kernel/simulation.js';
import { continueCalls, dropBranch, isParentWaiting } from './calls.js';
import { closeConnection } from './connections.js';
import { TrafficEvent } from './events.js';
import { sendAttempt } from './attempts.js';
import { callFailed, callsDone } from './pods.js';
import { freeRequest, PHASES, REQUEST, takeRequest } from './requests.js';
import { backoffUs, takeRetry } from './retries.js';
import { LOSS_TIMEOUT, recordLoss, recordRetry } from './series.js';
import { seriesOfSite } from './service-series.js';
import { thinkAfter } from './sources.js';
import { callAnswered, callEnded, rootLost } from './spans.js';
import { takeTimedOut } from './timeouts.js';
import type { TrafficWorld } from './world.js';

const {
  ABANDONED,
  ATTEMPT,
  CONNECTION,
  INTEGERS,
  JOIN,
  SAMPLED,
  PARENT,
  PARENT_GENERATION,
  KEY,
  CLIENT,
  PHASE,
  REALS,
  REASON,
  SITE,
  STARTED,
} = REQUEST;
const { CALLING, UNDER_WAY, WAITING_TO_RETRY } = PHASES;

/** A called service's answer is there: the caller goes on, if it is still there. */
export function answerReached(world: TrafficWorld, call: number): void {
  const { requests, sites } = world.traffic;
  const at = call * INTEGERS;
  const parent = requests.integers[at + PARENT]!;
  const join = requests.integers[at + JOIN]!;
  const { step } = sites[requests.integers[at + SITE]!]!;
  const waiting = isParentWaiting(world, call);
  if (waiting) callAnswered(world, call);
  freeRequest(world, call);
  if (!waiting) dropBranch(world, join);
  else if (continueCalls(world, parent, step, join)) callsDone(world, parent);
}

/** The client learns that its attempt is lost. */
export function lossReached(world: TrafficWorld, request: number): void {
  attemptLost(world, request, world.traffic.requests.integers[request * INTEGERS + REASON]!);
}

/** The attempts of a time-out class whose time is up. */
export function timeoutDue(world: TrafficWorld, classIndex: number): void {
  for (let request = takeTimedOut(world, classIndex); request >= 0; request = takeTimedOut(world, classIndex)) {
    const connection = world.traffic.requests.integers[request * INTEGERS + CONNECTION]!;
    if (connection >= 0) closeConnection(world, connection); // as clients do: it may be dead
    attemptLost(world, request, LOSS_TIMEOUT);
  }
}

/** A client's wait before its next attempt is over. */
export function retryDue(world: TrafficWorld, request: number): void {
  const { requests, sites, sources } = world.traffic;
  const at = request * INTEGERS;
  const site = sites[requests.integers[at + SITE]!]!;
  if (requests.integers[at + PARENT]! >= 0 && !isParentWaiting(world, request)) {
    const join = requests.integers[at + JOIN]!;
    freeRequest(world, request);
    dropBranch(world, join);
    return;
  }
  const service = seriesOfSite(world, site);
  if (service !== undefined) recordRetry(world, service);
  if (site.source >= 0) recordRetry(world, sources[site.source]!.series);
  sendAttempt(world, request);
}

function attemptLost(world: TrafficWorld, request: number, reason: number): void {
  const { requests, sites } = world.traffic;
  const at = request * INTEGERS;
  const site = sites[requests.integers[at + SITE]!]!;
  const service = seriesOfSite(world, site);
  if (service !== undefined) recordLoss(world, service, reason);
  const called = requests.integers[at + PARENT]! >= 0;
  if (called && !isParentWaiting(world, request)) {
    const join = requests.integers[at + JOIN]!;
    leave(world, request);
    dropBranch(world, join);
  } else if (takeRetry(world, site, request)) {
    const waitUs = backoffUs(world, site, request);
    const retry = isInPod(world, request) ? cloneForRetry(world, request) : request;
    requests.integers[retry * INTEGERS + PHASE] = WAITING_TO_RETRY;
    requests.integers[retry * INTEGERS + ATTEMPT]! += 1;
    scheduleAt(world, world.kernel.now + waitUs, TrafficEvent.RetryDue, retry, 0);
  } else if (called) {
    callLost(world, request, reason);
  } else {
    sourceLost(world, request, reason);
  }
}

/** A call is lost for good: the request that needs it fails. */
function callLost(world: TrafficWorld, call: number, reason: number): void {
  const { integers } = world.traffic.requests;
  const parent = integers[call * INTEGERS + PARENT]!;
  const join = integers[call * INTEGERS + JOIN]!;
  callEnded(world, call, reason);
  leave(world, call);
  dropBranch(world, join);
  callFailed(world, parent);
}

function sourceLost(world: TrafficWorld, request: number, reason: number): void {
  const { requests, sites, sources } = world.traffic;
  const source = sources[sites[requests.integers[request * INTEGERS + SITE]!]!.source]!;
  recordLoss(world, source.series, reason);
  rootLost(world, request, source, reason);
  thinkAfter(world, source, request, world.kernel.now);
  leave(world, request);
}

/** Whether a pod has the attempt, or will: a time-out does not stop it from working. */
function isInPod(world: TrafficWorld, request: number): boolean {
  const phase = world.traffic.requests.integers[request * INTEGERS + PHASE]!;
  return phase >= UNDER_WAY && phase <= CALLING;
}

/** The client has no more interest in an attempt. */
function leave(world: TrafficWorld, request: number): void {
  if (isInPod(world, request)) world.traffic.requests.integers[request * INTEGERS + ABANDONED] = 1;
  else freeRequest(world, request);
}

/** The pod works on with the old record; the client goes on with a new one. */
function cloneForRetry(world: TrafficWorld, request: number): number {
  const retry = takeRequest(world);
  const { integers, reals } = world.traffic.requests;
  const from = request * INTEGERS;
  const to = retry * INTEGERS;
  for (const field of [SITE, PARENT, PARENT_GENERATION, JOIN, KEY, ATTEMPT, CLIENT, SAMPLED]) {
    integers[to + field] = integers[from + field]!;
  }
  integers[to + ABANDONED] = 0;
  reals[retry * REALS + STARTED] = reals[request * REALS + STARTED]!;
  integers[from + ABANDONED] = 1;
  return retry;
}
