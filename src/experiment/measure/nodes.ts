import type { Handlers } from '../../kernel/events.js';
import { type Cell, recordRow } from '../../kernel/probe.js';
import { schedule, scheduleAt } from '../../kernel/simulation.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import { value as bytesOf, milliValue } from '../../cluster/api/quantity.js';
import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Node } from '../../cluster/api/objects/node.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { podRequests, resourceNumbers } from '../../cluster/api/pod-resources.js';
import { collection } from '../../cluster/api/store.js';
import { nodeIndexOf, type NodesWorld, type PodUsage } from '../../cluster/nodes/workload.js';
import { NODE_TABLE } from '../../cluster/nodes/tables.js';
import { ExperimentEvent } from '../events.js';
import type { ExperimentWorld } from '../world.js';

/** What the pods bound to a node ask for. */
interface Bound {
  milliCpu: number;
  memoryBytes: number;
  pods: number;
}

/** Running figures of the interval under way. */
export interface NodeIntervals {
  readonly bound: Map<string, Bound>;
  /** CPU time (us) that each pod had used at the interval's start, by podIndex; `uids` says whose it was. */
  usedUs: number[];
  uids: string[];
  startedAt: Micros;
  /** The end of the interval is scheduled. While nothing uses CPU and nothing changes, none is: quiet time is free. */
  isArmed: boolean;
  /** Requests may use CPU at any time, so every interval is looked at. */
  readonly hasTraffic: boolean;
  /** Row of each node's last interval: one that looks like it is the same interval, made longer. */
  readonly lastRow: Map<string, number>;
}

export function createNodeIntervals(hasTraffic: boolean): NodeIntervals {
  return { bound: new Map(), usedUs: [], uids: [], startedAt: 0, isArmed: false, hasTraffic, lastRow: new Map() };
}

type MeasuredWorld = ExperimentWorld & NodesWorld;

/** Records the use of every node at the end of every interval in which it differs from the one before. */
export function measureNodes<W extends MeasuredWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  usage: PodUsage<W>,
): void {
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { object, before, type }) => {
    // What a pod that goes took is what it took last.
    const took = type === 'deleted' ? takesRoom(object) : before !== undefined && takesRoom(before);
    const takes = type !== 'deleted' && takesRoom(object);
    if (takes !== took) book(world, usage, object, takes ? 1 : -1);
  });
  listeners.on<Node>(PROBE_COMPONENT, 'Node', (world) => wake(world, usage));
  handlers.on(ExperimentEvent.IntervalEnded, (world) => {
    const { nodeIntervals, intervalUs } = world.experiment;
    const changed = endInterval(world, usage, world.kernel.now);
    nodeIntervals.isArmed = changed || nodeIntervals.hasTraffic;
    if (nodeIntervals.isArmed) schedule(world, intervalUs, ExperimentEvent.IntervalEnded, 0, 0);
  });
}

/** A pod that has ended stays on its node as an object only. */
function takesRoom({ spec, status }: Pod): boolean {
  return spec.nodeName !== undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

/** Something changes: closes the quiet span before it, and looks again at the end of this interval. */
function wake<W extends MeasuredWorld>(world: W, usage: PodUsage<W>): void {
  const { nodeIntervals, intervalUs } = world.experiment;
  if (nodeIntervals.isArmed) return;
  nodeIntervals.isArmed = true;
  const boundary = world.kernel.now - (world.kernel.now % intervalUs);
  if (boundary > nodeIntervals.startedAt) endInterval(world, usage, boundary);
  scheduleAt(world, boundary + intervalUs, ExperimentEvent.IntervalEnded, 0, 0);
}

/** Records what is left of the last interval. */
export function finishNodes<W extends MeasuredWorld>(world: W, usage: PodUsage<W>): void {
  if (world.kernel.now > world.experiment.nodeIntervals.startedAt) endInterval(world, usage, world.kernel.now);
}

function book<W extends MeasuredWorld>(world: W, usage: PodUsage<W>, pod: Pod, sign: 1 | -1): void {
  const { nodeName } = pod.spec;
  if (nodeName === undefined) return;
  wake(world, usage);
  const { bound } = world.experiment.nodeIntervals;
  const sums = bound.get(nodeName) ?? { milliCpu: 0, memoryBytes: 0, pods: 0 };
  const { milliCpu, memory } = resourceNumbers(podRequests(pod.spec));
  sums.milliCpu += sign * milliCpu;
  sums.memoryBytes += sign * memory;
  sums.pods += sign;
  bound.set(nodeName, sums);
}

/** Writes the interval until `at`; says whether any node's figures differ from the interval before. */
function endInterval<W extends MeasuredWorld>(world: W, usage: PodUsage<W>, at: Micros): boolean {
  const intervals = world.experiment.nodeIntervals;
  const used = usedByNode(world, usage);
  const start = microsToSeconds(intervals.startedAt);
  let changed = false;
  for (const node of collection<Node>(world, 'Node').values()) {
    const usedUs = used[nodeIndexOf(world, node.metadata.name)] ?? 0;
    const cores = usedUs / (at - intervals.startedAt);
    const cells = describe(world, node, cores);
    if (append(world, node.metadata.name, start, microsToSeconds(at), cells)) changed = true;
  }
  intervals.startedAt = at;
  return changed;
}

/** CPU time (us) that the pods of each node used in the interval; what a pod used after its last end is left out. */
function usedByNode<W extends MeasuredWorld>(world: W, usage: PodUsage<W>): number[] {
  const { pods, hosts } = world.nodes;
  const { usedUs, uids } = world.experiment.nodeIntervals;
  const used = Array.from({ length: hosts.count }, () => 0);
  for (let pod = 0; pod < pods.count; pod++) {
    const uid = pods.uids[pod]!;
    if (uid === '') continue;
    const now = usage.cpuUs(world, pod);
    used[pods.node[pod]!]! += uids[pod] === uid ? Math.max(0, now - usedUs[pod]!) : now;
    usedUs[pod] = now;
    uids[pod] = uid;
  }
  return used;
}

function describe(world: MeasuredWorld, node: Node, coresUsed: number): Cell[] {
  const { name } = node.metadata;
  const index = nodeIndexOf(world, name);
  const { hosts } = world.nodes;
  const bound = world.experiment.nodeIntervals.bound.get(name) ?? { milliCpu: 0, memoryBytes: 0, pods: 0 };
  const ready = (node.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
  return [
    name,
    hosts.pools[index] ?? '',
    hosts.zoneNames[hosts.zones[index]!] ?? '',
    ready,
    coresUsed,
    bound.milliCpu / MILLI,
    milliValue(node.status.allocatable['cpu'] ?? 0) / MILLI,
    bound.memoryBytes,
    bytesOf(node.status.allocatable['memory'] ?? 0),
    bound.pods,
  ];
}

const MILLI = 1_000;
/** Columns of the node table that hold the span itself. */
const END_COLUMN = 1;
const SPAN_COLUMNS = 2;

function append(world: ExperimentWorld, node: string, start: number, end: number, cells: Cell[]): boolean {
  const { lastRow } = world.experiment.nodeIntervals;
  const table = world.kernel.probe.tables.get(NODE_TABLE.name)!;
  const row = lastRow.get(node);
  const same =
    row !== undefined &&
    table.columns[END_COLUMN]![row] === start &&
    cells.every((cell, index) => table.columns[SPAN_COLUMNS + index]![row] === cell);
  if (same) {
    table.columns[END_COLUMN]![row] = end;
    return false;
  }
  lastRow.set(node, table.rows);
  recordRow(world, NODE_TABLE, [start, end, ...cells]);
  return true;
}
