import { byText, groupBy, rows } from '../columns.js';
import { formatCount, formatNumber } from '../format.js';
import type { RecordedTables, RunIdentity } from '../identity.js';
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

const MOST_SERVICES = 24;
/** Dots of one service beyond this overlie each other: every n-th by rank is drawn, the extremes always. */
const MOST_DOTS = 120;
/** The axis goes at least this far to both sides of even, so that noise is not blown up into a finding. */
const LEAST_RANGE = 0.1;
/** Intervals a pod must have served in full to be compared. */
const LEAST_INTERVALS = 3;

interface PodShare {
  readonly pod: string;
  /** Mean requests of an interval in which it served. */
  readonly requests: number;
  /** Over the mean of its service's pods. */
  readonly share: number;
}

interface ServiceBalance {
  readonly service: string;
  /** From the least to the busiest. */
  readonly pods: readonly PodShare[];
}

/** How evenly the requests of a service fell on its pods. */
export function balanceChart(tables: RecordedTables, identity: RunIdentity): Chart | undefined {
  const all = readBalance(tables, identity);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_SERVICES);
  const spread = (balance: ServiceBalance): number => balance.pods.at(-1)!.share - balance.pods[0]!.share;
  const worst = shown.reduce((most, balance) => (spread(balance) > spread(most) ? balance : most));
  const left =
    all.length > shown.length ? ` The ${shown.length} with most pods of ${all.length} services are shown.` : '';
  const thinned = shown.some(({ pods }) => pods.length > MOST_DOTS) ? ' Where dots are many, some are left out.' : '';
  const busiest = worst.pods.at(-1)!;
  const told = `Least even: ${worst.service}, whose busiest pod took ${formatNumber(busiest.share)} times the mean.`;
  const chart = {
    name: 'balance',
    title: 'Balance between pods',
    caption: `Requests of each pod while it served, against the mean of its service's pods (1 is even). ${told}${left}${thinned}`,
    description: `Dots, one a pod, by service, at the pod's share of requests relative to the mean. ${told}`,
  };
  const dots = shown.flatMap(({ service, pods }) => thin(pods).map(({ share }) => ({ service, share })));
  const lines = shown.map(({ service, pods }) => ({ service, low: pods[0]!.share, high: pods.at(-1)!.share }));
  const spec = (layout: Layout): Spec => {
    const names = nameSpace(layout);
    const width = plotWidth(layout, names.px);
    return wholeSpec(chart, {
      width,
      height: { step: 21 },
      layer: balanceLayers(dots, lines, names, layout.name === 'narrow' ? 4 : 6),
    });
  };
  return { ...chart, spec, cutLeft: true, data: dataOf(all) };
}

function readBalance(tables: RecordedTables, identity: RunIdentity): ServiceBalance[] {
  const recorded = rows(tables, 'balance', { start_s: 'number', service: 'text', pod: 'text', count: 'integer' });
  const kept = recorded.filter((row) => row.start_s! >= identity.warmupSeconds && row.count! > 0);
  const balances = [...groupBy(kept, (row) => row.service!)].map(([service, group]): ServiceBalance => {
    const means = [...groupBy(group, (row) => row.pod!)]
      // The first and the last interval of a pod are served in part.
      .map(([pod, intervals]) => ({ pod, full: intervals.slice(1, -1) }))
      .filter(({ full }) => full.length >= LEAST_INTERVALS)
      .map(({ pod, full }) => ({ pod, requests: full.reduce((sum, row) => sum + row.count!, 0) / full.length }));
    const mean = means.reduce((sum, { requests }) => sum + requests, 0) / means.length;
    const pods = means.map(({ pod, requests }) => ({ pod, requests, share: requests / mean }));
    return { service, pods: pods.sort((left, right) => left.share - right.share || byText(left.pod, right.pod)) };
  });
  return balances
    .filter(({ pods }) => pods.length > 1)
    .sort((left, right) => right.pods.length - left.pods.length || byText(left.service, right.service));
}

function thin(pods: readonly PodShare[]): PodShare[] {
  const step = Math.ceil(pods.length / MOST_DOTS);
  return pods.filter((_, index) => index % step === 0 || index === pods.length - 1);
}

function balanceLayers(
  dots: readonly Spec[],
  lines: readonly { readonly low: number; readonly high: number }[],
  names: NameSpace,
  tickCount: number,
): Spec[] {
  const range = [
    Math.min(1 - LEAST_RANGE, ...lines.map(({ low }) => low)),
    Math.max(1 + LEAST_RANGE, ...lines.map(({ high }) => high)),
  ];
  const x = {
    type: 'quantitative',
    scale: { domain: range, nice: true },
    axis: { title: "times the mean of the service's pods", tickCount, grid: true },
  };
  const y = {
    field: 'service',
    type: 'nominal',
    sort: null,
    axis: nameAxis(names),
  };
  return [
    {
      data: { values: [{}] },
      mark: { type: 'rule', color: 'var(--ink-2)', strokeDash: [4, 3], aria: false },
      encoding: { x: { ...x, datum: 1 } },
    },
    {
      data: { values: lines },
      mark: { type: 'rule', color: 'var(--series-1)', opacity: 0.35, strokeWidth: 3, strokeCap: 'round', aria: false },
      encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
    },
    {
      data: { values: dots },
      mark: { type: 'point', filled: true, size: 52, color: 'var(--series-1)', opacity: 0.75, aria: false },
      encoding: { x: { ...x, field: 'share' }, y },
    },
  ];
}

function dataOf(balances: readonly ServiceBalance[]): Chart['data'] {
  return {
    title: 'Balance between the pods of a service',
    columns: [
      { name: 'service', figures: false },
      ...['pods', 'least / mean', 'busiest / mean'].map((name) => ({ name, figures: true })),
    ],
    rows: balances.map(({ service, pods }) => [
      service,
      formatCount(pods.length),
      formatNumber(pods[0]!.share),
      formatNumber(pods.at(-1)!.share),
    ]),
  };
}
