import type { ApiRequest, ApiResult } from '../../cluster/api/calls.js';
import { succeeded } from '../../cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../cluster/api/clients.js';
import { type Controller, enqueue, SYNC_DONE, type SyncStep } from '../../cluster/api/controller-loop.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { controllerOf } from '../../cluster/api/owner-references.js';
import { objectKey } from '../../cluster/api/store.js';
import { isNamespaceTerminating } from '../../cluster/api/sync-story.js';
import { constant } from '../../kernel/distributions.js';
import { formatDuration } from '../../kernel/duration.js';
import { invariant } from '../../kernel/invariant.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import type { DrainCommand } from '../../scenario/commands.js';
import type { ExperimentWorld } from '../world.js';
import { aggregate, planDrain, podsToDrain } from './drain-filters.js';
import { finish } from './finish.js';

/** kubectl v0.36.3 pkg/cmd/drain/drain.go: EvictErrorRetryDelay; pkg/drain/drain.go: interval of waitForDelete */
const RETRY_US = 5 * SECOND_US;
const POLL_US = SECOND_US;

/** A pod that is on its way. */
interface LeavingPod {
  readonly namespace: string;
  readonly name: string;
  uid: string;
  /** `refresh`: it was refused once, so the next try reads it first. */
  stage: 'evict' | 'refresh' | 'wait';
  isGoing: boolean;
  /** Why the last try was refused; empty before that. */
  refusal: string;
}

/** A drain under way, by the number of its command. */
export interface DrainState {
  readonly command: DrainCommand;
  /** Each kubectl is a process of its own, with a client of its own. */
  readonly client: number;
  /** Nodes still to be drained, the present one first: they are drained one after the other. */
  readonly nodes: string[];
  readonly pods: Map<string, LeavingPod>;
  /** When the present node's drain gives up; Infinity = never. */
  deadline: Micros;
  /** Of the present node. */
  errors: string[];
  /** Of the nodes that could not be drained. */
  readonly failures: string[];
}

/** Goes on with a drain whose nodes are cordoned. */
export function beginDrain(
  world: ExperimentWorld,
  entry: string,
  command: DrainCommand,
  nodes: readonly string[],
): SyncStep {
  world.experiment.drains.set(entry, {
    command,
    client: openClient(world, 'kubectl-drain', CLIENT_LIMITS.kubectl),
    nodes: [...nodes],
    pods: new Map(),
    deadline: Number.POSITIVE_INFINITY,
    errors: [],
    failures: [],
  });
  enqueue(world, world.experiment.drainer, entry);
  return SYNC_DONE;
}

type Memory =
  | { readonly step: 'list' }
  | { readonly step: 'daemonSets'; readonly pods: readonly Pod[] }
  | { readonly step: 'evict' | 'refresh' | 'wait' };

/**
 * The part of `kubectl drain` that comes after the cordon: a key is a command (its next node) or one of its pods, each of which is
 * evicted and waited for by itself. Source: kubectl v0.36.3 pkg/drain/drain.go; reference/workloads.md section 8.
 */
export function drainer<W extends ExperimentWorld>(): Controller<W> {
  return {
    name: 'kubectl-drain',
    workers: Number.POSITIVE_INFINITY,
    limits: CLIENT_LIMITS.kubectl,
    reaction: constant(0),
    sync: (world, key) => {
      const [entry, podKey] = placeOf(key);
      const drain = drainOf(world, entry);
      const step =
        podKey === undefined ? startNode(world, entry, drain) : nextOfPod(world, key, drain, drain.pods.get(podKey)!);
      return { ...step, client: drain.client };
    },
    resume: (world, key, memory, results) => {
      const [entry] = placeOf(key);
      const drain = drainOf(world, entry);
      return { ...goOn(world, key, drain, memory as Memory, results), client: drain.client };
    },
  };
}

function goOn(
  world: ExperimentWorld,
  key: string,
  drain: DrainState,
  then: Memory,
  results: readonly ApiResult[],
): SyncStep {
  const [entry, podKey] = placeOf(key);
  if (podKey !== undefined) return answerForPod(world, key, then, results[0]!);
  if (then.step === 'list') return listed(world, entry, drain, (results[0]!.objects ?? []) as readonly Pod[]);
  invariant(then.step === 'daemonSets', `a drain of nodes does not ${then.step}`);
  return filtered(world, entry, then.pods, objectsOf(results));
}

/** `3`, or `3 default/web-1`. */
function placeOf(key: string): [string, string | undefined] {
  const [entry, podKey] = key.split(' ');
  return [entry!, podKey];
}

function drainOf(world: ExperimentWorld, entry: string): DrainState {
  const drain = world.experiment.drains.get(entry);
  invariant(drain !== undefined, `command ${entry} drains nothing`);
  return drain;
}

function startNode(world: ExperimentWorld, entry: string, { nodes, failures }: DrainState): SyncStep {
  if (nodes.length > 0) {
    return { requests: [{ verb: 'list', kind: 'Pod', namespace: '', name: '' }], memory: { step: 'list' } };
  }
  world.experiment.drains.delete(entry);
  return finish(world, entry, failures.length === 0 ? 'ok' : failures.join('; '));
}

/** DaemonSets of the node's pods are read one by one. */
function listed(world: ExperimentWorld, entry: string, drain: DrainState, all: readonly Pod[]): SyncStep {
  const pods = podsToDrain(drain.command, drain.nodes[0]!, all);
  const requests = pods.flatMap((pod): ApiRequest[] => {
    const controller = controllerOf(pod);
    if (controller?.kind !== 'DaemonSet') return [];
    return [{ verb: 'get', kind: 'DaemonSet', namespace: pod.metadata.namespace, name: controller.name }];
  });
  if (requests.length === 0) return filtered(world, entry, pods, []);
  return { requests, memory: { step: 'daemonSets', pods } };
}

function objectsOf(results: readonly ApiResult[]): readonly KubernetesObject[] {
  return results.flatMap(({ object }) => object ?? []);
}

function filtered(
  world: ExperimentWorld,
  entry: string,
  pods: readonly Pod[],
  daemonSets: readonly KubernetesObject[],
): SyncStep {
  const drain = drainOf(world, entry);
  const plan = planDrain(drain.command, pods, daemonSets);
  if (!plan.ok) drain.errors.push(plan.error);
  if (!plan.ok || plan.pods.length === 0) return endNode(world, entry);
  const { timeoutUs } = drain.command;
  drain.deadline = timeoutUs === null ? Number.POSITIVE_INFINITY : world.kernel.now + timeoutUs;
  for (const pod of plan.pods) {
    const { namespace, name, uid, deletionTimestamp } = pod.metadata;
    const isGoing = deletionTimestamp !== undefined;
    drain.pods.set(objectKey(pod), { namespace, name, uid, stage: 'evict', isGoing, refusal: '' });
  }
  for (const podKey of drain.pods.keys()) enqueue(world, world.experiment.drainer, `${entry} ${podKey}`);
  return SYNC_DONE;
}

/** The present node is done with, one way or the other. */
function endNode(world: ExperimentWorld, entry: string): SyncStep {
  const drain = drainOf(world, entry);
  const node = drain.nodes.shift()!;
  if (drain.errors.length > 0) {
    const why = aggregate(drain.errors);
    drain.failures.push(`error: unable to drain node "${node}" due to error: ${why}, continuing command...`);
    drain.errors = [];
  }
  enqueue(world, world.experiment.drainer, entry);
  return SYNC_DONE;
}

function nextOfPod(world: ExperimentWorld, key: string, drain: DrainState, pod: LeavingPod): SyncStep {
  const isLate = world.kernel.now >= drain.deadline;
  if (pod.stage === 'wait') {
    if (isLate) return endPod(world, key, `${waitingFor(pod)}: context deadline exceeded`);
    return { requests: [getOf(pod)], memory: { step: 'wait' } };
  }
  if (isLate) {
    const after = formatDuration(drain.command.timeoutUs!);
    return endPod(world, key, `${evicting(pod)}: global timeout reached: ${after}`);
  }
  if (pod.stage === 'refresh') return { requests: [getOf(pod)], memory: { step: 'refresh' } };
  return { requests: [removalOf(drain.command, pod)], memory: { step: 'evict' } };
}

function evicting({ namespace, name }: LeavingPod): string {
  return `error when evicting pods/"${name}" -n "${namespace}"`;
}

function waitingFor({ namespace, name }: LeavingPod): string {
  return `error when waiting for pod "${name}" in namespace "${namespace}" to terminate`;
}

function getOf({ namespace, name }: LeavingPod): ApiRequest {
  return { verb: 'get', kind: 'Pod', namespace, name };
}

function removalOf({ disableEviction, gracePeriodSeconds }: DrainCommand, pod: LeavingPod): ApiRequest {
  const { namespace, name } = pod;
  const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
  return { verb: disableEviction ? 'delete' : 'evict', kind: 'Pod', namespace, name, ...grace };
}

function answerForPod(world: ExperimentWorld, key: string, memory: Memory, result: ApiResult): SyncStep {
  const [entry, podKey] = placeOf(key);
  const drain = drainOf(world, entry);
  const pod = drain.pods.get(podKey!)!;
  if (memory.step === 'wait') {
    const isGone = result.status === 404 || (succeeded(result) && result.object!.metadata.uid !== pod.uid);
    if (isGone) return endPod(world, key, undefined);
    if (!succeeded(result)) return endPod(world, key, `${waitingFor(pod)}: ${result.message}`);
    // The wait ends with the deadline, not with the next look after it; it may have passed before this answer came.
    const leftUs = Math.max(0, drain.deadline - world.kernel.now);
    return { requests: [], outcome: { afterUs: Math.min(POLL_US, leftUs) } };
  }
  if (memory.step === 'refresh') {
    if (succeeded(result)) {
      pod.uid = result.object!.metadata.uid;
      pod.isGoing = result.object!.metadata.deletionTimestamp !== undefined;
    }
    pod.stage = 'evict';
    return nextOfPod(world, key, drain, pod);
  }
  if (result.status === 404) return endPod(world, key, undefined);
  if (succeeded(result) || (pod.isGoing && isNamespaceTerminating(result))) {
    pod.stage = 'wait';
    return nextOfPod(world, key, drain, pod);
  }
  if (result.status !== 429 && !isNamespaceTerminating(result)) {
    return endPod(world, key, `${evicting(pod)}: ${result.message}`);
  }
  // A server that says when to come again is asked by the client library itself, at that time.
  const { retryAfterSeconds } = result;
  pod.stage = retryAfterSeconds === undefined ? 'refresh' : 'evict';
  pod.refusal = result.message;
  return {
    requests: [],
    outcome: { afterUs: retryAfterSeconds === undefined ? RETRY_US : retryAfterSeconds * SECOND_US },
  };
}

function endPod(world: ExperimentWorld, key: string, error: string | undefined): SyncStep {
  const [entry, podKey] = placeOf(key);
  const drain = drainOf(world, entry);
  drain.pods.delete(podKey!);
  if (error !== undefined) drain.errors.push(error);
  return drain.pods.size === 0 ? endNode(world, entry) : SYNC_DONE;
}
