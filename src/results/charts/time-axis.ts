import { rows } from '../columns.js';
import { formatClock } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { plotWidth, type Layout, type Spec } from './chart.js';

/** Distances between ticks that people count in, in seconds. */
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  2_592_000,
];
/** Least room for one tick label such as "1h 30m". */
const TICK_PX = 52;

/** The x encoding of a chart over the whole run: virtual time in seconds, labelled as the timeline writes it. */
export function timeEncoding(field: string, identity: RunIdentity, width: number): Spec {
  const { durationSeconds } = identity;
  const most = Math.max(2, Math.floor(width / TICK_PX));
  const step = STEPS.find((candidate) => durationSeconds / candidate <= most) ?? durationSeconds;
  const values: number[] = [];
  for (let at = 0; at <= durationSeconds; at += step) values.push(at);
  const labels = JSON.stringify(Object.fromEntries(values.map((at) => [at, formatClock(at)])));
  return {
    field,
    type: 'quantitative',
    scale: { domain: [0, durationSeconds], nice: false, zero: false },
    axis: { values, labelExpr: `${labels}[datum.value]`, title: null, grid: false, labelFlush: true },
  };
}

/** Entries of the timeline that stand close together share one mark. */
export interface TimelineMark {
  readonly at: number;
  /** "1", or "2–4" for several. */
  readonly label: string;
}

/** Nearer than this share of the run, two marks would overprint each other. */
const SAME_MARK = 0.025;

export function timelineMarks(tables: RecordedTables, identity: RunIdentity): TimelineMark[] {
  const times = rows(tables, 'actions', { time_s: 'number' }).map((row) => row.time_s!);
  const groups: { at: number; first: number; last: number }[] = [];
  for (const [index, at] of times.entries()) {
    const group = groups.at(-1);
    if (group !== undefined && at - group.at < SAME_MARK * identity.durationSeconds) group.last = index + 1;
    else groups.push({ at, first: index + 1, last: index + 1 });
  }
  return groups.map(({ at, first, last }) => ({ at, label: first === last ? `${first}` : `${first}–${last}` }));
}

export function timelineCaption(marks: readonly TimelineMark[]): string {
  return marks.length === 0 ? '' : ' Numbered lines mark the actions of the timeline.';
}

/** What lies behind every chart over time: the shaded warm-up and a dashed line for each action, numbered on request. */
export function timelineLayers(
  marks: readonly TimelineMark[],
  identity: RunIdentity,
  width: number,
  numbered: boolean,
): Spec[] {
  const x = (field: string): Spec => timeEncoding(field, identity, width);
  const layers: Spec[] = [];
  if (identity.warmupSeconds > 0) {
    layers.push({
      data: { values: [{ from: 0, to: identity.warmupSeconds }] },
      mark: { type: 'rect', color: 'var(--shade)', aria: false },
      encoding: { x: x('from'), x2: { field: 'to' } },
    });
  }
  if (marks.length === 0) return layers;
  const data = { values: marks };
  layers.push({
    data,
    mark: { type: 'rule', color: 'var(--ink-2)', strokeDash: [3, 3], strokeWidth: 1, aria: false },
    encoding: { x: x('at') },
  });
  if (!numbered) return layers;
  const y = { value: -9 };
  layers.push(
    {
      data,
      transform: [{ filter: 'length(datum.label) <= 2' }],
      mark: { type: 'point', filled: true, size: 210, color: 'var(--ink-2)', opacity: 1, aria: false },
      encoding: { x: x('at'), y },
    },
    {
      data,
      mark: { type: 'text', fontSize: 10, fontWeight: 700, baseline: 'middle', aria: false },
      encoding: {
        x: x('at'),
        y,
        text: { field: 'label' },
        color: {
          condition: { test: 'length(datum.label) <= 2', value: 'var(--surface)' },
          value: 'var(--ink-2)',
        },
      },
    },
  );
  return layers;
}

/** One panel over time: `layers` in front of the warm-up and the timeline. Only the lowest of several tells the time. */
export function timePanel(
  layout: Layout,
  height: number,
  background: readonly Spec[],
  layers: readonly Spec[],
  more: Spec & { readonly lowest: boolean },
): Spec {
  const { lowest, ...properties } = more;
  const all = [...background, ...layers];
  return { width: plotWidth(layout), height, ...properties, layer: lowest ? all : all.map(withoutTimeAxis) };
}

function withoutTimeAxis(layer: Spec): Spec {
  const encoding = layer.encoding as { readonly x: Spec };
  return { ...layer, encoding: { ...encoding, x: { ...encoding.x, axis: null } } };
}
