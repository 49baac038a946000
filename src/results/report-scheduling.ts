import { byText, groupBy } from './columns.js';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  formatShare,
} from './format.js';
import { escapeHtml, htmlTable } from './html.js';
import type { RecordedTables, RunIdentity } from './identity.js';
import { type NodeRequests, type NodeUtilisation, nodeUtilisation } from './node-utilisation.js';
import { schedulersReason, type WaitingPod, waitingPods } from './waiting-pods.js';

/** Waits listed in the page; the table `pending_pods` has every word on every pod. */
const MOST_WAITS = 20;
/** Of a pod that was told more things, the first and the last ones are listed. */
const MOST_WORDS = 4;
/** More nodes are shown pool by pool. */
const MOST_NODES = 16;
/** Columns that a phone does without. */
const MINOR_COLUMNS = new Set(['of cores', 'of bytes', 'longest']);

/** Who waited for a node, from when to when, and what the scheduler said meanwhile. */
export function pendingPods(tables: RecordedTables, { durationSeconds, command, explained }: RunIdentity): string {
  const waiting = waitingPods(tables, durationSeconds).filter(({ words }) => words.length > 0);
  if (waiting.length === 0) return '';
  // Twins that heard the same and ended alike are one line.
  const groups = [...groupBy(waiting, storyOf).values()].map((pods) => waitOf(pods, durationSeconds));
  groups.sort((left, right) => right.longest - left.longest || byText(left.cells[0]!, right.cells[0]!));
  const table = htmlTable(
    {
      title: 'Pods that waited for a node',
      columns: [
        { name: 'pods', figures: false },
        { name: 'from', figures: true },
        { name: 'to', figures: true },
        { name: 'longest', figures: true },
        { name: 'end', figures: false },
        { name: 'the scheduler said', figures: false },
      ],
      rows: groups.slice(0, MOST_WAITS).map(({ cells }) => cells),
    },
    MINOR_COLUMNS,
  );
  const more = groups.length - MOST_WAITS;
  const rest = more > 0 ? `<p class="quiet">${formatPlural(more, 'more line')} in tables/pending_pods.</p>` : '';
  const how =
    explained === undefined
      ? `<p class="quiet">Why, attempt by attempt: <code>${escapeHtml(`${command} --explain`)}</code>, then <code>wavetank explain DIR</code></p>`
      : '';
  return `<div class="panel">${table}${rest}${how}</div>`;
}

function storyOf({ workload, end, words }: WaitingPod): string {
  return JSON.stringify([workload, end, words.map(({ message }) => message)]);
}

function waitOf(
  pods: readonly WaitingPod[],
  durationSeconds: number,
): { readonly longest: number; readonly cells: readonly string[] } {
  const { workload, end } = pods[0]!;
  const from = Math.min(...pods.map(({ fromSeconds }) => fromSeconds));
  const to = Math.max(...pods.map(({ toSeconds }) => toSeconds ?? durationSeconds));
  const longest = Math.max(...pods.map(({ fromSeconds, toSeconds }) => (toSeconds ?? durationSeconds) - fromSeconds));
  const nodes = [...new Set(pods.map(({ node }) => node))].sort();
  const where = end === 'scheduled' ? `on ${nodes.slice(0, 3).join(', ')}${nodes.length > 3 ? ', …' : ''}` : end;
  const cells = [
    pods.length === 1 ? pods[0]!.pod : `${formatPlural(pods.length, 'pod')} of ${workload}`,
    formatClock(from),
    end === 'pending' ? '–' : formatClock(to),
    formatDuration(longest),
    where,
    saidOf(pods[0]!),
  ];
  return { longest, cells };
}

/** `0s: 2 Insufficient cpu; 1m: 1 Insufficient cpu`, without what all messages begin with and preemption adds. */
function saidOf({ words }: WaitingPod): string {
  const said = words.map(({ atSeconds, message }) => {
    return `${formatClock(atSeconds)}: ${schedulersReason(message).replace(/^0\/\d+ nodes are available: /, '')}`;
  });
  if (said.length <= MOST_WORDS) return said.join('; ');
  const left = said.length - MOST_WORDS;
  return [...said.slice(0, MOST_WORDS / 2), `… ${left} more`, ...said.slice(-MOST_WORDS / 2)].join('; ');
}

/** What pods ask of the nodes, before the first action and at the end. */
export function utilisationTable(tables: RecordedTables): string {
  const nodes = nodeUtilisation(tables);
  if (nodes.every(({ before, after }) => before.pods + after.pods === 0)) return '';
  const lines = nodes.length <= MOST_NODES ? nodes : poolsOf(nodes);
  const isByPool = lines !== nodes;
  const table = htmlTable(
    {
      title: 'Requests on the nodes, before the first action and at the end',
      columns: [
        { name: isByPool ? 'pool' : 'node', figures: false },
        { name: 'cpu', figures: true },
        { name: 'of cores', figures: true },
        { name: 'memory', figures: true },
        { name: 'of bytes', figures: true },
        { name: 'pods', figures: true },
      ],
      rows: lines.map(({ node, before, after }) => [
        node,
        `${cpuShare(before)} → ${cpuShare(after)}`,
        formatNumber(after.cpuAllocatable),
        `${memoryShare(before)} → ${memoryShare(after)}`,
        formatBytes(after.memoryAllocatable),
        `${formatCount(before.pods)} → ${formatCount(after.pods)}`,
      ]),
    },
    MINOR_COLUMNS,
  );
  const at = formatClock(Math.max(...nodes.map(({ beforeSeconds }) => beforeSeconds)));
  return `<div class="panel">${table}<p class="quiet">${escapeHtml(`What the pods ask for, of what the nodes have for pods: at ${at} → at the end.`)}</p></div>`;
}

function poolsOf(nodes: readonly NodeUtilisation[]): NodeUtilisation[] {
  return [...groupBy(nodes, ({ pool }) => pool)].map(([pool, own]) => ({
    ...own[0]!,
    node: `${pool} (${formatPlural(own.length, 'node')})`,
    before: sumOf(own.map(({ before }) => before)),
    after: sumOf(own.map(({ after }) => after)),
  }));
}

function sumOf(all: readonly NodeRequests[]): NodeRequests {
  const sum = (figure: (one: NodeRequests) => number): number => all.reduce((total, one) => total + figure(one), 0);
  return {
    cpuRequested: sum(({ cpuRequested }) => cpuRequested),
    cpuAllocatable: sum(({ cpuAllocatable }) => cpuAllocatable),
    memoryRequested: sum(({ memoryRequested }) => memoryRequested),
    memoryAllocatable: sum(({ memoryAllocatable }) => memoryAllocatable),
    pods: sum(({ pods }) => pods),
  };
}

function cpuShare({ cpuRequested, cpuAllocatable }: NodeRequests): string {
  return cpuAllocatable === 0 ? '–' : formatShare(cpuRequested / cpuAllocatable);
}

function memoryShare({ memoryRequested, memoryAllocatable }: NodeRequests): string {
  return memoryAllocatable === 0 ? '–' : formatShare(memoryRequested / memoryAllocatable);
}
