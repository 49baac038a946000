import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import type { SyncOutcome } from '../../api/controller-loop.js';
import type { Pod } from '../../api/objects/pod.js';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/objects/workload.js';
import { claimObjects } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { isTerminal } from '../../api/pod-predicates.js';
import { isEmptySelector, matchesSelector } from '../../api/selectors.js';
import { attempt, RequestRefused, send, type Story, tell } from '../../api/sync-story.js';
import { succeeded } from '../../api/calls.js';
import { conditionAt, PROGRESSING, withCondition } from './conditions.js';
import { replicasOf } from './fenceposts.js';
import { createRollout, newReplicaSet, type Rollout, updateStatus } from './new-replica-set.js';
import { scaleProportionally } from './proportional.js';
import { activeSets, actualTotal } from './replica-sets.js';
import { DESIRED_REPLICAS, forgottenSets, isScalingEvent, MAX_REPLICAS, sizeAnnotations } from './revisions.js';
import { cleanUpUnhealthy, oldSetsSurplus, reconcileNewSet, scaleDownOld, type Scaling } from './rolling.js';
import { calculateStatus, deadlineCheckUs, hasProgressDeadline, isComplete, rolloutStatus } from './status.js';

/** What one sync of a Deployment looks at. */
export interface DeploymentView {
  readonly deployment: Deployment;
  /** ReplicaSets of the Deployment, and those of its namespace without an owner. */
  readonly candidates: readonly ReplicaSet[];
  /** Pods by uid of their ReplicaSet, those being deleted too; needed for the strategy Recreate. */
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly now: Micros;
}

/**
 * One sync of a Deployment, in Kubernetes' order of reads and writes.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/deployment_controller.go: syncDeployment; reference/workloads.md 4.2.
 */
export function* syncDeployment(view: DeploymentView): Story {
  const { deployment, candidates, pods, now } = view;
  const { selector, template, paused = false, strategy } = deployment.spec;
  if (isEmptySelector(selector)) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    yield* tell(deployment, 'Warning', 'SelectingAll', message);
    return {};
  }
  if (!matchesSelector(selector, template.metadata?.labels)) return {};
  const sets = yield* claimObjects(deployment, (labels) => matchesSelector(selector, labels), candidates);
  const rollout = createRollout(deployment, sets, now);
  if (deployment.metadata.deletionTimestamp !== undefined) return yield* syncStatusOnly(rollout);
  yield* syncPausedCondition(rollout);
  if (paused) return yield* syncSize(rollout);
  const newSet = yield* newReplicaSet(rollout, false);
  const all = newSet === undefined ? rollout.oldSets : [...rollout.oldSets, newSet];
  if (isScalingEvent(rollout.deployment, activeSets(all))) return yield* syncSize(rollout);
  if (strategy?.type === 'Recreate') return yield* recreate(rollout, pods);
  return yield* roll(rollout);
}

function* syncStatusOnly(rollout: Rollout): Story {
  const newSet = yield* newReplicaSet(rollout, false);
  return yield* writeStatus(rollout, rollout.oldSets, newSet);
}

/** Scaling alone: while paused, and when spec.replicas has changed. Source: sync.go: sync. */
function* syncSize(rollout: Rollout): Story {
  const newSet = yield* newReplicaSet(rollout, false);
  const { oldSets } = rollout;
  const { scalings, annotate } = scaleProportionally(rollout.deployment, newSet, oldSets);
  for (const scaling of scalings) yield* scale(rollout, scaling, annotate);
  if (rollout.deployment.spec.paused === true) yield* forget(rollout, oldSets);
  return yield* writeStatus(rollout, oldSets, newSet);
}

/** Source: sync.go: syncDeploymentStatus. */
function* writeStatus(rollout: Rollout, oldSets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Story {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  const status = calculateStatus(rollout.deployment, all, newSet, rollout.now);
  if (!sameData(status, rollout.deployment.status)) yield* updateStatus(rollout, status);
  return {};
}

/** Source: rolling.go: rolloutRolling; reference/workloads.md 4.4. */
function* roll(rollout: Rollout): Story {
  const newSet = (yield* newReplicaSet(rollout, true))!;
  const { oldSets } = rollout;
  const all = [...oldSets, newSet];
  const { deployment } = rollout;
  if (yield* scale(rollout, reconcileNewSet(deployment, all, newSet))) return yield* finish(rollout, oldSets, newSet);
  if (yield* scaleDown(rollout, activeSets(oldSets), all, newSet)) return yield* finish(rollout, oldSets, newSet);
  if (isComplete(deployment, deployment.status)) yield* forget(rollout, oldSets);
  return yield* finish(rollout, oldSets, newSet);
}

/** Source: rolling.go: reconcileOldReplicaSets, which drops the errors of its writes. */
function* scaleDown(
  rollout: Rollout,
  oldSets: readonly ReplicaSet[],
  all: readonly ReplicaSet[],
  newSet: ReplicaSet,
): Story<boolean> {
  const { deployment } = rollout;
  const limit = oldSetsSurplus(deployment, all, newSet);
  if (oldSets.length === 0 || limit <= 0) return false;
  try {
    const { scalings, isStale } = cleanUpUnhealthy(oldSets, limit);
    const shrunk = new Map<string, ReplicaSet>();
    for (const scaling of scalings) shrunk.set(scaling.set.metadata.uid, yield* scaledSet(rollout, scaling));
    if (isStale) return false;
    const remaining = oldSets.map((set) => shrunk.get(set.metadata.uid) ?? set);
    const more = scaleDownOld(deployment, remaining, newSet);
    for (const scaling of more) yield* scale(rollout, scaling);
    return scalings.length + more.length > 0;
  } catch (error) {
    if (error instanceof RequestRefused) return false;
    throw error;
  }
}

/** Source: recreate.go: rolloutRecreate; reference/workloads.md 4.6. */
function* recreate(rollout: Rollout, pods: DeploymentView['pods']): Story {
  const known = yield* newReplicaSet(rollout, false);
  const { oldSets } = rollout;
  const active = activeSets(oldSets);
  for (const set of active) yield* scale(rollout, { set, replicas: 0 });
  if (active.length > 0 || oldPodsRun(known, oldSets, pods)) return yield* finish(rollout, oldSets, known);
  const newSet = known ?? (yield* newReplicaSet(rollout, true))!;
  yield* scale(rollout, { set: newSet, replicas: replicasOf(rollout.deployment) });
  if (isComplete(rollout.deployment, rollout.deployment.status)) yield* forget(rollout, oldSets);
  return yield* finish(rollout, oldSets, newSet);
}

function oldPodsRun(
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  pods: DeploymentView['pods'],
): boolean {
  if (actualTotal(oldSets) > 0) return true;
  for (const [uid, ofSet] of pods) {
    if (uid !== newSet?.metadata.uid && ofSet.some((pod) => !isTerminal(pod))) return true;
  }
  return false;
}

/** Writes the status if it changed; otherwise sees to it that a deadline is noticed. Source: progress.go: syncRolloutStatus. */
function* finish(rollout: Rollout, oldSets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Story<SyncOutcome> {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet];
  const { deployment, now } = rollout;
  const status: DeploymentStatus = rolloutStatus(deployment, all, newSet, now);
  if (!sameData(status, deployment.status)) {
    yield* updateStatus(rollout, status);
    return {};
  }
  const afterUs = deadlineCheckUs(deployment, status, now);
  return afterUs === undefined ? {} : { afterUs };
}

/** Writes a new size; true if the size was another. */
function* scale(rollout: Rollout, scaling: Scaling, annotate = false): Story<boolean> {
  const { set, replicas } = scaling;
  if (replicasOf(set) === replicas && !annotate) return false;
  const scaled = yield* scaledSet(rollout, scaling);
  return replicasOf(scaled) !== replicasOf(set);
}

/** Source: sync.go: scaleReplicaSet. */
function* scaledSet({ deployment }: Rollout, { set, replicas }: Scaling): Story<ReplicaSet> {
  const sizes = sizeAnnotations(deployment);
  const { annotations } = set.metadata;
  const isAnnotated =
    annotations?.[DESIRED_REPLICAS] === sizes[DESIRED_REPLICAS] && annotations?.[MAX_REPLICAS] === sizes[MAX_REPLICAS];
  const before = replicasOf(set);
  if (before === replicas && isAnnotated) return set;
  const { namespace, name, resourceVersion } = set.metadata;
  const body: ReplicaSet = {
    ...set,
    metadata: { ...set.metadata, annotations: { ...annotations, ...sizes } },
    spec: { ...set.spec, replicas },
  };
  const scaled = yield* send({ verb: 'update', kind: 'ReplicaSet', namespace, name, resourceVersion, body });
  if (before !== replicas) {
    const direction = before < replicas ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${name} from ${before} to ${replicas}`;
    yield* tell(deployment, 'Normal', 'ScalingReplicaSet', message);
  }
  return scaled as ReplicaSet;
}

/** Source: sync.go: cleanupDeployment. */
function* forget({ deployment }: Rollout, oldSets: readonly ReplicaSet[]): Story<undefined> {
  for (const set of forgottenSets(deployment, oldSets)) {
    const { namespace, name } = set.metadata;
    const result = yield* attempt({ verb: 'delete', kind: 'ReplicaSet', namespace, name });
    if (!succeeded(result) && result.status !== 404) throw new RequestRefused(result);
  }
  return undefined;
}

/** The clock of the deadline does not run while paused. Source: sync.go: checkPausedConditions. */
function* syncPausedCondition(rollout: Rollout): Story<undefined> {
  const { deployment, now } = rollout;
  const { conditions = [] } = deployment.status;
  const condition = conditionOf(conditions, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition?.reason === 'ProgressDeadlineExceeded') return undefined;
  const isMarked = condition?.reason === 'DeploymentPaused';
  const isPaused = deployment.spec.paused === true;
  if (isMarked === isPaused) return undefined;
  const edge = isPaused
    ? conditionAt(now, PROGRESSING, 'Unknown', 'DeploymentPaused', 'Deployment is paused')
    : conditionAt(now, PROGRESSING, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  yield* updateStatus(rollout, { ...deployment.status, conditions: withCondition(conditions, edge) });
  return undefined;
}
