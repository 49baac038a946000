import { groupBy, rows } from '../columns.js';
import { formatClock, formatCount } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
import { Y_AXIS, legendColumns, plotWidth, wholeSpec, type Chart, type Layout, type Spec } from './chart.js';
import { timeEncoding, timelineCaption, timelineLayers, timelineMarks, timePanel } from './time-axis.js';

const MOST_DEPLOYMENTS = 6;
/** Changes of one Deployment beyond this are sampled: nobody sees more in 800 pixels. */
const MOST_CHANGES = 400;

const KINDS = [
  { label: 'ready, new revision', colour: 'var(--series-1)' },
  { label: 'ready, old revision', colour: 'var(--series-7)' },
  { label: 'not ready', colour: 'var(--series-6)' },
] as const;

/** Counts of one Deployment from `from` to `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly desired: number;
  readonly fresh: number;
  readonly old: number;
  readonly unready: number;
}

/** Replicas old, new and ready of the Deployments that changed most. */
export function replicasChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const all = readChanges(tables);
  const changed = rankDeployments(all, tables, identity);
  const shown = changed.slice(0, MOST_DEPLOYMENTS);
  if (shown.length === 0) return undefined;
  const spans = shown.map((name) => ({ name, spans: spansOf(all.get(name)!, identity) }));
  const sampled = shown.some((name) => all.get(name)!.length > MOST_CHANGES);
  const marks = timelineMarks(tables, identity);
  const left =
    all.size > shown.length ? ` Of ${all.size} Deployments the ${shown.length} that changed most are shown.` : '';
  const chart = {
    name: 'replicas',
    title: 'Replicas',
    caption: `Ready pods of the old and the new revision and pods not ready; the dashed line is what was asked for.${left}${
      sampled ? ' Very frequent changes are sampled.' : ''
    }${timelineCaption(marks)}`,
    description: `Replica counts over time of ${shown.join(', ')}.`,
  };
  const spec = (layout: Layout): Spec => {
    const width = plotWidth(layout);
    const panels = spans.map(({ name, spans: own }, index) => {
      const background = timelineLayers(marks, identity, width, index === 0);
      const more = { title: { text: name, offset: index === 0 ? 22 : 8 }, lowest: index === spans.length - 1 };
      return timePanel(layout, shown.length > 3 ? 64 : 100, background, countLayers(own, identity, layout), more);
    });
    return wholeSpec(chart, { vconcat: panels, spacing: 14 });
  };
  return { ...chart, spec, data: dataOf(spans) };
}

interface Change {
  readonly time_s: number;
  readonly kind: string;
  readonly name: string;
  readonly revision: number;
  readonly desired: number;
  readonly current: number;
  readonly ready: number;
}

/** Changes of every Deployment and of its ReplicaSets, by name of the Deployment (with the namespace unless `default`). */
function readChanges(tables: RecordedTables): Map<string, Change[]> {
  const recorded = rows(tables, 'replicas', {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    owner: 'text',
    revision: 'integer',
    desired: 'integer',
    current: 'integer',
    ready: 'integer',
  });
  const owned = recorded.filter((row) => row.kind === 'Deployment' || row.owner !== '');
  return groupBy(owned, (row) => {
    const name = row.kind === 'Deployment' ? row.name! : row.owner!;
    return row.namespace === 'default' ? name : `${row.namespace!}/${name}`;
  }) as Map<string, Change[]>;
}

/** Those with a rollout first, then by number of changes after the warm-up; all of them when nothing ever changed. */
function rankDeployments(
  all: ReadonlyMap<string, readonly Change[]>,
  tables: RecordedTables,
  identity: RunIdentity,
): string[] {
  const rolled = new Set(
    rows(tables, 'rollouts', { namespace: 'text', workload: 'text' }).map((row) => {
      const name = row.workload!.slice(row.workload!.indexOf('/') + 1);
      return row.namespace === 'default' ? name : `${row.namespace!}/${name}`;
    }),
  );
  const scored = [...all].map(([name, changes]) => {
    const late = changes.filter((change) => change.time_s > identity.warmupSeconds).length;
    return { name, late, score: late + (rolled.has(name) ? all.size * MOST_CHANGES : 0) };
  });
  const changed = scored.filter(({ late }) => late > 0);
  return (changed.length > 0 ? changed : scored)
    .sort((left, right) => right.score - left.score)
    .map(({ name }) => name);
}

function spansOf(changes: readonly Change[], identity: RunIdentity): Span[] {
  const step = Math.ceil(changes.length / MOST_CHANGES);
  const sets = new Map<string, Change>();
  let desired = 0;
  const states: Omit<Span, 'to'>[] = [];
  for (const [index, change] of changes.entries()) {
    if (change.kind === 'Deployment') desired = change.desired;
    else sets.set(change.name, change);
    if (index % step !== 0 && index !== changes.length - 1) continue;
    const state = { from: change.time_s, desired, ...countsOf([...sets.values()]) };
    if (states.at(-1)?.from === state.from) states[states.length - 1] = state;
    else states.push(state);
  }
  return states.map((state, index) => ({ ...state, to: states[index + 1]?.from ?? identity.durationSeconds }));
}

function countsOf(sets: readonly Change[]): Pick<Span, 'fresh' | 'old' | 'unready'> {
  const newest = Math.max(...sets.map((set) => set.revision));
  const counts = { fresh: 0, old: 0, unready: 0 };
  for (const set of sets) {
    if (set.revision === newest) counts.fresh += set.ready;
    else counts.old += set.ready;
    counts.unready += Math.max(0, set.current - set.ready);
  }
  return counts;
}

function countLayers(spans: readonly Span[], identity: RunIdentity, layout: Layout): Spec[] {
  const width = plotWidth(layout);
  const pieces = [
    ...joined(spans.map(({ from, to, fresh }) => ({ from, to, kind: KINDS[0].label, low: 0, high: fresh }))),
    ...joined(
      spans.map(({ from, to, fresh, old }) => ({ from, to, kind: KINDS[1].label, low: fresh, high: fresh + old })),
    ),
    ...joined(
      spans.map(({ from, to, fresh, old, unready }) => {
        return { from, to, kind: KINDS[2].label, low: fresh + old, high: fresh + old + unready };
      }),
    ),
  ];
  const y = {
    type: 'quantitative',
    scale: { zero: true, nice: true },
    axis: { ...Y_AXIS, title: null, tickCount: 3, tickMinStep: 1, format: ',d' },
  };
  const color = {
    field: 'kind',
    type: 'nominal',
    scale: { domain: KINDS.map(({ label }) => label), range: KINDS.map(({ colour }) => colour) },
    legend: {
      symbolType: 'square',
      columns: legendColumns(
        KINDS.map(({ label }) => label),
        width,
      ),
      offset: 16,
    },
  };
  return [
    {
      data: { values: pieces },
      mark: { type: 'rect', opacity: 0.85, aria: false },
      encoding: {
        x: timeEncoding('from', identity, width),
        x2: { field: 'to' },
        y: { ...y, field: 'low' },
        y2: { field: 'high' },
        color,
      },
    },
    {
      data: { values: [...spans, { ...spans.at(-1)!, from: identity.durationSeconds }] },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        color: 'var(--ink)',
        strokeWidth: 1.4,
        strokeDash: [5, 3],
        aria: false,
      },
      encoding: { x: timeEncoding('from', identity, width), y: { ...y, field: 'desired' } },
    },
  ];
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly low: number;
  readonly high: number;
}

/** Pieces that go on unchanged become one, or seams would show where nothing happened. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.low === piece.high) continue;
    if (last?.to === piece.from && last.low === piece.low && last.high === piece.high) {
      result[result.length - 1] = { ...last, to: piece.to };
    } else result.push(piece);
  }
  return result;
}

function dataOf(deployments: readonly { readonly name: string; readonly spans: readonly Span[] }[]): Chart['data'] {
  return {
    title: 'Replica counts at each change',
    columns: [
      { name: 'time', figures: false },
      { name: 'deployment', figures: false },
      ...['desired', 'ready new', 'ready old', 'not ready'].map((name) => ({ name, figures: true })),
    ],
    rows: deployments.flatMap(({ name, spans }) =>
      spans.map((span) => [
        formatClock(span.from),
        name,
        ...[span.desired, span.fresh, span.old, span.unready].map(formatCount),
      ]),
    ),
  };
}
