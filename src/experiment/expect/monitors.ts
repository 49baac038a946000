import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import { KINDS } from '../../cluster/api/kinds.js';
import type { Handlers } from '../../kernel/events.js';
import { scheduleAt } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import type { Expectation, FigureValue, When } from '../../scenario/expectations.js';
import { ExperimentEvent } from '../events.js';
import type { ExperimentWorld } from '../world.js';
import { compares, isObjectExpectation, type ObjectFigure, readObjectFigure } from './object-figures.js';

/** What has been seen so far of an expectation about objects, within its span of time. */
export interface MonitorState {
  /** Index of the expectation. */
  readonly expectation: number;
  readonly kind: string;
  readonly fromUs: Micros;
  readonly untilUs: Micros;
  looks: number;
  /** First moment at which the comparison held, and at which it did not; -1 = never. */
  heldAt: Micros;
  failedAt: Micros;
  heldValue: FigureValue | undefined;
  failedValue: FigureValue | undefined;
  lastValue: FigureValue | undefined;
  /** The extremes of a number, and the first moments at which they were seen. */
  lowest: Extreme | undefined;
  highest: Extreme | undefined;
}

export interface Extreme {
  readonly value: number;
  readonly atUs: Micros;
}

/** One monitor for every expectation about objects. `within` counts from its timeline entry. */
export function createMonitors(
  expectations: readonly Expectation[],
  timeline: readonly { readonly atUs: Micros }[],
  warmupUs: Micros,
  durationUs: Micros,
): MonitorState[] {
  return expectations.flatMap((expectation, index) => {
    if (!isObjectExpectation(expectation)) return [];
    const { figure, when } = expectation;
    // A Job may be cleaned up before the end: it is watched from the start.
    const span =
      figure.of === 'job-duration' ? ([0, durationUs] as const) : spanOf(when, timeline, warmupUs, durationUs);
    const [fromUs, untilUs] = span;
    const kind = kindOf(figure);
    return [
      {
        expectation: index,
        kind,
        fromUs,
        untilUs,
        looks: 0,
        heldAt: -1,
        failedAt: -1,
        heldValue: undefined,
        failedValue: undefined,
        lastValue: undefined,
        lowest: undefined,
        highest: undefined,
      },
    ];
  });
}

function kindOf(figure: ObjectFigure): string {
  return figure.of === 'count' ? figure.kind : figure.object.kind;
}

function spanOf(
  when: When,
  timeline: readonly { readonly atUs: Micros }[],
  warmupUs: Micros,
  durationUs: Micros,
): readonly [Micros, Micros] {
  switch (when.kind) {
    case 'run':
      return [durationUs, durationUs];
    case 'at':
      return [when.atUs, when.atUs];
    case 'between':
      return [when.fromUs, when.untilUs];
    case 'within': {
      const at = timeline[when.entry]!.atUs;
      return [at, at + when.withinUs];
    }
    default:
      return [warmupUs, durationUs];
  }
}

/** Sets the looks at both ends of every span; changes in between are looked at as they come. */
export function armMonitors(world: ExperimentWorld): void {
  for (const [index, monitor] of world.experiment.monitors.entries()) {
    scheduleAt(world, monitor.fromUs, ExperimentEvent.MonitorDue, index, 0);
    if (monitor.untilUs !== monitor.fromUs) scheduleAt(world, monitor.untilUs, ExperimentEvent.MonitorDue, index, 0);
  }
}

/** Kinds that no expectation speaks of have no probe, unless they are measured. */
export function registerMonitors<W extends ExperimentWorld>(handlers: Handlers<W>, listeners: Listeners<W>): void {
  handlers.on(ExperimentEvent.MonitorDue, (world, index) => look(world, world.experiment.monitors[index]!));
  for (const { kind } of KINDS) {
    listeners.on(PROBE_COMPONENT, kind, (world) => {
      for (const monitor of world.experiment.monitors) {
        const { now } = world.kernel;
        if (monitor.kind === kind && now > monitor.fromUs && now < monitor.untilUs) look(world, monitor);
      }
    });
  }
}

function look(world: ExperimentWorld, monitor: MonitorState): void {
  const { figure, comparison, value, when } = world.experiment.expectations[monitor.expectation]!;
  const seen = readObjectFigure(world, figure as ObjectFigure);
  const { now } = world.kernel;
  monitor.looks += 1;
  if (figure.of === 'job-duration') {
    monitor.lastValue = seen ?? monitor.lastValue;
    return;
  }
  // `always` begins with the object: what a command makes later is not missed before.
  if (when.kind === 'always' && seen === undefined && monitor.heldAt < 0 && monitor.failedAt < 0) return;
  monitor.lastValue = seen;
  if (typeof seen === 'number') stretch(monitor, { value: seen, atUs: now });
  if (compares(seen, comparison, value)) {
    if (monitor.heldAt >= 0) return;
    monitor.heldAt = now;
    monitor.heldValue = seen;
  } else if (monitor.failedAt < 0 && !(when.kind === 'never' && seen === undefined)) {
    monitor.failedAt = now;
    monitor.failedValue = seen;
  }
}

function stretch(monitor: MonitorState, seen: Extreme): void {
  if (monitor.lowest === undefined || seen.value < monitor.lowest.value) monitor.lowest = seen;
  if (monitor.highest === undefined || seen.value > monitor.highest.value) monitor.highest = seen;
}
