import { byText, groupBy, rows } from '../columns.js';
import { formatNumber } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { binCaption, binsOf, type Bins } from './bins.js';
import { legendColumns, wholeSpec, type Chart, type Layout, type Spec } from './chart.js';
import { timeEncoding, timelineLayers, timelineMarks } from './time-axis.js';

const MOST_NODES = 12;
/** Points of one small picture. */
const MOST_CELLS = 120;
/** A row longer than so many bins stands for intervals that are alike. */
const MOST_BINS = 2;
const LABELS = 34;
const GAP = 22;

const KINDS = [
  { label: 'used', colour: 'var(--series-1)', dash: [1, 0] },
  { label: 'requested by pods', colour: 'var(--series-2)', dash: [6, 3] },
  { label: 'allocatable', colour: 'var(--ink-2)', dash: [2, 2] },
] as const;

interface NodePoint {
  readonly from: number;
  readonly to: number;
  readonly used: number;
  readonly requested: number;
  readonly allocatable: number;
  readonly ready: boolean;
}

/** CPU of each node: used, requested and there to be had. */
export function nodeCpuChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const { nodes, bins } = readNodes(tables);
  if (nodes.size === 0) return undefined;
  const busiest = [...nodes]
    .map(([node, points]) => ({ node, peak: Math.max(...points.map((point) => point.used)) }))
    .sort((left, right) => right.peak - left.peak || byText(left.node, right.node))
    .slice(0, MOST_NODES)
    .map(({ node }) => node)
    .sort(byText);
  const top = Math.max(
    ...busiest.flatMap((node) => nodes.get(node)!.flatMap((point) => [point.allocatable, point.requested, point.used])),
  );
  const left = nodes.size > busiest.length ? ` The ${busiest.length} busiest of ${nodes.size} nodes are shown.` : '';
  const chart = {
    name: 'node-cpu',
    title: 'CPU by node',
    caption: `Cores used by requests, requested by the pods' specs and allocatable; red ground: the node is not Ready.${left}${binCaption(bins)}`,
    description: `CPU use over time of the nodes ${busiest.join(', ')}.`,
  };
  const binSeconds = Math.min(...bins.starts.slice(1).map((start, index) => start - bins.starts[index]!));
  const marks = timelineMarks(tables, identity);
  const spec = (layout: Layout): Spec => {
    const columns = layout.name === 'narrow' ? 1 : 2;
    const width = Math.floor((layout.width - 14 - (columns - 1) * GAP) / columns) - LABELS - 12;
    const views = busiest.map((node) => {
      const background = timelineLayers(marks, identity, width, false);
      return {
        width,
        height: 88,
        title: node,
        layer: [...background, ...nodeLayers(nodes.get(node)!, top, binSeconds, identity, layout, width)],
      };
    });
    return wholeSpec(chart, { columns, spacing: { row: 18, column: GAP }, concat: views });
  };
  return { ...chart, spec, data: dataOf(nodes) };
}

function readNodes(tables: RecordedTables): { nodes: Map<string, NodePoint[]>; bins: Bins } {
  const recorded = rows(tables, 'nodes', {
    start_s: 'number',
    end_s: 'number',
    node: 'text',
    ready: 'boolean',
    cpu_used: 'number',
    cpu_requested: 'number',
    cpu_allocatable: 'number',
  });
  const bins = binsOf(
    recorded.map((row) => row.start_s!),
    MOST_CELLS,
  );
  const nodes = new Map<string, NodePoint[]>();
  for (const [node, own] of groupBy(recorded, (row) => row.node!)) {
    const binned = groupBy(own, (row) => String(bins.binOf.get(row.start_s!)!));
    const points = [...binned.values()].map((group): NodePoint => {
      const mean = (cell: 'cpu_used' | 'cpu_requested' | 'cpu_allocatable'): number =>
        group.reduce((sum, row) => sum + (row[cell] ?? 0), 0) / group.length;
      return {
        from: group[0]!.start_s!,
        to: group.at(-1)!.end_s!,
        used: mean('cpu_used'),
        requested: mean('cpu_requested'),
        allocatable: mean('cpu_allocatable'),
        ready: group.every((row) => row.ready === true),
      };
    });
    nodes.set(node, points);
  }
  return { nodes, bins };
}

function nodeLayers(
  points: readonly NodePoint[],
  top: number,
  binSeconds: number,
  identity: RunIdentity,
  layout: Layout,
  width: number,
): Spec[] {
  const x = timeEncoding('from', identity, width);
  const y = {
    type: 'quantitative',
    scale: { domain: [0, top], nice: true },
    axis: { title: null, tickCount: 3, minExtent: LABELS - 6, maxExtent: LABELS - 6 },
  };
  // Intervals in which nothing changed are one long row: flat, not on the way to the next.
  const used = points.flatMap(({ from, to, used: cores }) => {
    const at = to - from > MOST_BINS * binSeconds ? [from, to] : [(from + to) / 2];
    return at.map((from) => ({ from, kind: KINDS[0].label, cores }));
  });
  const steps = [...points, { ...points.at(-1)!, from: points.at(-1)!.to }].flatMap(
    ({ from, requested, allocatable }) => [
      { from, kind: KINDS[1].label, cores: requested },
      { from, kind: KINDS[2].label, cores: allocatable },
    ],
  );
  const domain = KINDS.map(({ label }) => label);
  const lines = (values: readonly Spec[], interpolate: string): Spec => ({
    data: { values },
    mark: { type: 'line', interpolate, strokeWidth: 1.7, aria: false },
    encoding: {
      x,
      y: { ...y, field: 'cores' },
      color: {
        field: 'kind',
        type: 'nominal',
        scale: { domain, range: KINDS.map(({ colour }) => colour) },
        legend: { symbolSize: 300, columns: legendColumns(domain, layout.width - LABELS) },
      },
      strokeDash: { field: 'kind', type: 'nominal', scale: { domain, range: KINDS.map(({ dash }) => dash) } },
    },
  });
  return [
    {
      data: { values: points.filter((point) => !point.ready) },
      mark: { type: 'rect', color: 'var(--bad)', opacity: 0.12, aria: false },
      encoding: { x, x2: { field: 'to' } },
    },
    {
      data: { values: used },
      mark: { type: 'area', color: KINDS[0].colour, opacity: 0.2, aria: false },
      encoding: { x, y: { ...y, field: 'cores' } },
    },
    lines(used, 'linear'),
    lines(steps, 'step-after'),
  ];
}

function dataOf(nodes: ReadonlyMap<string, readonly NodePoint[]>): Chart['data'] {
  return {
    title: 'CPU by node over the run, in cores',
    columns: [
      { name: 'node', figures: false },
      ...['mean used', 'highest used', 'highest requested', 'allocatable'].map((name) => ({ name, figures: true })),
    ],
    rows: [...nodes].map(([node, points]) => {
      const mean = points.reduce((sum, point) => sum + point.used, 0) / points.length;
      const highest = (field: 'used' | 'requested' | 'allocatable'): number =>
        Math.max(...points.map((point) => point[field]));
      return [node, ...[mean, highest('used'), highest('requested'), highest('allocatable')].map(formatNumber)];
    }),
  };
}
