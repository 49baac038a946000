import type { ApiRequest, ApiResult } from '../../cluster/api/calls.js';
import { succeeded } from '../../cluster/api/calls.js';
import { CLIENT_LIMITS } from '../../cluster/api/clients.js';
import type { Controller, SyncStep } from '../../cluster/api/controller-loop.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../cluster/api/objects/workload.js';
import { uniform } from '../../kernel/distributions.js';
import { recordRow } from '../../kernel/probe.js';
import { MILLISECOND_US, microsToSeconds } from '../../kernel/time.js';
import type { KubectlCommand } from '../../scenario/commands.js';
import { ACTION_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';
import { create, OperatorError, patch, undoPatch, writesOf } from './actions.js';
import { targetObjects, targetRequests } from './targets.js';

/** Process start of kubectl (estimate, reference/control-plane.md section 9). */
const KUBECTL_START = uniform(30 * MILLISECOND_US, 80 * MILLISECOND_US);

/** What a command has still to do: `read` its objects, read what `more` it needs, `write`. */
type Stage =
  | { readonly stage: 'read' }
  | { readonly stage: 'more'; readonly objects: readonly KubernetesObject[] }
  | { readonly stage: 'write' };

/** The operator at the keyboard: plays the kubectl commands of the timeline, each as a process of its own. */
export function operator<W extends ExperimentWorld>(): Controller<W> {
  return {
    name: 'kubectl',
    workers: Number.POSITIVE_INFINITY,
    limits: CLIENT_LIMITS.kubectl,
    reaction: KUBECTL_START,
    sync: (world, key) => start(commandOf(world, key)),
    resume: (world, key, memory, results) => {
      const failed = results.find((result) => !succeeded(result) && !isAbsentForApply(world, key, memory, result));
      if (failed !== undefined) return finish(world, key, `Error from server (${failed.reason}): ${failed.message}`);
      try {
        return proceed(world, key, memory as Stage, results);
      } catch (error) {
        if (error instanceof OperatorError) return finish(world, key, `error: ${error.message}`);
        throw error;
      }
    },
  };
}

function start(command: KubectlCommand): SyncStep {
  const memory: Stage = { stage: 'read' };
  if ('target' in command) return { requests: targetRequests(command.target), memory };
  if ('nodes' in command) return { requests: command.nodes.map(getNode), memory };
  if (command.do === 'apply') return { requests: command.objects.map(getOf), memory };
  return { requests: command.objects.map(create), memory: { stage: 'write' } };
}

function getNode(name: string): ApiRequest {
  return { verb: 'get', kind: 'Node', namespace: '', name };
}

function proceed(world: ExperimentWorld, key: string, memory: Stage, results: readonly ApiResult[]): SyncStep {
  const command = commandOf(world, key);
  if (memory.stage === 'write') return finish(world, key, 'ok');
  const objects = memory.stage === 'more' ? memory.objects : objectsRead(command, results);
  if (memory.stage === 'read') {
    const more = furtherReads(command, objects);
    if (more.length > 0) return { requests: more, memory: { stage: 'more', objects } };
  }
  const requests = requestsOf(world, command, objects, results);
  return requests.length === 0 ? finish(world, key, 'ok') : { requests, memory: { stage: 'write' } };
}

function objectsRead(command: KubectlCommand, results: readonly ApiResult[]): readonly KubernetesObject[] {
  if ('target' in command) return targetObjects(command.target, results);
  return results.flatMap(({ object }) => (object === undefined ? [] : [object]));
}

/** What undo and drain read besides their targets. */
function furtherReads(command: KubectlCommand, objects: readonly KubernetesObject[]): readonly ApiRequest[] {
  if (command.do === 'rollout-undo') {
    return objects.map(({ metadata }) => ({
      verb: 'list',
      kind: 'ReplicaSet',
      namespace: metadata.namespace,
      name: '',
    }));
  }
  if (command.do !== 'drain') return [];
  const cordons = objects.map((node) => patch(node, { spec: { unschedulable: true } }));
  return [{ verb: 'list', kind: 'Pod', namespace: '', name: '' }, ...cordons];
}

function requestsOf(
  world: ExperimentWorld,
  command: KubectlCommand,
  objects: readonly KubernetesObject[],
  results: readonly ApiResult[],
): readonly ApiRequest[] {
  if (command.do === 'rollout-undo') {
    return objects.map((deployment, index) => {
      const sets = (results[index]?.objects ?? []) as readonly ReplicaSet[];
      const owned = sets.filter((set) => isOwnedBy(set, deployment));
      return undoPatch(deployment as Deployment, owned, command.toRevision);
    });
  }
  if (command.do === 'drain') return evictions(command, objects, (results[0]?.objects ?? []) as readonly Pod[]);
  return writesOf(command, objects, world.kernel.now);
}

function evictions(
  command: Extract<KubectlCommand, { readonly do: 'drain' }>,
  nodes: readonly KubernetesObject[],
  pods: readonly Pod[],
): readonly ApiRequest[] {
  const drained = pods.filter(({ spec }) => nodes.some(({ metadata }) => metadata.name === spec.nodeName));
  return drained
    .filter((pod) => !(pod.metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet'))
    .map(({ metadata }) => ({
      verb: 'delete',
      kind: 'Pod',
      namespace: metadata.namespace,
      name: metadata.name,
      ...(command.gracePeriodSeconds === null ? {} : { gracePeriodSeconds: command.gracePeriodSeconds }),
    }));
}

function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

function isAbsentForApply(world: ExperimentWorld, key: string, memory: unknown, result: ApiResult): boolean {
  return commandOf(world, key).do === 'apply' && (memory as Stage).stage === 'read' && result.status === 404;
}

function getOf({ kind, metadata }: KubernetesObject): ApiRequest {
  return { verb: 'get', kind, namespace: metadata.namespace, name: metadata.name };
}

function commandOf(world: ExperimentWorld, key: string): KubectlCommand {
  return world.experiment.timeline[Number(key)]!.command as KubectlCommand;
}

function finish(world: ExperimentWorld, key: string, outcome: string): SyncStep {
  const { atUs, text } = world.experiment.timeline[Number(key)]!;
  const done = outcome === 'ok' ? microsToSeconds(world.kernel.now) : null;
  recordRow(world, ACTION_TABLE, [microsToSeconds(atUs), done, text, outcome]);
  return { requests: [], outcome: {} };
}
