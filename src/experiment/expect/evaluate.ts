import type { SchedulerWorld } from '../../cluster/scheduler/world.js';
import { InvariantError } from '../../kernel/invariant.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { formatClock, formatDuration } from '../../results/format.js';
import type { ExpectationOutcome } from '../../results/identity.js';
import type { RolloutSummary, RunSummary } from '../../results/summary.js';
import type { Comparison, Expectation, Figure, FigureValue, When } from '../../scenario/expectations.js';
import type { ExperimentWorld } from '../world.js';
import { tellMissing } from './missing-objects.js';
import type { MonitorState } from './monitors.js';
import { compares, isObjectExpectation } from './object-figures.js';
import { readRunFigure, readTrafficFigure, recoveryOf, rolloutOf, trafficIntervals } from './run-figures.js';

/** What a look at the run gives: did it hold, what was seen, and when. */
interface Finding {
  readonly holds: boolean;
  readonly seen: FigureValue | undefined;
  /** Which of several values it was. */
  readonly word?: 'lowest' | 'highest';
  readonly when: string;
}

type JudgedWorld = ExperimentWorld & SchedulerWorld;

/** Judges every expectation at the end of a run. `command` is the one that repeats it. */
export function evaluateExpectations(world: JudgedWorld, summary: RunSummary, command: string): ExpectationOutcome[] {
  return world.experiment.expectations.map((expectation, index) => {
    const {
      holds,
      seen,
      when,
      word = '',
    } = isObjectExpectation(expectation)
      ? judgeMonitor(world, world.experiment.monitors.find((monitor) => monitor.expectation === index)!, expectation)
      : judgeFigure(world, summary, expectation);
    return {
      text: expectation.text,
      verdict: holds ? 'pass' : 'fail',
      seen:
        seen === undefined
          ? nothingSeen(world, expectation.figure, summary)
          : `${word} ${formatSeen(expectation.figure, seen)}`.trimStart(),
      when,
      explain: holds ? '' : (explanation(world, expectation.figure) ?? `${command} --format json`),
    };
  });
}

/** How to ask why a pod is not where it was expected, if the run recorded that. `DIR`: the folder of results. */
function explanation({ scheduler: { explained } }: JudgedWorld, figure: Figure): string | undefined {
  if (explained === undefined) return undefined;
  if (figure.of === 'count') return figure.kind === 'Pod' ? 'wavetank explain DIR' : undefined;
  if (figure.of !== 'field' || figure.object.kind !== 'Pod') return undefined;
  const { namespace, name } = figure.object;
  const subject = `${namespace === 'default' ? '' : `${namespace}/`}pod/${name}`;
  const isRecorded = explained.subjects.length === 0 || explained.subjects.includes(subject);
  return isRecorded ? `wavetank explain DIR ${subject}` : undefined;
}

function judgeMonitor(world: ExperimentWorld, monitor: MonitorState, expectation: Expectation): Finding {
  const { heldAt, failedAt, heldValue, failedValue, lastValue } = monitor;
  const { figure, comparison, value, when } = expectation;
  if (figure.of === 'job-duration') {
    return { holds: compares(lastValue, comparison, value), seen: lastValue, when: 'over the run' };
  }
  const held: Finding = { holds: true, seen: heldValue, when: `at ${moment(heldAt)}` };
  const failed: Finding = { holds: false, seen: failedValue, when: `at ${moment(failedAt)}` };
  const absent: Finding = { holds: false, seen: undefined, when: `at any moment${afterWarmup(world)}` };
  switch (when.kind) {
    case 'eventually':
    case 'within':
      return heldAt >= 0 ? held : { holds: false, seen: lastValue, when: `until ${moment(monitor.untilUs)}` };
    case 'never':
      if (heldAt >= 0) return { ...held, holds: false };
      // Here a moment at which the comparison failed is one at which there was something to compare.
      return failedAt < 0
        ? absent
        : atWorst(monitor, comparison, when, failedValue, `at every moment${afterWarmup(world)}`);
    case 'always':
      if (failedAt >= 0) return failed;
      return heldAt < 0
        ? absent
        : atWorst(monitor, comparison, when, lastValue, `at every moment${afterWarmup(world)}`);
    case 'between': {
      const span = `between ${moment(when.fromUs)} and ${moment(when.untilUs)}`;
      return failedAt >= 0 ? failed : atWorst(monitor, comparison, when, lastValue, span);
    }
    default:
      return failedAt >= 0 ? failed : held;
  }
}

/** Of what held all the time, the value that was nearest to failing, unless all were the same. */
function atWorst(
  { lowest, highest }: MonitorState,
  comparison: Comparison,
  { kind }: When,
  seen: FigureValue | undefined,
  span: string,
): Finding {
  const word = worstOf(comparison, kind === 'never');
  const worst = word === 'lowest' ? lowest : highest;
  if (word === '' || worst === undefined || lowest!.value === highest!.value) return { holds: true, seen, when: span };
  return { holds: true, seen: worst.value, word, when: `at ${moment(worst.atUs)}` };
}

/** Which extreme is the nearest to failing a comparison (or, where it must never hold, to passing it). */
function worstOf(comparison: Comparison, isNever: boolean): '' | 'lowest' | 'highest' {
  if (comparison === '=' || comparison === '!=') return '';
  return comparison.startsWith('<') === isNever ? 'lowest' : 'highest';
}

function judgeFigure(
  world: ExperimentWorld,
  summary: RunSummary,
  { figure, comparison, value, when }: Expectation,
): Finding {
  const holds = (seen: FigureValue | undefined): boolean => seen !== undefined && compares(seen, comparison, value);
  if (figure.of === 'field' || figure.of === 'count' || figure.of === 'job-duration')
    throw new InvariantError('a monitor judges figures of objects');
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
      return judgeIntervals(world, figure, { comparison, when, holds }, from, until);
    }
  }
}

interface IntervalRule {
  readonly comparison: Comparison;
  readonly when: When;
  readonly holds: (seen: FigureValue | undefined) => boolean;
}

function judgeIntervals(
  world: ExperimentWorld,
  figure: Extract<Figure, { readonly of: 'traffic' }>,
  { comparison, when, holds }: IntervalRule,
  fromUs: number,
  untilUs: number,
): Finding {
  const wantsAll = when.kind === 'always';
  const wantsNone = when.kind === 'never';
  const word = wantsAll || wantsNone ? worstOf(comparison, wantsNone) : '';
  let last: FigureValue | undefined;
  let worst: Finding | undefined;
  for (const interval of trafficIntervals(
    world.kernel.probe.tables,
    figure,
    microsToSeconds(fromUs),
    microsToSeconds(untilUs),
  )) {
    last = interval.value;
    const held = holds(last);
    const decided = wantsAll ? !held : held;
    const at = `in the interval at ${formatClock(interval.startSeconds)}`;
    if (decided) return { holds: !wantsAll && !wantsNone, seen: last, when: at };
    const isWorse = worst === undefined || (word === 'lowest' ? last < worst.seen! : last > worst.seen!);
    if (word !== '' && isWorse) worst = { holds: true, seen: last, word, when: at };
  }
  if (worst !== undefined) return worst;
  return { holds: (wantsAll && last !== undefined) || wantsNone, seen: last, when: 'in every interval' };
}

/** A rollout without a duration: how it ended instead. */
function rolloutSeen(rollout: RolloutSummary | undefined): string {
  if (rollout === undefined) return 'no rollout';
  const { outcome, failedAfterSeconds } = rollout;
  return failedAfterSeconds === null ? outcome : `${outcome} after ${formatDuration(failedAfterSeconds)}`;
}

/** What there was instead of a figure. */
function nothingSeen(world: ExperimentWorld, figure: Figure, summary: RunSummary): string {
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
      return tellMissing(world, figure.object) ?? 'no such object or field then';
    case 'job-duration':
      return tellMissing(world, figure.object) ?? 'no completion';
    default:
      return 'nothing';
  }
}

function formatSeen(figure: Figure, seen: FigureValue): string {
  if (typeof seen !== 'number') return seen === '' ? 'nothing' : String(seen);
  switch (figure.of) {
    case 'traffic':
      if (figure.statistic === 'availability') return `${trim(seen * 100, 4)}%`;
      if (figure.statistic === 'rate') return `${trim(seen, 1)}/s`;
      return figure.statistic === 'lost' ? String(seen) : formatDuration(microsToSeconds(seen));
    case 'rollout-duration':
    case 'job-duration':
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
