import type { EventKind } from '../../kernel/events.js';
import { schedule } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { ApiEvent } from './events.js';
import type { ApiWorld } from './world.js';

/**
 * The cores of a small control plane, shared evenly by the requests under way and the scheduler's attempt (processor sharing): a
 * request that is alone takes its service time, one among many as long as the many. Time is counted in service that each of them
 * has had since the start.
 */
export interface Cores {
  readonly count: number;
  /** Service that every request under way has had (us), as of `at`. */
  served: number;
  at: Micros;
  /** By the service at which they are done, the next one first. */
  readonly under: (Work & { readonly doneAt: number })[];
  /** Completions that were planned before the last change are void. */
  plan: number;
}

/** What needs a core: a request (`done` 0, its call), or what another component does, which `done` tells. */
interface Work {
  readonly done: EventKind;
  readonly subject: number;
}

export function createCores(count: number): Cores {
  return { count, served: 0, at: 0, under: [], plan: 0 };
}

/** Something needs a core for so long: `takeServed` gives it when it has had it. */
export function occupy(world: ApiWorld, cores: Cores, serviceUs: Micros, done: EventKind, subject: number): void {
  advance(cores, world.kernel.now);
  const doneAt = cores.served + serviceUs;
  let place = cores.under.length;
  while (place > 0 && cores.under[place - 1]!.doneAt > doneAt) place -= 1;
  cores.under.splice(place, 0, { done, subject, doneAt });
  planNext(world, cores);
}

/** What is through by now, if the plan still stands. */
export function takeServed(world: ApiWorld, cores: Cores, plan: number): readonly Work[] {
  if (plan !== cores.plan) return [];
  advance(cores, world.kernel.now);
  let done = 0;
  while (done < cores.under.length && cores.under[done]!.doneAt <= cores.served + ROUNDING_US) done += 1;
  const served = cores.under.splice(0, done);
  planNext(world, cores);
  return served;
}

/** Events lie on whole microseconds. */
const ROUNDING_US = 1;

function advance(cores: Cores, now: Micros): void {
  cores.served += (now - cores.at) * speedOf(cores);
  cores.at = now;
}

function speedOf({ count, under }: Cores): number {
  return under.length <= count ? 1 : count / under.length;
}

function planNext(world: ApiWorld, cores: Cores): void {
  cores.plan += 1;
  const next = cores.under[0];
  if (next === undefined) return;
  const leftUs = Math.max(0, next.doneAt - cores.served) / speedOf(cores);
  schedule(world, Math.ceil(leftUs), ApiEvent.RequestServed, cores.plan, 0);
}
