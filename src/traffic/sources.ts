import { log } from '../kernel/math.js';
import { draws, type StreamId } from '../kernel/random.js';
import { schedule, scheduleAt } from '../kernel/simulation.js';
import type { Micros } from '../kernel/time.js';
import { childKey, type DrawKey, keyedSample } from '../network/keyed-draws.js';
import { createRequest, sendAttempt } from './attempts.js';
import { NO_JOIN } from './calls.js';
import { TrafficEvent } from './events.js';
import type { ArrivalsInput } from './model.js';
import { NEVER, type Segment, timeOfRequests } from './rate-curve.js';
import { NO_REQUEST, REQUEST } from './requests.js';
import { countForBudget } from './retries.js';
import type { Series } from './series.js';
import type { SlowTraces } from './spans.js';
import type { TrafficWorld } from './world.js';

const { CLIENT, INTEGERS, KEY, SAMPLED } = REQUEST;

/** A source of requests from outside of the pods. */
export interface SourceState {
  readonly index: number;
  readonly name: string;
  readonly site: number;
  readonly arrivals: ArrivalsInput;
  readonly fromUs: Micros;
  readonly untilUs: Micros;
  readonly key: DrawKey;
  readonly stream: StreamId;
  /** Address of its first client, as session affinity sees it. */
  readonly firstClient: number;
  readonly series: Series;
  readonly slow: SlowTraces;
  /** Requests sent so far. */
  sent: number;
  /** Number (from 1) of the next request whose trace is kept as a sample; 0: none is. */
  nextSampled: number;
  /** Of an open source: the next arrival before it is rounded to a microsecond, so that roundings do not add up. */
  nextAt: number;
  readonly segment: Segment;
  /** Of a closed source: requests of each user. */
  readonly sentByUser: Int32Array;
}

/** The first request of an evenly spaced source comes after half a gap, so that an interval holds what its rate says. */
const FIRST_GAP = 0.5;

/** Lets a source begin. */
export function startSource(world: TrafficWorld, source: SourceState): void {
  if (source.arrivals.kind === 'open') {
    scheduleNext(world, source, source.arrivals.process === 'constant' ? FIRST_GAP : 1);
    return;
  }
  for (let user = 0; user < source.arrivals.users; user++) {
    const thinkUs = keyedSample(source.arrivals.think, childKey(source.key, user), world.traffic.keys.think);
    scheduleAt(world, source.fromUs + Math.round(thinkUs), TrafficEvent.UserDue, source.index, user);
  }
}

/** An open source sends. */
export function sourceDue(world: TrafficWorld, index: number): void {
  const source = world.traffic.sources[index]!;
  scheduleNext(world, source, 1);
  send(world, source, childKey(source.key, source.sent), 0);
}

/** `share` of a gap to the next request. The draws of the gaps are those of the source's own stream. */
function scheduleNext(world: TrafficWorld, source: SourceState, share: number): void {
  const { arrivals } = source;
  if (arrivals.kind === 'closed') return;
  const requests = arrivals.process === 'constant' ? share : -log(1 - draws(world, source.stream)());
  source.nextAt = timeOfRequests(arrivals.rate, source.segment, source.nextAt, requests, source.untilUs);
  if (source.nextAt === NEVER || source.nextAt >= source.untilUs) return;
  scheduleAt(world, Math.max(Math.round(source.nextAt), world.kernel.now), TrafficEvent.SourceDue, source.index, 0);
}

/** A user of a closed source sends. */
export function userDue(world: TrafficWorld, index: number, user: number): void {
  const source = world.traffic.sources[index]!;
  if (world.kernel.now >= source.untilUs) return;
  const number = source.sentByUser[user]!;
  source.sentByUser[user] = number + 1;
  send(world, source, childKey(childKey(source.key, user), number), user);
}

function send(world: TrafficWorld, source: SourceState, key: DrawKey, user: number): void {
  const request = createRequest(world, source.site, NO_REQUEST, NO_JOIN, key, user);
  source.sent += 1;
  if (source.sent === source.nextSampled) {
    world.traffic.requests.integers[request * INTEGERS + SAMPLED] = 1;
    source.nextSampled += world.traffic.spans.every;
  }
  countForBudget(world, world.traffic.sites[source.site]!);
  sendAttempt(world, request);
}

/** The user who sent a request that ends at `endsAt` thinks, and sends again. */
export function thinkAfter(world: TrafficWorld, source: SourceState, request: number, endsAt: Micros): void {
  if (source.arrivals.kind === 'open') return;
  const { requests, keys } = world.traffic;
  const thinkUs = keyedSample(source.arrivals.think, requests.integers[request * INTEGERS + KEY]!, keys.think);
  const user = requests.integers[request * INTEGERS + CLIENT]!;
  schedule(world, endsAt - world.kernel.now + Math.round(thinkUs), TrafficEvent.UserDue, source.index, user);
}
