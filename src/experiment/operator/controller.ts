import type { ApiRequest, ApiResult } from '../../cluster/api/calls.js';
import { succeeded } from '../../cluster/api/calls.js';
import type { Controller, SyncStep } from '../../cluster/api/controller-loop.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import { uniform } from '../../kernel/distributions.js';
import { MILLISECOND_US } from '../../kernel/time.js';
import type { KubectlCommand } from '../../scenario/commands.js';
import type { ExperimentWorld } from '../world.js';
import { create, replaceBy, writesOf } from './actions.js';
import { applyTo } from './apply.js';
import { beginDrain } from './drain.js';
import { OperatorError } from './error.js';
import { finish } from './finish.js';
import { targetObjects, targetRequests } from './targets.js';
import { type HistoryEntry, historyRequest, undoPatch } from './undo.js';

/** Process start of kubectl (estimate, reference/control-plane.md section 9). */
const KUBECTL_START = uniform(30 * MILLISECOND_US, 80 * MILLISECOND_US);

/**
 * What a command has still to do: `read` its objects, read what `more` it needs, `write`, which kubectl does one object after the
 * other, going on after a refusal. apply reads each object just before it writes it: `look`.
 */
type Stage =
  | { readonly stage: 'read' }
  | { readonly stage: 'more'; readonly objects: readonly KubernetesObject[]; readonly refusal: string }
  | { readonly stage: 'look'; readonly place: number; readonly refusal: string }
  | {
      readonly stage: 'write';
      readonly others: readonly ApiRequest[];
      readonly place: number;
      readonly refusal: string;
      /** Nodes that are drained when they are cordoned. */
      readonly drained: readonly string[];
    };

/**
 * kubectl opens a REST client for each object, with tokens for ten requests at once: none is ever short of them.
 * Source: cli-runtime v0.36.3 pkg/resource/mapper.go: infoForData; recordings/09-unschedulable: 7 objects in 40 ms.
 */
const A_CLIENT_EACH = { qps: 0, burst: 0 };

/** The operator at the keyboard: plays the kubectl commands of the timeline, each as a process of its own. */
export function operator<W extends ExperimentWorld>(): Controller<W> {
  return {
    name: 'kubectl',
    workers: Number.POSITIVE_INFINITY,
    limits: A_CLIENT_EACH,
    reaction: KUBECTL_START,
    sync: (world, key) => start(commandOf(world, key)),
    resume: (world, key, memory, results) => {
      const stage = memory as Stage;
      if (stage.stage === 'look' || stage.stage === 'write') return goOn(world, key, stage, results[0]!);
      try {
        return proceed(world, key, stage, results);
      } catch (error) {
        if (error instanceof OperatorError) return finish(world, key, error.said);
        throw error;
      }
    },
  };
}

function start(command: KubectlCommand): SyncStep {
  const memory: Stage = { stage: 'read' };
  if ('target' in command) return { requests: targetRequests(command.target), memory };
  if (command.do === 'apply' || command.do === 'replace') return lookAt(command.objects, 0, '');
  return write(command.objects.map(create), '');
}

function lookAt(objects: readonly KubernetesObject[], place: number, refusal: string): SyncStep {
  return { requests: [getOf(objects[place]!)], memory: { stage: 'look', place, refusal } satisfies Stage };
}

function write(requests: readonly ApiRequest[], refusal: string, place = 0, drained: readonly string[] = []): SyncStep {
  const [request, ...others] = requests;
  return { requests: [request!], memory: { stage: 'write', others, place, refusal, drained } satisfies Stage };
}

/** After the answer to a write, or to the look before it. */
function goOn(
  world: ExperimentWorld,
  key: string,
  stage: Extract<Stage, { readonly stage: 'look' | 'write' }>,
  result: ApiResult,
): SyncStep {
  const command = commandOf(world, key);
  const objects = command.do === 'apply' || command.do === 'replace' ? command.objects : [];
  const { place } = stage;
  if (stage.stage === 'look') {
    const request = requestFor(world, command, objects[place]!, result);
    if (request !== undefined) return write([request], stage.refusal, place);
  }
  const isFine = succeeded(result) || isExpected(command, result) || stage.refusal !== '';
  const refusal = isFine ? stage.refusal : refusalOf(command, result);
  const drained = stage.stage === 'write' ? stage.drained : [];
  if (stage.stage === 'write' && stage.others.length > 0) return write(stage.others, refusal, place, drained);
  if (place + 1 < objects.length) return lookAt(objects, place + 1, refusal);
  if (command.do === 'drain' && refusal === '') return beginDrain(world, key, command, drained);
  return finish(world, key, refusal === '' ? 'ok' : refusal);
}

/** What apply or replace writes after its look at the object; undefined: nothing. */
function requestFor(
  world: ExperimentWorld,
  command: KubectlCommand,
  wanted: KubernetesObject,
  { status, object }: ApiResult,
): ApiRequest | undefined {
  if (command.do === 'replace') return object === undefined ? undefined : replaceBy(wanted, object);
  return object === undefined && status !== 404 ? undefined : applyTo(world, wanted, object);
}

/** Source: kubectl v0.36.3 pkg/cmd/util/helpers.go: StandardErrorMessage; the words before are those of each command. */
function refusalOf(command: KubectlCommand, result: ApiResult): string {
  if (command.do === 'create' && command.failure !== '') return `error: ${command.failure}${result.message}`;
  if (command.do === 'job-from') return `error: failed to create job: ${result.message}`;
  return serverRefusal(result);
}

function serverRefusal({ reason, message }: ApiResult): string {
  return reason === 'Invalid' ? `The ${message}` : `Error from server (${reason}): ${message}`;
}

function proceed(
  world: ExperimentWorld,
  key: string,
  memory: Extract<Stage, { readonly stage: 'read' | 'more' }>,
  results: readonly ApiResult[],
): SyncStep {
  const command = commandOf(world, key);
  const failed = results.find((result) => !succeeded(result) && !isExpected(command, result));
  const objects = memory.stage === 'more' ? memory.objects : objectsRead(command, results);
  // kubectl goes on with what it found, and tells the first failure at the end.
  const refusal = memory.stage === 'more' ? memory.refusal : failed === undefined ? '' : serverRefusal(failed);
  if (refusal !== '' && objects.length === 0) return finish(world, key, refusal);
  if (memory.stage === 'read') {
    const more = furtherReads(command, objects);
    if (more.length > 0) return { requests: more, memory: { stage: 'more', objects, refusal } };
  }
  const requests = requestsOf(world, command, objects, results);
  const drained = command.do === 'drain' ? objects.map(({ metadata }) => metadata.name) : [];
  if (requests.length > 0) return write(requests, refusal, 0, drained);
  if (command.do === 'drain' && refusal === '') return beginDrain(world, key, command, drained);
  return finish(world, key, refusal === '' ? 'ok' : refusal);
}

function isExpected(command: KubectlCommand, { status }: ApiResult): boolean {
  return command.do === 'delete' && command.ignoreNotFound && status === 404;
}

function objectsRead(command: KubectlCommand, results: readonly ApiResult[]): readonly KubernetesObject[] {
  if ('target' in command) return targetObjects(command.target, results);
  return results.flatMap(({ object }) => (object === undefined ? [] : [object]));
}

/** What undo reads besides its targets. */
function furtherReads(command: KubectlCommand, objects: readonly KubernetesObject[]): readonly ApiRequest[] {
  if (command.do === 'rollout-undo') {
    return objects.map(historyRequest);
  }
  return [];
}

function requestsOf(
  world: ExperimentWorld,
  command: KubectlCommand,
  objects: readonly KubernetesObject[],
  results: readonly ApiResult[],
): readonly ApiRequest[] {
  if (command.do === 'rollout-undo') {
    return objects.flatMap((workload, index) => {
      const history = (results[index]?.objects ?? []) as readonly HistoryEntry[];
      return undoPatch(workload, history, command.toRevision) ?? [];
    });
  }
  return writesOf(command, objects, world.kernel.now);
}

function getOf({ kind, metadata }: KubernetesObject): ApiRequest {
  return { verb: 'get', kind, namespace: metadata.namespace, name: metadata.name };
}

function commandOf(world: ExperimentWorld, key: string): KubectlCommand {
  return world.experiment.timeline[Number(key)]!.command as KubectlCommand;
}
