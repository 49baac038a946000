import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Node } from '../../cluster/api/objects/node.js';
import type { EndpointSlice } from '../../cluster/api/objects/network.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { isReady, podCondition } from '../../cluster/api/pod-predicates.js';
import { stored } from '../../cluster/api/store.js';
import { PHASE_TABLE, POD_TABLE } from '../../cluster/nodes/tables.js';
import { recordRow } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import type { ExperimentWorld } from '../world.js';
import { chainOf, controllerOf } from './owners.js';

/** A pod's life as the API server shows it. -1 = not reached. */
export interface PodEntry {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly workload: string;
  readonly revision: string;
  readonly createdAt: Micros;
  node: string;
  scheduledAt: Micros;
  runningAt: Micros;
  readyAt: Micros;
  endpointAt: Micros;
  deletedAt: Micros;
  /** What it is doing, and since when: the open span of the Gantt chart. */
  doing: string;
  doingSince: Micros;
  phase: string;
  reason: string;
}

/** The pods that exist, by uid. */
export interface PodLedger {
  readonly entries: Map<string, PodEntry>;
}

export function createPodLedger(): PodLedger {
  return { entries: new Map() };
}

/** What the nodes and the traffic know of a pod that the API server doesn't; seconds, null = not reached. */
export interface PodInside {
  readonly admitted: number | null;
  readonly sandbox: number | null;
  readonly pulled: number | null;
  readonly started: number | null;
  readonly stopped: number | null;
  readonly firstRequest: number | null;
  readonly restarts: number;
  readonly requests: number;
  readonly cpuSeconds: number;
}

/** Gives a pod's inside by uid. */
export type LookInside<W> = (world: W, uid: string) => PodInside;

/** Follows every pod from its creation to its removal, and writes its rows then. */
export function measurePods<W extends ExperimentWorld>(listeners: Listeners<W>, lookInside: LookInside<W>): void {
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object }) => {
    const { entries } = world.experiment.pods;
    const known = entries.get(object.metadata.uid);
    const entry = known ?? openEntry(world, object);
    if (known === undefined) entries.set(object.metadata.uid, entry);
    if (type !== 'deleted') {
      update(world, entry, object);
      return;
    }
    entries.delete(object.metadata.uid);
    close(world, entry, world.kernel.now, lookInside(world, entry.uid));
  });
  listeners.on<EndpointSlice>(PROBE_COMPONENT, 'EndpointSlice', (world, { type, object, before }) => {
    if (type === 'deleted') return;
    const known = before?.endpoints ?? [];
    for (const endpoint of object.endpoints) {
      if (!endpoint.conditions.ready || endpoint.targetRef === undefined || known.includes(endpoint)) continue;
      const entry = world.experiment.pods.entries.get(endpoint.targetRef.uid);
      if (entry !== undefined && entry.endpointAt < 0) entry.endpointAt = world.kernel.now;
    }
  });
}

/** Writes the rows of the pods that outlive the run. */
export function finishPods<W extends ExperimentWorld>(world: W, lookInside: LookInside<W>): void {
  for (const entry of world.experiment.pods.entries.values()) close(world, entry, -1, lookInside(world, entry.uid));
  world.experiment.pods.entries.clear();
}

function openEntry(world: ExperimentWorld, pod: Pod): PodEntry {
  const owner = controllerOf(pod);
  return {
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    workload: chainOf(world, pod).at(-1)!,
    revision: owner?.kind === 'ReplicaSet' ? owner.name : '',
    createdAt: world.kernel.now,
    node: '',
    scheduledAt: -1,
    runningAt: -1,
    readyAt: -1,
    endpointAt: -1,
    deletedAt: -1,
    doing: 'pending',
    doingSince: world.kernel.now,
    phase: '',
    reason: '',
  };
}

function update(world: ExperimentWorld, entry: PodEntry, pod: Pod): void {
  const { now } = world.kernel;
  if (entry.scheduledAt < 0 && pod.spec.nodeName !== undefined) {
    entry.node = pod.spec.nodeName;
    entry.scheduledAt = now;
  }
  if (entry.runningAt < 0 && pod.status.phase === 'Running') entry.runningAt = now;
  if (entry.readyAt < 0 && isReady(pod)) entry.readyAt = now;
  if (entry.deletedAt < 0 && pod.metadata.deletionTimestamp !== undefined) entry.deletedAt = now;
  entry.phase = pod.status.phase;
  entry.reason = reasonOf(pod);
  const doing = whatItDoes(entry, pod);
  if (doing === entry.doing) return;
  recordSpan(world, entry, now);
  entry.doing = doing;
  entry.doingSince = now;
}

function whatItDoes(entry: PodEntry, pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating';
  if (entry.scheduledAt < 0) return 'pending';
  if (isReady(pod)) return 'ready';
  if (waitsFor(pod, 'CrashLoopBackOff')) return 'crash-loop';
  if (entry.readyAt >= 0) return 'not-ready';
  return entry.runningAt >= 0 ? 'starting' : 'creating';
}

function reasonOf(pod: Pod): string {
  if (pod.status.reason !== undefined) return pod.status.reason;
  for (const { state } of pod.status.containerStatuses ?? []) {
    const reason = state.waiting?.reason ?? state.terminated?.reason;
    if (reason !== undefined) return reason;
  }
  // As kubectl shows it.
  return podCondition(pod, 'PodScheduled')?.reason === 'SchedulingGated' ? 'SchedulingGated' : '';
}

function waitsFor(pod: Pod, reason: string): boolean {
  return (pod.status.containerStatuses ?? []).some(({ state }) => state.waiting?.reason === reason);
}

function close(world: ExperimentWorld, entry: PodEntry, removedAt: Micros, inside: PodInside): void {
  recordSpan(world, entry, world.kernel.now);
  const zone = stored<Node>(world, 'Node', entry.node)?.metadata.labels?.[ZONE_LABEL] ?? '';
  recordRow(world, POD_TABLE, [
    entry.namespace,
    entry.name,
    entry.workload,
    entry.revision,
    entry.node,
    zone,
    microsToSeconds(entry.createdAt),
    seconds(entry.scheduledAt),
    inside.admitted,
    inside.sandbox,
    inside.pulled,
    inside.started,
    seconds(entry.runningAt),
    seconds(entry.readyAt),
    seconds(entry.endpointAt),
    inside.firstRequest,
    seconds(entry.deletedAt),
    inside.stopped,
    seconds(removedAt),
    inside.restarts,
    inside.requests,
    inside.cpuSeconds,
    entry.phase,
    entry.reason,
    entry.uid,
  ]);
}

const ZONE_LABEL = 'topology.kubernetes.io/zone';

function recordSpan(world: ExperimentWorld, entry: PodEntry, until: Micros): void {
  if (until <= entry.doingSince) return;
  recordRow(world, PHASE_TABLE, [
    entry.namespace,
    entry.name,
    entry.workload,
    entry.revision,
    entry.node,
    entry.doing,
    microsToSeconds(entry.doingSince),
    microsToSeconds(until),
  ]);
}

function seconds(at: Micros): number | null {
  return at < 0 ? null : microsToSeconds(at);
}
