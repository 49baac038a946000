import { settingsOf, type Setting, type SweepRun } from '../sweep.js';
import { capitalize } from '../format.js';
import { formatFigure, keyFiguresOf, type KeyFigure } from '../sweep-figures.js';
import { estimateOf } from '../sweep-statistics.js';
import { unitOf } from '../sweep-table.js';
import { Y_AXIS, legendColumns, plotWidth, wholeSpec, type Chart, type Layout, type Spec } from './chart.js';
import { seriesColour } from './theme.js';

const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'];

interface Point {
  readonly x: string;
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A chart for each figure that matters: every run as a dot, the mean of each setting with its 95 % interval. */
export function sweepCharts(runs: readonly SweepRun[]): Chart[] {
  const settings = settingsOf(runs);
  const axis = axisParameter(settings);
  return keyFiguresOf(runs).map((figure, index) => figureChart(figure, settings, axis, index));
}

/** The parameter with the most values goes along the x axis; the others tell series apart. */
function axisParameter(settings: readonly Setting[]): string {
  const names = [...new Set(settings.flatMap((setting) => Object.keys(setting.parameters)))];
  const counts = names.map((name) => new Set(settings.map((setting) => setting.parameters[name])).size);
  return names[counts.indexOf(Math.max(...counts))] ?? '';
}

function figureChart(figure: KeyFigure, settings: readonly Setting[], axis: string, index: number): Chart {
  const placed = settings.map((setting) => {
    const others = Object.entries(setting.parameters).filter(([name]) => name !== axis);
    const series = others.map(([name, value]) => `${name}=${value}`).join(', ');
    return { setting, x: setting.parameters[axis] ?? setting.label, series };
  });
  const { unit, scale } = drawnUnit(figure, settings);
  const dots: Point[] = placed.flatMap(({ setting, x, series }) =>
    setting.runs.flatMap((run) => {
      const value = run.figures[figure.name];
      return value === undefined ? [] : [{ x, series, value: value * scale, low: value * scale, high: value * scale }];
    }),
  );
  const means = placed.flatMap(({ setting, x, series }): Point[] => {
    const found = estimateOf(setting, figure.name);
    if (found === undefined) return [];
    return [{ x, series, value: found.mean * scale, low: found.low * scale, high: found.high * scale }];
  });
  const chart = {
    name: `figure-${index + 1}`,
    title: /^p\d/.test(figure.title) ? figure.title : capitalize(figure.title),
    caption: `${figure.better === 'lower' ? 'Lower' : 'Higher'} is better. Small marks are runs, large ones means over seeds with their 95% confidence interval.`,
    description: `${figure.title} by ${axis === '' ? 'run' : axis}, with the spread over seeds.`,
  };
  const xs = [...new Set(placed.map(({ x }) => x))];
  const series = [...new Set(placed.map((place) => place.series))];
  const spec = (layout: Layout): Spec =>
    wholeSpec(chart, {
      width: plotWidth(layout),
      height: 230,
      layer: sweepLayers(dots, means, { xs, series, axis, unit }, layout),
    });
  return { ...chart, spec, data: dataOf(figure, settings) };
}

/** Below this the mean of every setting is drawn in milliseconds. */
const MOST_MILLISECONDS = 1;

function drawnUnit(
  { name }: KeyFigure,
  settings: readonly Setting[],
): { readonly unit: string; readonly scale: number } {
  const unit = unitOf(name);
  const isShort = settings.every((setting) => (estimateOf(setting, name)?.mean ?? 0) < MOST_MILLISECONDS);
  return unit === 's' && isShort ? { unit: 'ms', scale: 1_000 } : { unit, scale: 1 };
}

interface Scales {
  readonly xs: readonly string[];
  readonly series: readonly string[];
  readonly axis: string;
  readonly unit: string;
}

function sweepLayers(dots: readonly Point[], means: readonly Point[], scales: Scales, layout: Layout): Spec[] {
  const { xs, series } = scales;
  const x = {
    field: 'x',
    type: 'nominal',
    scale: { domain: xs, paddingInner: 0.2 },
    axis: { title: scales.axis, labelAngle: 0, labelOverlap: true, ticks: false },
  };
  const y = {
    type: 'quantitative',
    scale: { zero: false, nice: true },
    axis: { ...Y_AXIS, tickCount: 5, title: scales.unit, format: ',.3~r' },
  };
  const legend =
    series.length > 1 ? { columns: legendColumns(series, plotWidth(layout)), offset: 18, symbolOpacity: 1 } : null;
  const shared = {
    x,
    xOffset: { field: 'series', type: 'nominal', scale: { domain: series } },
    color: {
      field: 'series',
      type: 'nominal',
      scale: { domain: series, range: series.map((_, index) => seriesColour(index)) },
      legend,
    },
  };
  const shape = {
    field: 'series',
    type: 'nominal',
    scale: { domain: series, range: series.map((_, index) => SHAPES[index % SHAPES.length]) },
    legend,
  };
  return [
    {
      data: { values: dots },
      mark: { type: 'point', filled: true, size: 22, opacity: 0.4, aria: false },
      encoding: { ...shared, y: { ...y, field: 'value' }, shape },
    },
    {
      data: { values: means },
      mark: { type: 'rule', strokeWidth: 2, aria: false },
      encoding: { ...shared, y: { ...y, field: 'low' }, y2: { field: 'high' } },
    },
    {
      data: { values: means },
      mark: { type: 'point', filled: true, size: 90, opacity: 1, aria: false },
      encoding: { ...shared, y: { ...y, field: 'value' }, shape },
    },
  ];
}

function dataOf(figure: KeyFigure, settings: readonly Setting[]): Chart['data'] {
  return {
    title: figure.title,
    columns: [
      { name: 'setting', figures: false },
      ...['runs', 'mean', 'from', 'to'].map((name) => ({ name, figures: true })),
    ],
    rows: settings.map((setting) => {
      const found = estimateOf(setting, figure.name);
      if (found === undefined) return [setting.label, '0', '–', '–', '–'];
      const figures = [found.mean, found.low, found.high].map((value) => formatFigure(figure.name, value));
      return [setting.label, String(found.count), ...figures];
    }),
  };
}
