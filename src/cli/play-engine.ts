import { setImmediate } from 'node:timers/promises';
import { evaluateExpectations } from '../experiment/expect/evaluate.js';
import { identityOf } from '../experiment/identity.js';
import { play, type Played } from '../experiment/run.js';
import { answerOf } from '../results/answer.js';
import { formatClock } from '../results/format.js';
import { summaryTables } from '../results/summary-table.js';
import { summarize } from '../results/summary.js';
import type { Scenario } from '../scenario/types.js';
import type { Hooks, RunReport, RunRequest } from './engine.js';
import { Interrupted } from './exit-codes.js';

/** Microseconds of a second: the model counts in those, people do not. */
const MICROS = 1_000_000;

/** Plays a scenario step by step, so that progress is seen and Ctrl-C heard in between. */
export async function playWithHooks(scenario: Scenario, hooks: Hooks): Promise<Played> {
  const playing = play(scenario);
  for (;;) {
    const step = playing.next();
    if (step.done === true) return step.value;
    const { now, until, events } = step.value;
    hooks.onProgress({
      done: now,
      total: until,
      label: `${formatClock(now / MICROS)} / ${formatClock(until / MICROS)}`,
      work: events,
      unit: 'events',
    });
    await setImmediate(); // signals are only heard between turns of the event loop
    if (hooks.isInterrupted()) throw new Interrupted();
  }
}

/** Plays one scenario and judges it. */
export async function playRun(request: RunRequest, hooks: Hooks): Promise<RunReport> {
  const { scenario, command, inputs, notes } = request;
  const played = await playWithHooks(scenario, hooks);
  const identity = identityOf(scenario, played, command, notes);
  const summary = summarize(played.tables, identity);
  const expectations = evaluateExpectations(played.assembly.world, summary, inputs[0]?.path ?? scenario.name);
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    digest: played.digest,
    events: played.events,
    verdict: expectations.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'fail',
    answer: answerOf(summary, expectations),
    tables: summaryTables(summary),
    expectations,
    summary,
    notes,
    folder: '',
  };
}
