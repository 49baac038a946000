import { byText, column, groupBy, rows } from '../columns.js';
import { formatClock, formatCount, formatNumber } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { binCaption, binsOf, type Bins } from './bins.js';
import { Y_AXIS, legendColumns, plotWidth, wholeSpec, type Chart, type Layout, type Spec } from './chart.js';
import { DASHES, seriesColour } from './theme.js';
import { timeEncoding, timelineCaption, timelineLayers, timelineMarks, timePanel } from './time-axis.js';

interface RatePoint {
  readonly at: number;
  readonly source: string;
  readonly rate: number;
}

interface LossPoint {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly count: number;
  /** Bottom and top of its piece in the stack of reasons. */
  readonly low: number;
  readonly high: number;
}

/** Requests a second of each source, and below them the lost ones by reason. */
export function requestRateChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const bins = binsOf(column(tables, 'traffic', 'start_s') as number[]);
  const rates = ratesOf(tables, bins);
  if (!rates.some((point) => point.rate > 0)) return undefined;
  const losses = lossesOf(tables, identity, bins);
  const sources = [...new Set(rates.map((point) => point.source))];
  const lost = losses.reduce((sum, point) => sum + point.count, 0);
  const marks = timelineMarks(tables, identity);
  const told = lost === 0 ? 'None was lost.' : `${formatCount(lost)} were lost over the whole run, by reason below.`;
  const chart = {
    name: 'request-rate',
    title: 'Requests and losses',
    caption: `Requests that ended per second, warm-up shaded. ${told}${binCaption(bins)}${timelineCaption(marks)}`,
    description: `Requests per second over time of ${sources.join(', ')}; ${formatCount(lost)} requests lost.`,
  };
  const spec = (layout: Layout): Spec => {
    const width = plotWidth(layout);
    const x = timeEncoding('at', identity, width);
    const panels = [
      timePanel(layout, 190, timelineLayers(marks, identity, width, true), [rateLayer(rates, sources, x)], {
        lowest: lost === 0,
      }),
    ];
    if (lost > 0) {
      panels.push(
        timePanel(layout, 90, timelineLayers(marks, identity, width, false), [lossLayer(losses, layout, x)], {
          title: 'Lost requests by reason',
          lowest: true,
        }),
      );
    }
    return wholeSpec(chart, { vconcat: panels, spacing: 18, resolve: { scale: { color: 'independent' } } });
  };
  return { ...chart, spec, data: dataOf(rates, losses) };
}

function ratesOf(tables: RecordedTables, bins: Bins): RatePoint[] {
  const shape = { start_s: 'number', end_s: 'number', side: 'text', name: 'text', finished: 'integer' } as const;
  const points: RatePoint[] = [];
  const sources = rows(tables, 'traffic', shape).filter((row) => row.side === 'source');
  for (const [, group] of groupBy(sources, (row) => `${row.name!} ${bins.binOf.get(row.start_s!)!}`)) {
    const first = group[0]!;
    const seconds = group.reduce((sum, row) => sum + row.end_s! - row.start_s!, 0);
    const finished = group.reduce((sum, row) => sum + row.finished!, 0);
    points.push({
      at: first.start_s! + seconds / 2,
      source: first.name!,
      rate: seconds === 0 ? 0 : finished / seconds,
    });
  }
  return points;
}

function lossesOf(tables: RecordedTables, identity: RunIdentity, bins: Bins): LossPoint[] {
  const shape = { start_s: 'number', side: 'text', reason: 'text', count: 'integer' } as const;
  const losses = rows(tables, 'losses', shape).filter((row) => row.side === 'source' && row.count! > 0);
  const grouped = groupBy(losses, (row) => `${row.reason!} ${bins.binOf.get(row.start_s!)!}`);
  const points = [...grouped.values()].map((group) => {
    const bin = bins.binOf.get(group[0]!.start_s!)!;
    const to = bins.starts[bin + 1] ?? identity.durationSeconds;
    const count = group.reduce((sum, row) => sum + row.count!, 0);
    return { from: bins.starts[bin]!, to, reason: group[0]!.reason!, count };
  });
  points.sort((left, right) => left.from - right.from || byText(left.reason, right.reason));
  const tops = new Map<number, number>();
  return points.map((point) => {
    const low = tops.get(point.from) ?? 0;
    tops.set(point.from, low + point.count);
    return { ...point, low, high: low + point.count };
  });
}

function rateLayer(rates: readonly RatePoint[], sources: readonly string[], x: Spec): Spec {
  const legend = sources.length > 1 ? {} : null;
  const range = sources.map((_, index) => seriesColour(index));
  return {
    data: { values: rates },
    mark: { type: 'line', aria: false },
    encoding: {
      x,
      y: { field: 'rate', type: 'quantitative', axis: { ...Y_AXIS, title: 'requests/s', format: '~s' } },
      color: { field: 'source', type: 'nominal', scale: { domain: sources, range }, legend },
      strokeDash: {
        field: 'source',
        type: 'nominal',
        scale: { domain: sources, range: sources.map((_, index) => DASHES[index % DASHES.length]) },
        legend,
      },
    },
  };
}

function lossLayer(losses: readonly LossPoint[], layout: Layout, x: Spec): Spec {
  const reasons = [...new Set(losses.map((point) => point.reason))].sort(byText);
  // Vermilion first: losses are what the reader must see.
  const colours = ['var(--bad)', 'var(--series-6)', 'var(--series-4)', 'var(--series-7)', 'var(--series-5)'];
  const range = reasons.map((_, index) => colours[index % colours.length]);
  return {
    data: { values: losses },
    mark: { type: 'rect', aria: false },
    encoding: {
      x: { ...x, field: 'from' },
      x2: { field: 'to' },
      y: {
        field: 'low',
        type: 'quantitative',
        scale: { zero: true },
        axis: { ...Y_AXIS, title: null, tickCount: 3, tickMinStep: 1, format: ',d' },
      },
      y2: { field: 'high' },
      color: {
        field: 'reason',
        type: 'nominal',
        scale: { domain: reasons, range },
        legend: { columns: legendColumns(reasons, plotWidth(layout)) },
      },
    },
  };
}

function dataOf(rates: readonly RatePoint[], losses: readonly LossPoint[]): Chart['data'] {
  const lostFrom = groupBy(losses, (point) => String(point.from));
  const lost = [...lostFrom.values()].map((group) => [
    formatClock(group[0]!.from),
    group.map((point) => `${formatCount(point.count)} ${point.reason}`).join(', '),
  ]);
  return {
    title: 'Requests per second and losses',
    columns: [
      { name: 'time', figures: false },
      { name: 'source', figures: false },
      { name: 'value', figures: true },
    ],
    rows: [
      ...rates.map((point) => [formatClock(point.at), point.source, `${formatNumber(point.rate)}/s`]),
      ...lost.map(([at, text]) => [at!, 'lost', text!]),
    ],
  };
}
