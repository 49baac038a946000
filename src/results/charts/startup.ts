import { byText, groupBy, rows } from '../columns.js';
import { formatCount, formatDuration } from '../format.js';
import type { RecordedTables } from '../identity.js';
import {
  legendColumns,
  nameAxis,
  nameSpace,
  plotWidth,
  wholeSpec,
  type Chart,
  type Layout,
  type Spec,
} from './chart.js';

const MOST_WORKLOADS = 30;

/** Steps from `apply` to the first listing as a ready endpoint, each ending at a point of the pod's waterfall. */
const STEPS = [
  { label: 'scheduling', until: 'scheduled_s', colour: 'var(--ink)' },
  { label: 'kubelet', until: 'admitted_s', colour: 'var(--series-4)' },
  { label: 'sandbox', until: 'sandbox_s', colour: 'var(--series-5)' },
  { label: 'image', until: 'pulled_s', colour: 'var(--series-1)' },
  { label: 'start', until: 'started_s', colour: 'var(--series-3)' },
  { label: 'status', until: 'running_s', colour: 'var(--series-7)' },
  { label: 'readiness', until: 'ready_s', colour: 'var(--series-6)' },
  { label: 'endpoint', until: 'endpoint_s', colour: 'var(--series-2)' },
] as const;

interface Waterfall {
  readonly workload: string;
  readonly pods: number;
  /** Mean seconds of each step; together the mean start-up. */
  readonly steps: readonly number[];
}

/** Where the time between a pod's creation and its first traffic goes: mean of each step, by workload. */
export function startupChart(tables: RecordedTables): Chart | undefined {
  const all = readWaterfalls(tables);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_WORKLOADS);
  const left = all.length > shown.length ? ` The ${shown.length} slowest of ${all.length} workloads are shown.` : '';
  const chart = {
    name: 'startup',
    title: 'Pod start-up, step by step',
    caption: `Mean over the pods of each workload that became ready and were not started again, from creation to being listed as an endpoint.${left}`,
    description: `Stacked bars, one a workload, of the mean time of the steps ${STEPS.map(({ label }) => label).join(', ')}.`,
  };
  const pieces = shown.flatMap(({ workload, steps }) => {
    let from = 0;
    return steps.map((seconds, index) => {
      const piece = { workload, step: STEPS[index]!.label, from, to: from + seconds };
      from = piece.to;
      return piece;
    });
  });
  const spec = (layout: Layout): Spec => {
    const names = nameSpace(layout);
    const width = plotWidth(layout, names.px);
    return wholeSpec(chart, {
      width,
      height: { step: 21 },
      data: { values: pieces },
      mark: { type: 'bar', stroke: 'var(--surface)', strokeWidth: 0.8, aria: false },
      encoding: {
        x: { field: 'from', type: 'quantitative', axis: { title: 'seconds', tickCount: 6, domain: false } },
        x2: { field: 'to' },
        y: {
          field: 'workload',
          type: 'nominal',
          scale: { domain: shown.map(({ workload }) => workload), paddingInner: 0.3 },
          axis: nameAxis(names),
        },
        color: {
          field: 'step',
          type: 'nominal',
          scale: { domain: STEPS.map(({ label }) => label), range: STEPS.map(({ colour }) => colour) },
          legend: {
            columns: legendColumns(
              STEPS.map(({ label }) => label),
              width,
            ),
            symbolType: 'square',
          },
        },
      },
    });
  };
  return { ...chart, spec, cutLeft: true, data: dataOf(all) };
}

function readWaterfalls(tables: RecordedTables): Waterfall[] {
  const pods = rows(tables, 'pods', {
    workload: 'text',
    created_s: 'number',
    scheduled_s: 'number',
    admitted_s: 'number',
    sandbox_s: 'number',
    pulled_s: 'number',
    started_s: 'number',
    running_s: 'number',
    ready_s: 'number',
    endpoint_s: 'number',
  }).filter((pod) => pod.ready_s !== null && pod.created_s !== null && !isStartedAgain(pod));
  const waterfalls = [...groupBy(pods, (pod) => pod.workload!)].map(([workload, group]): Waterfall => {
    const sums = STEPS.map(() => 0);
    for (const pod of group) {
      let reached = pod.created_s!;
      for (const [index, { until }] of STEPS.entries()) {
        // A point not reached (no Service lists the pod) or seen earlier than the one before takes no time.
        const at = Math.max(reached, pod[until] ?? reached);
        sums[index]! += at - reached;
        reached = at;
      }
    }
    const name = workload.slice(workload.indexOf('/') + 1);
    return { workload: name, pods: group.length, steps: sums.map((sum) => sum / group.length) };
  });
  const whole = (waterfall: Waterfall): number => waterfall.steps.reduce((sum, seconds) => sum + seconds, 0);
  return waterfalls.sort((left, right) => whole(right) - whole(left) || byText(left.workload, right.workload));
}

/** What the kubelet did after the pod was ready was another start, of its containers or of the node. */
function isStartedAgain(
  pod: Readonly<Record<'admitted_s' | 'sandbox_s' | 'pulled_s' | 'started_s' | 'ready_s', number | null>>,
): boolean {
  const { admitted_s, sandbox_s, pulled_s, started_s, ready_s } = pod;
  return [admitted_s, sandbox_s, pulled_s, started_s].some((at) => at !== null && at > ready_s!);
}

function dataOf(waterfalls: readonly Waterfall[]): Chart['data'] {
  return {
    title: 'Mean of each step of pod start-up',
    columns: [
      { name: 'workload', figures: false },
      ...['pods', ...STEPS.map(({ label }) => label)].map((name) => ({ name, figures: true })),
    ],
    rows: waterfalls.map(({ workload, pods, steps }) => [workload, formatCount(pods), ...steps.map(formatDuration)]),
  };
}
