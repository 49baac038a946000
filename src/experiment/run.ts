import type { RecordedTable } from '../kernel/probe.js';
import { runDigest } from '../kernel/run-digest.js';
import { runUntil } from '../kernel/simulation.js';
import type { Micros } from '../kernel/time.js';
import type { Scenario } from '../scenario/types.js';
import { assemble, type Assembly, finish, type PlayOptions } from './assemble.js';

/** A run under way: how far it is. */
export interface Progress {
  readonly now: Micros;
  readonly until: Micros;
  /** Events played so far. */
  readonly events: number;
}

/** What a run leaves behind. */
export interface Played {
  readonly assembly: Assembly;
  readonly tables: ReadonlyMap<string, RecordedTable>;
  /** Fingerprint of every event and of every cell that every run records, 16 hexadecimal digits. */
  readonly digest: string;
  readonly events: number;
}

/** Steps into which a run is cut, so that whoever plays it can look up in between. They change nothing in the run. */
const STEPS = 400;

/**
 * Plays a scenario from start to end, pausing now and then to tell how far it is. Pure computation: no file, no clock, no
 * thread; the same scenario gives the same digest and the same tables everywhere.
 */
export function* play(scenario: Scenario, options: PlayOptions = {}): Generator<Progress, Played> {
  const assembly = assemble(scenario, options);
  const { world, handlers } = assembly;
  const until = scenario.durationUs;
  for (let step = 1; step <= STEPS; step++) {
    runUntil(world, handlers, Math.round((until / STEPS) * step));
    yield { now: world.kernel.now, until, events: world.kernel.digest.events };
  }
  finish(assembly);
  return { assembly, tables: tablesOf(assembly), digest: runDigest(world), events: world.kernel.digest.events };
}

/** What every run records, and what this one was asked to explain. */
function tablesOf({ world }: Assembly): ReadonlyMap<string, RecordedTable> {
  const { explained } = world.scheduler;
  const asked = explained === undefined ? [] : [explained.attempts, explained.judgements, explained.untried];
  return new Map([
    ...world.kernel.probe.tables,
    ...[world.experiment.waits, ...asked].map((one) => [one.definition.name, one] as const),
  ]);
}

/** Plays a scenario in one go. */
export function run(scenario: Scenario, options: PlayOptions = {}): Played {
  const playing = play(scenario, options);
  for (;;) {
    const step = playing.next();
    if (step.done === true) return step.value;
  }
}
