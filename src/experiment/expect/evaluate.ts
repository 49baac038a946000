import { InvariantError } from '../../kernel/invariant.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { formatClock, formatDuration } from '../../results/format.js';
import type { ExpectationOutcome } from '../../results/identity.js';
import type { RolloutSummary, RunSummary } from '../../results/summary.js';
import type { Expectation, Figure, FigureValue, When } from '../../scenario/expectations.js';
import type { ExperimentWorld } from '../world.js';
import type { MonitorState } from './monitors.js';
import { compares, isObjectExpectation } from './object-figures.js';
import { readRunFigure, readTrafficFigure, recoveryOf, rolloutOf, trafficIntervals } from './run-figures.js';

/** What a look at the run gives: did it hold, what was seen, and when. */
interface Finding {
  readonly holds: boolean;
  readonly seen: FigureValue | undefined;
  readonly when: string;
}

/** Judges every expectation at the end of a run. `command` is the one that repeats it. */
export function evaluateExpectations(
  world: ExperimentWorld,
  summary: RunSummary,
  command: string,
): ExpectationOutcome[] {
  return world.experiment.expectations.map((expectation, index) => {
    const { holds, seen, when } = isObjectExpectation(expectation)
      ? judgeMonitor(
          world,
          world.experiment.monitors.find((monitor) => monitor.expectation === index)!,
          expectation.when,
        )
      : judgeFigure(world, summary, expectation);
    return {
      text: expectation.text,
      verdict: holds ? 'pass' : 'fail',
      seen: seen === undefined ? nothingSeen(expectation.figure, summary) : formatSeen(expectation.figure, seen),
      when,
      explain: holds ? '' : `${command} --format json`,
    };
  });
}

function judgeMonitor(world: ExperimentWorld, monitor: MonitorState, when: When): Finding {
  const { heldAt, failedAt, heldValue, failedValue, lastValue } = monitor;
  const held: Finding = {
    holds: true,
    seen: heldValue ?? lastValue,
    when: `at ${moment(heldAt)}`,
  };
  const failed: Finding = { holds: false, seen: failedValue, when: `at ${moment(failedAt)}` };
  switch (when.kind) {
    case 'eventually':
    case 'within':
      return heldAt >= 0 ? held : { ...failed, seen: lastValue, when: `until ${moment(monitor.untilUs)}` };
    case 'never':
      return heldAt >= 0
        ? { ...held, holds: false }
        : { holds: true, seen: lastValue, when: `at every moment${afterWarmup(world)}` };
    case 'always':
      return failedAt >= 0 ? failed : { ...held, seen: lastValue, when: `at every moment${afterWarmup(world)}` };
    case 'between':
      return failedAt >= 0
        ? failed
        : {
            ...held,
            seen: lastValue,
            when: `between ${moment(when.fromUs)} and ${moment(when.untilUs)}`,
          };
    default:
      return failedAt >= 0 ? failed : held;
  }
}

function judgeFigure(
  world: ExperimentWorld,
  summary: RunSummary,
  { figure, comparison, value, when }: Expectation,
): Finding {
  const holds = (seen: FigureValue | undefined): boolean => seen !== undefined && compares(seen, comparison, value);
  if (figure.of === 'field' || figure.of === 'count') throw new InvariantError('a monitor judges figures of objects');
  if (figure.of !== 'traffic') {
    const seen = readRunFigure(world.kernel.probe.tables, summary, figure);
    return { holds: holds(seen), seen, when: seen === undefined ? 'within the run' : 'over the run' };
  }
  const over = (fromUs: number, untilUs: number): FigureValue | undefined =>
    readTrafficFigure(world.kernel.probe.tables, figure, microsToSeconds(fromUs), microsToSeconds(untilUs));
  const { warmupUs, durationUs, timeline, intervalUs } = world.experiment;
  switch (when.kind) {
    case 'run': {
      const seen = over(warmupUs, durationUs);
      return { holds: holds(seen), seen, when: `over the run${afterWarmup(world)}` };
    }
    case 'at':
    case 'between': {
      const from = when.kind === 'at' ? when.atUs - (when.atUs % intervalUs) : when.fromUs;
      const until = when.kind === 'at' ? from + intervalUs : when.untilUs;
      const seen = over(from, until);
      return { holds: holds(seen), seen, when: `between ${moment(from)} and ${moment(until)}` };
    }
    default: {
      const from = when.kind === 'within' ? timeline[when.entry]!.atUs : warmupUs;
      const until = when.kind === 'within' ? from + when.withinUs : durationUs;
      return judgeIntervals(world, figure, when, holds, from, until);
    }
  }
}

function judgeIntervals(
  world: ExperimentWorld,
  figure: Extract<Figure, { readonly of: 'traffic' }>,
  when: When,
  holds: (seen: FigureValue | undefined) => boolean,
  fromUs: number,
  untilUs: number,
): Finding {
  const wantsAll = when.kind === 'always';
  const wantsNone = when.kind === 'never';
  let last: FigureValue | undefined;
  for (const interval of trafficIntervals(
    world.kernel.probe.tables,
    figure,
    microsToSeconds(fromUs),
    microsToSeconds(untilUs),
  )) {
    last = interval.value;
    const held = holds(interval.value);
    const decided = wantsAll ? !held : held;
    if (!decided) continue;
    const at = `in the interval at ${formatClock(interval.startSeconds)}`;
    return { holds: !wantsAll && !wantsNone, seen: interval.value, when: at };
  }
  return { holds: (wantsAll && last !== undefined) || wantsNone, seen: last, when: 'in every interval' };
}

/** A rollout without a duration: how it ended instead. */
function rolloutSeen(rollout: RolloutSummary | undefined): string {
  if (rollout === undefined) return 'no rollout';
  const { outcome, failedAfterSeconds } = rollout;
  return failedAfterSeconds === null ? outcome : `${outcome} after ${formatDuration(failedAfterSeconds)}`;
}

/** What there was instead of a figure. */
function nothingSeen(figure: Figure, summary: RunSummary): string {
  switch (figure.of) {
    case 'traffic':
      return figure.statistic === 'availability' || figure.statistic === 'lost' ? 'no request' : 'no answered request';
    case 'rollout-duration':
      return rolloutSeen(rolloutOf(summary, figure));
    case 'recovery':
      return recoveryOf(summary, figure) === undefined ? 'no failure' : 'no recovery';
    case 'startup':
      return 'no pod ready';
    case 'share':
      return 'no request';
    case 'field':
      return 'no such object or field';
    default:
      return 'nothing';
  }
}

function formatSeen(figure: Figure, seen: FigureValue): string {
  if (typeof seen !== 'number') return String(seen);
  switch (figure.of) {
    case 'traffic':
      if (figure.statistic === 'availability') return `${trim(seen * 100, 4)}%`;
      if (figure.statistic === 'rate') return `${trim(seen, 1)}/s`;
      return figure.statistic === 'lost' ? String(seen) : formatDuration(microsToSeconds(seen));
    case 'rollout-duration':
    case 'recovery':
    case 'startup':
      return formatDuration(microsToSeconds(seen));
    case 'cost':
      return `${trim(seen, 4)} USD`;
    case 'share':
      return figure.statistic === 'cv' ? trim(seen, 3) : `${trim(seen * 100, 2)}%`;
    default:
      return String(seen);
  }
}

/** A moment of the run; one that never came stands for its start. */
function moment(at: Micros): string {
  return formatClock(microsToSeconds(Math.max(0, at)));
}

function afterWarmup({ experiment }: ExperimentWorld): string {
  return experiment.warmupUs > 0 ? ' after the warm-up' : '';
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
