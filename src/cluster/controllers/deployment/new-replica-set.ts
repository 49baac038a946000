import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import { withFields } from '../../../kernel/with-fields.js';
import { type ApiResult, succeeded } from '../../api/calls.js';
import type { ObjectDraft } from '../../api/create.js';
import { podTemplateHash } from '../../api/names.js';
import type { PodTemplateSpec } from '../../api/objects/pod.js';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/objects/workload.js';
import { controllerOf, controllerReference } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { statusRequest } from '../../api/status-request.js';
import { attempt, isNamespaceTerminating, RequestRefused, send, type Story, tell } from '../../api/sync-story.js';
import { conditionAt, PROGRESSING, withCondition } from './conditions.js';
import { findNewReplicaSet, HASH_LABEL, sameTemplate } from './replica-sets.js';
import { maxRevision, REVISION, revisionAnnotations, sizeAnnotations } from './revisions.js';
import { newSetSize } from './rolling.js';
import { hasProgressDeadline } from './status.js';

/** A Deployment in one sync: `deployment` changes as the sync writes it (its resourceVersion stays the one first seen). */
export interface Rollout {
  deployment: Deployment;
  /** The ReplicaSet of its template as the sync found it, and all others. */
  readonly known: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  readonly now: Micros;
}

export function createRollout(deployment: Deployment, sets: readonly ReplicaSet[], now: Micros): Rollout {
  const known = findNewReplicaSet(deployment, sets);
  return { deployment, known, oldSets: sets.filter((set) => set !== known), now };
}

/**
 * Writes a status. The version is the one that the sync began with, so a second write in one sync is refused and the
 * sync tried again, as in Kubernetes (recordings/FINDINGS.md, surprise 4).
 */
export function* updateStatus(rollout: Rollout, status: DeploymentStatus): Story<undefined> {
  rollout.deployment = { ...rollout.deployment, status };
  yield* send(statusRequest(rollout.deployment));
  return undefined;
}

/**
 * The ReplicaSet of the Deployment's template, with the newest revision; made if there is none and `create`.
 * Source: kubernetes v1.36.3 pkg/controller/deployment/sync.go: getNewReplicaSet; reference/workloads.md 4.3.
 */
export function* newReplicaSet(rollout: Rollout, create: boolean): Story<ReplicaSet | undefined> {
  const { known, oldSets } = rollout;
  const revision = maxRevision(oldSets) + 1;
  if (known !== undefined) return yield* refresh(rollout, known, revision);
  return create ? yield* make(rollout, oldSets, revision) : undefined;
}

function* refresh(rollout: Rollout, known: ReplicaSet, revision: number): Story<ReplicaSet> {
  const { deployment } = rollout;
  const annotations = revisionAnnotations(deployment, known, revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const isCurrent = sameData(annotations, known.metadata.annotations ?? {});
  if (!isCurrent || (known.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const { namespace, name, resourceVersion } = known.metadata;
    const body: ReplicaSet = {
      ...known,
      metadata: { ...known.metadata, annotations },
      spec: { ...known.spec, minReadySeconds },
    };
    return (yield* send({ verb: 'update', kind: 'ReplicaSet', namespace, name, resourceVersion, body })) as ReplicaSet;
  }
  const message = `Found new replica set "${known.metadata.name}"`;
  yield* noteRevision(rollout, annotations[REVISION]!, 'FoundNewReplicaSet', message, false);
  return known;
}

/** Puts the revision, and a first condition Progressing, on the Deployment, where they are not there yet. */
function* noteRevision(
  rollout: Rollout,
  revision: string,
  reason: string,
  message: string,
  replace: boolean,
): Story<undefined> {
  const { deployment, now } = rollout;
  const { annotations } = deployment.metadata;
  const { conditions = [] } = deployment.status;
  const isNoted = annotations?.[REVISION] === revision;
  const needsCondition =
    hasProgressDeadline(deployment) && (replace || conditionOf(conditions, PROGRESSING) === undefined);
  if (isNoted && !needsCondition) return undefined;
  rollout.deployment = {
    ...deployment,
    metadata: withFields(deployment.metadata, {
      annotations: withFields(annotations ?? {}, { [REVISION]: revision }),
    }),
  };
  const condition = conditionAt(now, PROGRESSING, 'True', reason, message);
  yield* updateStatus(
    rollout,
    needsCondition
      ? withFields(deployment.status, { conditions: withCondition(conditions, condition) })
      : deployment.status,
  );
  return undefined;
}

function* make(rollout: Rollout, oldSets: readonly ReplicaSet[], revision: number): Story<ReplicaSet> {
  const { deployment } = rollout;
  const draft = replicaSetDraft(deployment, oldSets, revision);
  const { name } = draft.metadata;
  const namespace = deployment.metadata.namespace;
  const result = yield* attempt({ verb: 'create', kind: 'ReplicaSet', namespace, name: '', body: draft });
  const made = succeeded(result) ? (result.object as ReplicaSet) : yield* existingAfter(rollout, draft, result);
  if (succeeded(result) && draft.spec.replicas > 0) {
    const message = `Scaled up replica set ${name} from 0 to ${draft.spec.replicas}`;
    yield* tell(deployment, 'Normal', 'ScalingReplicaSet', message);
  }
  const message = `Created new replica set "${name}"`;
  yield* noteRevision(rollout, String(revision), 'NewReplicaSetCreated', message, succeeded(result));
  return made;
}

interface ReplicaSetDraft extends ObjectDraft {
  readonly metadata: ObjectDraft['metadata'] & { readonly name: string };
  readonly spec: ReplicaSet['spec'] & { readonly replicas: number };
}

/** Working out the hash of a template is slow, and a story that makes a ReplicaSet asks for it at each telling. */
const hashes = new WeakMap<PodTemplateSpec, { readonly collisionCount: number; readonly hash: string }>();

function hashOf(template: PodTemplateSpec, collisionCount: number): string {
  const known = hashes.get(template);
  if (known?.collisionCount === collisionCount) return known.hash;
  const hash = podTemplateHash(template, collisionCount);
  hashes.set(template, { collisionCount, hash });
  return hash;
}

function replicaSetDraft(deployment: Deployment, oldSets: readonly ReplicaSet[], revision: number): ReplicaSetDraft {
  const { selector, template, minReadySeconds = 0 } = deployment.spec;
  const hash = hashOf(template, deployment.status.collisionCount ?? 0);
  const labels = withFields(template.metadata?.labels ?? {}, { [HASH_LABEL]: hash });
  const { name, namespace } = deployment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: withFields(revisionAnnotations(deployment, undefined, revision), sizeAnnotations(deployment)),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetSize(deployment, oldSets, 0),
      minReadySeconds,
      selector: withFields(selector, { matchLabels: withFields(selector.matchLabels ?? {}, { [HASH_LABEL]: hash }) }),
      template: withFields(template, { metadata: withFields(template.metadata ?? {}, { labels }) }),
    },
  };
}

/** The create was refused: the ReplicaSet may be there already (the informer lags), or its name be taken. */
function* existingAfter(rollout: Rollout, draft: ReplicaSetDraft, result: ApiResult): Story<ReplicaSet> {
  const { deployment, now } = rollout;
  const { status } = deployment;
  if (result.reason === 'AlreadyExists') {
    const { namespace } = deployment.metadata;
    const other = (yield* send({
      verb: 'get',
      kind: 'ReplicaSet',
      namespace,
      name: draft.metadata.name,
    })) as ReplicaSet;
    const isOurs = controllerOf(other)?.uid === deployment.metadata.uid;
    if (isOurs && sameTemplate(other.spec.template, deployment.spec.template)) return other;
    yield* updateStatus(rollout, { ...status, collisionCount: (status.collisionCount ?? 0) + 1 });
  } else if (!isNamespaceTerminating(result)) {
    const message = `Failed to create new replica set "${draft.metadata.name}": ${result.message}`;
    if (hasProgressDeadline(deployment)) {
      const condition = conditionAt(now, PROGRESSING, 'False', 'ReplicaSetCreateError', message);
      yield* updateStatus(rollout, { ...status, conditions: withCondition(status.conditions ?? [], condition) });
    }
    yield* tell(deployment, 'Warning', 'ReplicaSetCreateError', message);
  }
  throw new RequestRefused(result);
}
