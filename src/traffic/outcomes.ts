import { schedule } from '../kernel/simulation.js';
import { TrafficEvent } from './events.js';
import { freeRequest, PHASES, REQUEST } from './requests.js';
import { recordAnswer } from './series.js';
import { seriesOfSite } from './service-series.js';
import { thinkAfter } from './sources.js';
import { rootAnswered } from './spans.js';
import { stopTimeout } from './timeouts.js';
import type { TrafficWorld } from './world.js';

const { ABANDONED, BACK_US, DEADLINE, INTEGERS, PARENT, PHASE, REALS, REASON, SENT, SITE, STARTED } = REQUEST;
const { RETURNING, VANISHED } = PHASES;

/**
 * A pod sends its answer. When it reaches a client of a source is known now and changes nothing else, so no event is spent
 * on that; a calling pod goes on when the answer is there.
 */
export function answer(world: TrafficWorld, request: number): void {
  const { traffic } = world;
  const { integers, reals } = traffic.requests;
  const at = request * INTEGERS;
  const real = request * REALS;
  if (integers[at + ABANDONED] === 1) return freeRequest(world, request);
  const endsAt = world.kernel.now + reals[real + BACK_US]!;
  if (endsAt >= reals[real + DEADLINE]!) {
    integers[at + PHASE] = VANISHED;
    return;
  }
  const site = traffic.sites[integers[at + SITE]!]!;
  stopTimeout(world, request);
  const service = seriesOfSite(world, site);
  if (service !== undefined) recordAnswer(world, service, endsAt, endsAt - reals[real + SENT]!);
  if (integers[at + PARENT]! >= 0) {
    integers[at + PHASE] = RETURNING;
    schedule(world, reals[real + BACK_US]!, TrafficEvent.AnswerReached, request, 0);
    return;
  }
  const source = traffic.sources[site.source]!;
  recordAnswer(world, source.series, endsAt, endsAt - reals[real + STARTED]!);
  rootAnswered(world, request, source, endsAt);
  thinkAfter(world, source, request, endsAt);
  freeRequest(world, request);
}

/** A pod (or its node in its place) tells the client that the attempt is lost. */
export function lose(world: TrafficWorld, request: number, reason: number): void {
  const { traffic } = world;
  const { integers, reals } = traffic.requests;
  const at = request * INTEGERS;
  if (integers[at + ABANDONED] === 1) return freeRequest(world, request);
  const backUs = reals[request * REALS + BACK_US]!;
  if (world.kernel.now + backUs >= reals[request * REALS + DEADLINE]!) {
    integers[at + PHASE] = VANISHED;
    return;
  }
  stopTimeout(world, request);
  integers[at + PHASE] = RETURNING;
  integers[at + REASON] = reason;
  schedule(world, backUs, TrafficEvent.LossReached, request, 0);
}

/** Nobody answers any more: the client waits in vain. */
export function vanish(world: TrafficWorld, request: number): void {
  const { integers } = world.traffic.requests;
  if (integers[request * INTEGERS + ABANDONED] === 1) freeRequest(world, request);
  else integers[request * INTEGERS + PHASE] = VANISHED;
}
