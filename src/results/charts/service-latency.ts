import { byText, column } from '../columns.js';
import { formatDuration, formatNumber } from '../format.js';
import { quantileOfCells } from '../histogram.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { binCaption, binsOf } from './bins.js';
import {
  nameAxis,
  nameSpace,
  plotWidth,
  wholeSpec,
  type Chart,
  type Layout,
  type NameSpace,
  type Spec,
} from './chart.js';
import { histogramsByBin } from './latency.js';
import { timeEncoding, timelineLayers, timelineMarks } from './time-axis.js';

/** Cells of the strip: fewer than points of a line, since each must be seen. */
const MOST_CELLS = 80;
const MOST_SERVICES = 40;
/** A p99 this many times the usual one is drawn in full colour. */
const FULL_COLOUR_AT = 4;

interface StripCell {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly p99: number;
  /** p99 over the service's median p99. */
  readonly ratio: number;
}

/** When each service was slower than it usually is: where a slow minute came from. */
export function serviceLatencyChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const bins = binsOf(column(tables, 'latency', 'start_s') as number[], MOST_CELLS);
  const histograms = [...histogramsByBin(tables, 'service', bins)].sort(([left], [right]) => byText(left, right));
  const shown = histograms.slice(0, MOST_SERVICES);
  const cells = shown.flatMap(([service, byBin]) => {
    const p99s = [...byBin].map(([bin, histogram]) => ({ bin, p99: quantileOfCells(histogram, 0.99)! }));
    const usual = p99s.map(({ p99 }) => p99).sort((left, right) => left - right)[Math.floor(p99s.length / 2)]!;
    return p99s.map(({ bin, p99 }): StripCell => {
      const to = bins.starts[bin + 1] ?? identity.durationSeconds;
      return { service, from: bins.starts[bin]!, to, p99, ratio: usual === 0 ? 1 : p99 / usual };
    });
  });
  if (cells.length === 0) return undefined;
  const worst = cells.reduce((most, cell) => (cell.ratio > most.ratio ? cell : most));
  const left = histograms.length > shown.length ? ` Of ${histograms.length} services ${shown.length} are shown.` : '';
  const told = `The furthest from its own was ${worst.service}, ${formatNumber(worst.ratio)} times.`;
  const chart = {
    name: 'service-latency',
    title: 'When services were slow',
    caption: `p99 of each service against its own median p99: pale is as usual, full colour ${FULL_COLOUR_AT} times that or more. ${told}${left}${binCaption(bins).replace('point', 'cell')}`,
    description: `Strips over time, one a service, darker where its 99th percentile was above its usual one. ${told}`,
  };
  const marks = timelineMarks(tables, identity);
  const services = shown.map(([service]) => service);
  const spec = (layout: Layout): Spec => {
    const names = nameSpace(layout);
    const width = plotWidth(layout, names.px);
    const lines = timelineLayers(marks, { ...identity, warmupSeconds: 0 }, width, true);
    const body = {
      width,
      height: { step: 19 },
      layer: [stripLayer(cells, services, names, identity, width), ...lines],
    };
    return wholeSpec(chart, body);
  };
  return { ...chart, spec, cutLeft: true, data: dataOf(cells, services) };
}

function stripLayer(
  cells: readonly StripCell[],
  services: readonly string[],
  names: NameSpace,
  identity: RunIdentity,
  width: number,
): Spec {
  return {
    data: { values: cells },
    mark: { type: 'rect', color: 'var(--series-2)', aria: false },
    encoding: {
      x: timeEncoding('from', identity, width),
      x2: { field: 'to' },
      y: {
        field: 'service',
        type: 'nominal',
        scale: { domain: services, paddingInner: 0.18, paddingOuter: 0.1 },
        axis: nameAxis(names),
      },
      opacity: {
        field: 'ratio',
        type: 'quantitative',
        scale: { type: 'log', domain: [0.9, FULL_COLOUR_AT], range: [0.1, 1], clamp: true },
        legend: null,
      },
    },
  };
}

function dataOf(cells: readonly StripCell[], services: readonly string[]): Chart['data'] {
  return {
    title: 'p99 by service: usual and highest',
    columns: [
      { name: 'service', figures: false },
      { name: 'median p99', figures: true },
      { name: 'highest p99', figures: true },
    ],
    rows: services.map((service) => {
      const p99s = cells.filter((cell) => cell.service === service).map((cell) => cell.p99);
      p99s.sort((left, right) => left - right);
      return [service, formatDuration(p99s[Math.floor(p99s.length / 2)]!), formatDuration(p99s.at(-1)!)];
    }),
  };
}
