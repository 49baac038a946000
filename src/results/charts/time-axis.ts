import { rows } from '../columns.js';
import { formatClock } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { scalingsOf } from '../scalings.js';
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
interface ActionMark {
  readonly at: number;
  /** "1", or "2–4" for several. */
  readonly label: string;
}

/** Steps of autoscalers that stand close together share one mark, which points to where they led. */
interface StepMark {
  readonly at: number;
  readonly shape: 'triangle-up' | 'triangle-down';
}

/** What is marked in every chart over time. */
export interface TimelineMarks {
  readonly actions: readonly ActionMark[];
  readonly steps: readonly StepMark[];
}

/** Nearer than this share of the run, two marks would overprint each other. */
const SAME_MARK = 0.025;

export function timelineMarks(tables: RecordedTables, identity: RunIdentity): TimelineMarks {
  const times = rows(tables, 'actions', { time_s: 'number' }).map((row, index) => ({
    at: row.time_s!,
    number: index + 1,
  }));
  const actions = together(times, identity, ({ at }) => at).map((group) => {
    const [{ at, number: first }, { number: last }] = [group[0]!, group.at(-1)!];
    return { at, label: first === last ? `${first}` : `${first}–${last}` };
  });
  const steps = together(scalingsOf(tables), identity, ({ atSeconds }) => atSeconds).map((group) => {
    const change = group.reduce((sum, { from, to }) => sum + to - (from ?? 0), 0);
    return { at: group[0]!.atSeconds, shape: change < 0 ? ('triangle-down' as const) : ('triangle-up' as const) };
  });
  return { actions, steps };
}

/** Things in groups that are near each other in time. */
function together<Thing>(things: readonly Thing[], identity: RunIdentity, timeOf: (thing: Thing) => number): Thing[][] {
  const groups: Thing[][] = [];
  for (const thing of things) {
    const group = groups.at(-1);
    const isNear = group !== undefined && timeOf(thing) - timeOf(group[0]!) < SAME_MARK * identity.durationSeconds;
    if (isNear) group.push(thing);
    else groups.push([thing]);
  }
  return groups;
}

export function timelineCaption({ actions, steps }: TimelineMarks): string {
  const numbered = actions.length === 0 ? '' : ' Numbered lines mark the actions of the timeline.';
  return `${numbered}${steps.length === 0 ? '' : ' Triangles mark steps of autoscalers, up or down.'}`;
}

/**
 * What lies behind every chart over time: the shaded warm-up, a dashed line for each action and a dotted one for each step
 * of an autoscaler; numbers and triangles on request.
 */
export function timelineLayers(marks: TimelineMarks, identity: RunIdentity, width: number, numbered: boolean): Spec[] {
  const x = (field: string): Spec => timeEncoding(field, identity, width);
  const layers: Spec[] = [];
  if (identity.warmupSeconds > 0) {
    layers.push({
      data: { values: [{ from: 0, to: identity.warmupSeconds }] },
      mark: { type: 'rect', color: 'var(--shade)', aria: false },
      encoding: { x: x('from'), x2: { field: 'to' } },
    });
  }
  layers.push(...stepLayers(marks.steps, x('at'), numbered), ...actionLayers(marks.actions, x('at'), numbered));
  return layers;
}

function stepLayers(steps: readonly StepMark[], x: Spec, numbered: boolean): Spec[] {
  if (steps.length === 0) return [];
  const data = { values: steps };
  const line = { type: 'rule', color: STEP_COLOUR, strokeDash: [1, 3], strokeWidth: 1.2, aria: false };
  const layers: Spec[] = [{ data, mark: line, encoding: { x } }];
  if (!numbered) return layers;
  const triangle = { type: 'point', filled: true, size: 70, color: STEP_COLOUR, opacity: 1, aria: false };
  // Within the plot: above it are the numbers of the actions.
  const shape = { field: 'shape', type: 'nominal', scale: null, legend: null };
  layers.push({ data, mark: triangle, encoding: { x, y: { value: 5 }, shape } });
  return layers;
}

const STEP_COLOUR = 'var(--series-4)';

function actionLayers(actions: readonly ActionMark[], x: Spec, numbered: boolean): Spec[] {
  if (actions.length === 0) return [];
  const layers: Spec[] = [];
  const data = { values: actions };
  layers.push({
    data,
    mark: { type: 'rule', color: 'var(--ink-2)', strokeDash: [3, 3], strokeWidth: 1, aria: false },
    encoding: { x },
  });
  if (!numbered) return layers;
  const y = { value: -9 };
  layers.push(
    {
      data,
      transform: [{ filter: 'length(datum.label) <= 2' }],
      mark: { type: 'point', filled: true, size: 210, color: 'var(--ink-2)', opacity: 1, aria: false },
      encoding: { x, y },
    },
    {
      data,
      mark: { type: 'text', fontSize: 10, fontWeight: 700, baseline: 'middle', aria: false },
      encoding: {
        x,
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
