import { conditionOf } from '../api/conditions.js';
import type { Handlers } from '../../kernel/events.js';
import { type ApiRequest, type ApiResult, issue, succeeded, takeResult } from '../api/calls.js';
import type { Condition } from '../api/objects/meta.js';
import type { PodStatus } from '../api/objects/pod.js';
import { NodesEvent } from './events.js';
import type { HostRecord } from './host-record.js';
import { type PodRecord, STAGE_TERMINATED } from './pod-record.js';
import type { NodesWorld } from './world.js';

/**
 * The status manager: one pod at a time, GET then PATCH, and at the end of a pod's life the DELETE that removes the object.
 * kubernetes v1.36.3 pkg/kubelet/status/status_manager.go: syncBatch, syncPod
 */
export function queueStatus(world: NodesWorld, podIndex: number): void {
  const record = world.nodes.pods.records[podIndex]!;
  const node = world.nodes.pods.node[podIndex]!;
  if (record.isQueued || world.nodes.hosts.kubeletUp[node] === 0) return; // a kubelet that starts sends all anew
  const host = world.nodes.hosts.records[node]!;
  record.isQueued = true;
  host.statusQueue.push(podIndex);
  if (host.statusCall === 'none') takeNext(world, node);
}

/** Forgets everything under way: the kubelet has stopped. Answers that still come are ignored. */
export function dropStatuses(world: NodesWorld, node: number): void {
  const host = world.nodes.hosts.records[node]!;
  for (const podIndex of host.statusQueue) {
    const record = world.nodes.pods.records[podIndex];
    if (record !== undefined) record.isQueued = false;
  }
  host.statusQueue = [];
  host.statusCall = 'none';
  host.awaitedCall = -1;
}

export function registerStatusSync<W extends NodesWorld>(handlers: Handlers<W>): void {
  handlers.on(NodesEvent.StatusAnswered, (world, node, call) => {
    const result = takeResult(world, call);
    const host = world.nodes.hosts.records[node]!;
    if (host.awaitedCall !== call) return; // asked by a kubelet that has stopped meanwhile
    proceed(world, node, host, result);
  });
}

function proceed(world: NodesWorld, node: number, host: HostRecord, result: ApiResult): void {
  const record = world.nodes.pods.records[host.statusPod];
  if (record === undefined || !succeeded(result) || host.statusCall === 'delete') {
    takeNext(world, node);
    return;
  }
  if (host.statusCall === 'get' && record.status !== record.reported) {
    host.statusSent = record.status;
    send(world, node, host, 'patch', record, {
      subresource: 'status',
      body: { status: changedStatus(record) },
    });
    return;
  }
  if (host.statusCall === 'patch') record.reported = host.statusSent;
  // kubernetes v1.36.3 status_manager.go: canBeDeleted
  const isDeleted = record.pod.metadata.deletionTimestamp !== undefined && !record.isGone;
  if (isDeleted && record.stage === STAGE_TERMINATED && record.status === record.reported) {
    send(world, node, host, 'delete', record, { gracePeriodSeconds: 0 });
    return;
  }
  takeNext(world, node);
}

/** The parts of the status that the API server doesn't have yet, as a merge patch. */
function changedStatus({ status, reported, pod }: PodRecord): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const field of Object.keys(status) as (keyof PodStatus)[]) {
    if (status[field] !== reported?.[field]) changed[field] = status[field];
  }
  const known = reported?.conditions ?? [];
  const before = (reported ?? pod.status).conditions ?? [];
  const conditions = (status.conditions ?? []).filter((condition) => !known.includes(condition));
  changed['conditions'] = conditions.map((condition) => withRemovals(condition, before));
  return changed;
}

/** A reason that no longer holds has to be taken away by name. */
function withRemovals(condition: Condition, before: readonly Condition[]): unknown {
  if (condition.reason !== undefined) return condition;
  const old = conditionOf(before, condition.type);
  return old?.reason === undefined ? condition : { ...condition, reason: null, message: null };
}

function takeNext(world: NodesWorld, node: number): void {
  const host = world.nodes.hosts.records[node]!;
  host.statusCall = 'none';
  for (let podIndex = host.statusQueue.shift(); podIndex !== undefined; podIndex = host.statusQueue.shift()) {
    const record = world.nodes.pods.records[podIndex];
    if (record?.isQueued !== true || world.nodes.pods.node[podIndex] !== node) continue;
    record.isQueued = false;
    host.statusPod = podIndex;
    send(world, node, host, 'get', record, {});
    return;
  }
}

function send(
  world: NodesWorld,
  node: number,
  host: HostRecord,
  verb: 'get' | 'patch' | 'delete',
  { pod }: PodRecord,
  rest: Pick<ApiRequest, 'subresource' | 'body' | 'gracePeriodSeconds'>,
): void {
  const { namespace, name, uid } = pod.metadata;
  host.statusCall = verb;
  const request: ApiRequest = { verb, kind: 'Pod', namespace, name, uid, ...rest };
  host.awaitedCall = issue(world, host.client, request, NodesEvent.StatusAnswered, node);
}
