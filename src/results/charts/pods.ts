import { byText, groupBy, rows } from '../columns.js';
import { formatClock, formatCount, formatDuration } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import {
  legendColumns,
  nameAxis,
  nameSpace,
  plotWidth,
  wholeSpec,
  type Chart,
  type Layout,
  type NameSpace,
  type Spec,
} from './chart.js';
import { timeEncoding, timelineCaption, timelineLayers, timelineMarks } from './time-axis.js';

/** As many pods fit one picture that is still read. */
const MOST_PODS = 80;

/** Each phase has its own height besides its colour, so that a grey print tells them apart. */
const PHASES = [
  { phase: 'pending', colour: 'var(--series-7)', height: 4 },
  { phase: 'creating', colour: 'var(--series-3)', height: 6 },
  { phase: 'starting', colour: 'var(--series-5)', height: 9 },
  { phase: 'ready', colour: 'var(--series-1)', height: 11 },
  { phase: 'not-ready', colour: 'var(--series-6)', height: 7 },
  { phase: 'crash-loop', colour: 'var(--bad)', height: 11 },
  { phase: 'terminating', colour: 'var(--series-4)', height: 5 },
  { phase: 'completed', colour: 'var(--ink)', height: 2 },
  { phase: 'failed', colour: 'var(--bad)', height: 3 },
  { phase: 'unknown', colour: 'var(--series-2)', height: 2 },
] as const;

interface PodSpan {
  readonly pod: string;
  readonly node: string;
  readonly phase: string;
  readonly from: number;
  readonly to: number;
}

interface PodLife {
  readonly pod: string;
  readonly label: string;
  readonly suffix: string;
  readonly node: string;
  readonly spans: readonly PodSpan[];
  /** Never anything but ready once it had started, from before the warm-up's end to the end of the run. */
  readonly uneventful: boolean;
}

/** Every pod's phases over time, by node. */
export function podsChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const lives = readLives(tables, identity);
  if (lives.length === 0) return undefined;
  const shown = choosePods(lives);
  const marks = timelineMarks(tables, identity);
  const rowsShown = rowsOf(shown);
  const present = PHASES.filter(({ phase }) => shown.some((life) => life.spans.some((span) => span.phase === phase)));
  const left =
    shown.length < lives.length
      ? ` Of ${formatCount(lives.length)} pods ${shown.length} are shown, those to which something happened first.`
      : '';
  const chart = {
    name: 'pods',
    title: 'Pods by node',
    caption: `What each pod was doing.${left}${timelineCaption(marks)}`,
    description: `Bars over time, one a pod, grouped by node, of its phases ${present.map(({ phase }) => phase).join(', ')}.`,
  };
  const spec = (layout: Layout): Spec => {
    const names = nameSpace(layout);
    const width = plotWidth(layout, names.px);
    const color = {
      field: 'phase',
      type: 'nominal',
      scale: { domain: present.map(({ phase }) => phase), range: present.map(({ colour }) => colour) },
      legend: {
        symbolType: 'square',
        columns: legendColumns(
          present.map(({ phase }) => phase),
          width,
        ),
        offset: 22,
      },
    };
    const bars = present.map((phase) => barLayer(phase, color, shown, rowsShown, names, identity, width));
    const lines = timelineLayers(marks, identity, width, true);
    const body = { width, height: { step: 15 }, layer: [...lines, ...bars] };
    return wholeSpec(chart, body);
  };
  return { ...chart, spec, cutLeft: true, data: dataOf(shown) };
}

function readLives(tables: RecordedTables, identity: RunIdentity): PodLife[] {
  const recorded = rows(tables, 'pod_phases', {
    namespace: 'text',
    pod: 'text',
    workload: 'text',
    node: 'text',
    phase: 'text',
    from_s: 'number',
    to_s: 'number',
  });
  const ended = readEnded(tables);
  const lives = [...groupBy(recorded, (row) => `${row.namespace!}/${row.pod!}`)].map(([pod, group]): PodLife => {
    const node = group.findLast((row) => row.node !== '')?.node ?? '';
    const spans = group.map((row): PodSpan => {
      const [from, to] = [row.from_s!, row.to_s ?? identity.durationSeconds];
      const isOver = row.phase === 'not-ready' || row.phase === 'starting';
      const end = isOver ? ended.get(pod)?.find((life) => life.stopped <= from && to <= life.removed) : undefined;
      return { pod, node, phase: end?.phase ?? row.phase!, from, to };
    });
    const uneventful =
      spans[0]!.from <= identity.warmupSeconds &&
      spans.at(-1)!.to >= identity.durationSeconds &&
      spans.every((span) => ['pending', 'creating', 'starting', 'ready', 'completed'].includes(span.phase));
    return { pod, ...labelOf(group[0]!.pod!, group[0]!.workload!), node, spans, uneventful };
  });
  return lives.sort(
    (left, right) =>
      // Pods that never found a node come last.
      Number(left.node === '') - Number(right.node === '') ||
      byText(left.node, right.node) ||
      left.spans[0]!.from - right.spans[0]!.from ||
      byText(left.pod, right.pod),
  );
}

interface EndedPod {
  readonly phase: 'completed' | 'failed';
  readonly stopped: number;
  readonly removed: number;
}

/** By name: pods whose containers have all ended for good. They are not ready, and nobody waits for it. */
function readEnded(tables: RecordedTables): ReadonlyMap<string, readonly EndedPod[]> {
  const ended = rows(tables, 'pods', {
    namespace: 'text',
    name: 'text',
    phase: 'text',
    stopped_s: 'number',
    removed_s: 'number',
  }).filter(({ phase, stopped_s }) => (phase === 'Succeeded' || phase === 'Failed') && stopped_s !== null);
  const byName = [...groupBy(ended, (row) => `${row.namespace!}/${row.name!}`)];
  return new Map(
    byName.map(([pod, group]) => [
      pod,
      group.map(({ phase, stopped_s, removed_s }) => ({
        phase: phase === 'Succeeded' ? 'completed' : 'failed',
        stopped: stopped_s!,
        removed: removed_s ?? Infinity,
      })),
    ]),
  );
}

/** The workload, and what tells its pods apart: their own suffix (the ReplicaSet's hash between says nothing here). */
function labelOf(pod: string, workload: string): { label: string; suffix: string } {
  const owner = workload.slice(workload.indexOf('/') + 1);
  return owner === pod
    ? { label: pod, suffix: '' }
    : { label: owner, suffix: ` ${pod.slice(pod.lastIndexOf('-') + 1)}` };
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1)}…` : text;
}

function choosePods(lives: readonly PodLife[]): PodLife[] {
  if (lives.length <= MOST_PODS) return [...lives];
  const eventful = lives.filter((life) => !life.uneventful).slice(0, MOST_PODS);
  const chosen = new Set([...eventful, ...lives.filter((life) => life.uneventful)].slice(0, MOST_PODS));
  return lives.filter((life) => chosen.has(life));
}

interface Row {
  readonly key: string;
  readonly label: string;
  readonly suffix: string;
}

/** Rows from top to bottom: each node's name, then its pods. */
function rowsOf(lives: readonly PodLife[]): Row[] {
  return [...groupBy(lives, (life) => life.node)].flatMap(([node, group]) => [
    { key: `node ${node}`, label: node === '' ? 'without a node' : node, suffix: '' },
    ...group.map(({ pod, label, suffix }) => ({ key: pod, label, suffix })),
  ]);
}

function barLayer(
  { phase, height }: (typeof PHASES)[number],
  color: Spec,
  lives: readonly PodLife[],
  order: readonly Row[],
  space: NameSpace,
  identity: RunIdentity,
  width: number,
): Spec {
  const labels = order.map(({ key, label, suffix }) => [key, cut(label, space.characters - suffix.length) + suffix]);
  const names = JSON.stringify(Object.fromEntries(labels));
  return {
    data: { values: lives.flatMap((life) => life.spans).filter((span) => span.phase === phase) },
    mark: { type: 'bar', height, aria: false },
    encoding: {
      x: timeEncoding('from', identity, width),
      x2: { field: 'to' },
      y: {
        field: 'pod',
        type: 'nominal',
        scale: { domain: order.map(({ key }) => key) },
        axis: {
          ...nameAxis(space),
          labelExpr: `${names}[datum.value]`,
          labelFontSize: 10.5,
          labelFontWeight: { condition: { test: NODE_ROW, value: 600 }, value: 'normal' },
          labelColor: { condition: { test: NODE_ROW, value: 'var(--ink)' }, value: 'var(--ink-2)' },
        },
      },
      color,
    },
  };
}

const NODE_ROW = "indexof(datum.value, 'node ') === 0";

function dataOf(lives: readonly PodLife[]): Chart['data'] {
  return {
    title: 'Phases of the pods',
    columns: [
      { name: 'pod', figures: false },
      { name: 'node', figures: false },
      { name: 'phases', figures: false },
    ],
    rows: lives.map((life) => [
      life.pod,
      life.node,
      life.spans
        .map((span) => `${span.phase} from ${formatClock(span.from)} for ${formatDuration(span.to - span.from)}`)
        .join('; '),
    ]),
  };
}
