import { column } from '../columns.js';
import { formatClock, formatDuration } from '../format.js';
import { type Histogram, latencyHistograms, quantileOfCells } from '../histogram.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { binCaption, binsOf, type Bins } from './bins.js';
import { Y_AXIS, plotWidth, wholeSpec, type Chart, type Layout, type Spec } from './chart.js';
import { timeEncoding, timelineCaption, timelineLayers, timelineMarks, timePanel } from './time-axis.js';

const PERCENTILES = [
  { label: 'p50', q: 0.5, colour: 'var(--series-1)', dash: [1, 0] },
  { label: 'p90', q: 0.9, colour: 'var(--series-3)', dash: [7, 3] },
  { label: 'p99', q: 0.99, colour: 'var(--series-2)', dash: [2, 2] },
] as const;

/** A panel a source, for as many; the others are in the tables. */
const MOST_SOURCES = 4;
/** A range wider than this is drawn on a logarithmic scale, or the p50 would be a flat line at the bottom. */
const LOGARITHMIC_FROM = 30;

interface LatencyPoint {
  readonly source: string;
  readonly at: number;
  readonly percentile: string;
  readonly seconds: number;
}

/** Percentiles of what each source saw, over time. */
export function latencyChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const bins = binsOf(column(tables, 'latency', 'start_s') as number[]);
  const histograms = histogramsByBin(tables, 'source', bins);
  const all = [...histograms.keys()];
  const sources = all.slice(0, MOST_SOURCES);
  const points = sources.flatMap((source) => pointsOf(source, histograms.get(source)!, bins, identity));
  if (points.length === 0) return undefined;
  const marks = timelineMarks(tables, identity);
  const left = all.length > sources.length ? ` Of ${all.length} sources the first ${sources.length} are shown.` : '';
  const values = points.map((point) => point.seconds);
  const logarithmic = Math.max(...values) > LOGARITHMIC_FROM * Math.min(...values);
  const scale = logarithmic ? ' The scale is logarithmic.' : '';
  const chart = {
    name: 'latency',
    title: 'Latency percentiles',
    caption: `Of answered requests, as the clients saw them, retries included.${scale}${left}${binCaption(bins)}${timelineCaption(marks)}`,
    description: `Median, 90th and 99th percentile of the latency over time of ${sources.join(', ')}.`,
  };
  const spec = (layout: Layout): Spec => {
    const width = plotWidth(layout);
    const panels = sources.map((source, index) => {
      const background = timelineLayers(marks, identity, width, index === 0);
      const own = points.filter((point) => point.source === source);
      const line = lineLayer(own, timeEncoding('at', identity, width), logarithmic);
      const title = sources.length > 1 ? { title: { text: source, offset: index === 0 ? 22 : 8 } } : {};
      const more = { ...title, lowest: index === sources.length - 1 };
      return timePanel(layout, sources.length > 1 ? 140 : 220, background, [line], more);
    });
    return wholeSpec(chart, { vconcat: panels, spacing: 16 });
  };
  return { ...chart, spec, data: dataOf(points, sources) };
}

/** The histograms of one side by name and bin, each put together from the intervals of the bin. */
export function histogramsByBin(tables: RecordedTables, side: string, bins: Bins): Map<string, Map<number, Histogram>> {
  return latencyHistograms(
    tables,
    (own, name) => (own === side ? name : undefined),
    (start) => bins.binOf.get(start),
  );
}

function pointsOf(
  source: string,
  byBin: ReadonlyMap<number, Histogram>,
  bins: Bins,
  identity: RunIdentity,
): LatencyPoint[] {
  const points: LatencyPoint[] = [];
  for (const [bin, start] of bins.starts.entries()) {
    const histogram = byBin.get(bin);
    if (histogram === undefined) continue;
    const end = bins.starts[bin + 1] ?? identity.durationSeconds;
    for (const { label, q } of PERCENTILES) {
      const seconds = quantileOfCells(histogram, q);
      if (seconds !== null) points.push({ source, at: (start + end) / 2, percentile: label, seconds });
    }
  }
  return points;
}

function lineLayer(points: readonly LatencyPoint[], x: Spec, logarithmic: boolean): Spec {
  const domain = PERCENTILES.map(({ label }) => label);
  // Milliseconds on the axis up to ten seconds, where people stop thinking in them.
  const inSeconds = points.some((point) => point.seconds >= 10);
  const unit = inSeconds ? 's' : 'ms';
  return {
    data: { values: points.map((point) => ({ ...point, value: inSeconds ? point.seconds : point.seconds * 1000 })) },
    mark: { type: 'line', aria: false },
    encoding: {
      x,
      y: {
        field: 'value',
        type: 'quantitative',
        scale: logarithmic ? { type: 'log' } : { zero: true },
        axis: { ...Y_AXIS, title: unit, format: ',.3~r' },
      },
      color: {
        field: 'percentile',
        type: 'nominal',
        scale: { domain, range: PERCENTILES.map(({ colour }) => colour) },
        legend: { symbolSize: 300, offset: 16 },
      },
      strokeDash: {
        field: 'percentile',
        type: 'nominal',
        scale: { domain, range: PERCENTILES.map(({ dash }) => dash) },
      },
    },
  };
}

function dataOf(points: readonly LatencyPoint[], sources: readonly string[]): Chart['data'] {
  const byTime = new Map<string, { at: number; source: string; values: Map<string, number> }>();
  for (const point of points) {
    const key = `${point.source} ${point.at}`;
    const row = byTime.get(key) ?? { ...point, values: new Map<string, number>() };
    byTime.set(key, row);
    row.values.set(point.percentile, point.seconds);
  }
  return {
    title: `Latency percentiles of ${sources.join(', ')}`,
    columns: [
      { name: 'time', figures: false },
      { name: 'source', figures: false },
      ...PERCENTILES.map(({ label }) => ({ name: label, figures: true })),
    ],
    rows: [...byTime.values()].map(({ at, source, values }) => [
      formatClock(at),
      source,
      ...PERCENTILES.map(({ label }) => formatDuration(values.get(label) ?? null)),
    ]),
  };
}
