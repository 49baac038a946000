import { type ApiRequest, succeeded } from '../../api/calls.js';
import type { Micros } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import type { StatefulSet } from '../../api/objects/workload.js';
import { isAvailable, isTerminal } from '../../api/pod-predicates.js';
import { attempt, note, RequestRefused, type Story, tell } from '../../api/sync-story.js';
import type { PodNote } from '../shared/pod-memory.js';
import { applyPolicy, areInOrder, type Claims, claimsMatchPolicy, createClaims, hasStaleClaim } from './claims.js';
import { podName } from './ordinals.js';
import { hasIdentity, hasStorage, identityLabels, isCurrentRevisionNeeded, podDraft, volumesOf } from './pod-draft.js';
import { isRunningAndReady, type Revisions } from './status.js';

/**
 * What a StatefulSet does with one of its ordinals.
 * Source: kubernetes v1.36.3 pkg/controller/statefulset/stateful_set_control.go: processReplica, processCondemned,
 * stateful_pod_control.go; reference/workloads.md section 5.
 */

/** What a sync knows while it looks at one ordinal after the other. */
export interface Work {
  readonly set: StatefulSet;
  readonly revisions: Revisions;
  readonly claims: Claims;
  /** OrderedReady: one after the other, each waits for its predecessors. */
  readonly isMonotonic: boolean;
  readonly now: Micros;
}

/** An ordinal that shall have a pod, and the pod if there is one. */
export interface Slot {
  readonly ordinal: number;
  /** The ordinal less the set's first. */
  readonly place: number;
  readonly pod: Pod | undefined;
}

/** A pod that the set has beyond its range of ordinals. */
export interface Condemned {
  readonly ordinal: number;
  /** Among the condemned. */
  readonly place: number;
  readonly pod: Pod;
}

export function isUnavailable({ set, now }: Pick<Work, 'set' | 'now'>, pod: Pod | undefined): boolean {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return true;
  return !isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

/** Does an OrderedReady set wait at an ordinal with this pod? */
export function holdsUp(work: Pick<Work, 'set' | 'now'>, pod: Pod | undefined): boolean {
  return pod === undefined || !isRunningAndReady(pod) || isUnavailable(work, pod);
}

/** Has `processReplica` nothing to do, and goes on with the next ordinal, until the pod or one of its claims changes? */
export function isSettled(work: Omit<Work, 'revisions'>, { ordinal, pod }: Slot): boolean {
  const { set, claims, isMonotonic } = work;
  if (pod === undefined || isTerminal(pod) || (isMonotonic && holdsUp(work, pod))) return false;
  return hasIdentity(set, ordinal, pod) && hasStorage(set, ordinal, pod) && areInOrder(set, claims, pod, ordinal);
}

/** Brings one ordinal nearer to what it shall be; whether the sync has to stop here. */
export function* processReplica(work: Work, { ordinal, pod }: Slot): Story<boolean> {
  const { set, claims, isMonotonic } = work;
  if (pod === undefined) {
    // A claim that will go with an earlier pod of this name: nothing to be done before that.
    if (hasStaleClaim(set, claims, ordinal)) return true;
    yield* createStatefulPod(work, ordinal);
    return isMonotonic;
  }
  if (isTerminal(pod)) {
    // Whatever ended it: its successor is made when its name is free.
    if (pod.metadata.deletionTimestamp === undefined) yield* deleteStatefulPod(set, pod);
    return true;
  }
  if (pod.status.phase === 'Pending') {
    yield* createClaims(set, claims, ordinal);
    yield* applyPolicy(set, claims, pod, ordinal);
  }
  if (isMonotonic && holdsUp(work, pod)) return true;
  yield* repair(work, ordinal, pod);
  return false;
}

/** Gives up one pod beyond the range; whether the sync has to stop here. */
export function* processCondemned(work: Work, { pod }: Condemned, firstUnavailable: Pod | undefined): Story<boolean> {
  if (pod.metadata.deletionTimestamp !== undefined) return work.isMonotonic;
  const isHealthy = isRunningAndReady(pod) && !isUnavailable(work, pod);
  if (work.isMonotonic && !isHealthy && pod !== firstUnavailable) return true;
  yield* deleteStatefulPod(work.set, pod);
  return true;
}

function* createStatefulPod({ set, revisions, claims }: Work, ordinal: number): Story<undefined> {
  const name = podName(set, ordinal);
  try {
    yield* createClaims(set, claims, ordinal);
  } catch (error) {
    if (error instanceof RequestRefused) yield* tellOf(set, 'create', name, error.result.message);
    throw error;
  }
  const revision = isCurrentRevisionNeeded(set, ordinal) ? revisions.current : revisions.update;
  const body = podDraft(set, revision, ordinal);
  const result = yield* attempt({
    verb: 'create',
    kind: 'Pod',
    namespace: set.metadata.namespace,
    name: '',
    body,
  });
  if (result.reason === 'AlreadyExists') throw new RequestRefused(result);
  yield* tellOf(set, 'create', name, succeeded(result) ? undefined : result.message);
  if (!succeeded(result)) throw new RequestRefused(result);
  yield* noteWritten(result.object!.metadata.resourceVersion);
  yield* applyPolicy(set, claims, result.object as Pod, ordinal);
  return undefined;
}

export function* deleteStatefulPod(set: StatefulSet, { metadata }: Pod): Story<undefined> {
  const { namespace, name } = metadata;
  const result = yield* attempt({ verb: 'delete', kind: 'Pod', namespace, name });
  yield* tellOf(set, 'delete', name, succeeded(result) ? undefined : result.message);
  if (!succeeded(result)) throw new RequestRefused(result);
  yield* noteWritten(result.object?.metadata.resourceVersion ?? 0);
  return undefined;
}

/** Labels, volumes and the owners of the claims as they have to be. Source: UpdateStatefulPod. */
function* repair({ set, claims }: Work, ordinal: number, pod: Pod): Story<undefined> {
  const isConsistent = hasIdentity(set, ordinal, pod) && hasStorage(set, ordinal, pod);
  if (isConsistent && claimsMatchPolicy(set, claims, pod, ordinal)) return undefined;
  if (!hasStorage(set, ordinal, pod)) yield* createClaims(set, claims, ordinal);
  yield* applyPolicy(set, claims, pod, ordinal);
  const result = yield* attempt(repairRequest(set, ordinal, pod));
  yield* tellOf(set, 'update', pod.metadata.name, succeeded(result) ? undefined : result.message);
  if (!succeeded(result)) throw new RequestRefused(result);
  return undefined;
}

function repairRequest(set: StatefulSet, ordinal: number, pod: Pod): ApiRequest {
  const { kind, metadata, spec } = pod;
  const { namespace, name, resourceVersion } = metadata;
  const labels = { ...metadata.labels, ...identityLabels(set, ordinal) };
  const volumes = volumesOf(set, ordinal, spec.volumes ?? []);
  const repaired = hasStorage(set, ordinal, pod) ? spec : { ...spec, volumes };
  const body = { ...pod, metadata: { ...metadata, labels }, spec: repaired };
  return { verb: 'update', kind, namespace, name, resourceVersion, body };
}

/** What is written must be seen before the next decision. */
function noteWritten(resourceVersion: number): Story<undefined> {
  return note({ type: 'wrote', what: 'pods', resourceVersion } satisfies PodNote);
}

const VERBS = { create: 'Create', update: 'Update', delete: 'Delete' } as const;

/** Source: stateful_pod_control.go: recordPodEvent. */
function tellOf(
  set: StatefulSet,
  verb: keyof typeof VERBS,
  pod: string,
  failure: string | undefined,
): Story<undefined> {
  const done = `${VERBS[verb]} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  if (failure === undefined) return tell(set, 'Normal', `Successful${VERBS[verb]}`, `${done} successful`);
  return tell(set, 'Warning', `Failed${VERBS[verb]}`, `${done} failed error: ${failure}`);
}
