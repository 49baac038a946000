import { wholeSeconds } from '../../../kernel/time.js';
import { type ApiRequest, succeeded } from '../../api/calls.js';
import { type KcmWorld } from '../../api/kcm.js';
import { podTemplateHash } from '../../api/names.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { PodTemplateSpec } from '../../api/objects/pod.js';
import type { ControllerRevision, DaemonSet, StatefulSet } from '../../api/objects/workload.js';
import { controlledBy, orphansIn } from '../../api/owner-index.js';
import { controllerReference } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { attempt, RequestRefused, send, type Story } from '../../api/sync-story.js';

/**
 * The templates that a StatefulSet or DaemonSet has and had, kept as ControllerRevisions.
 * Source: kubernetes v1.36.3 pkg/controller/history/controller_history.go, pkg/controller/statefulset/stateful_set_control.go:
 * getStatefulSetRevisions, pkg/controller/daemon/update.go: constructHistory.
 */
export type RevisionOwner = StatefulSet | DaemonSet;

/** Label of a DaemonSet's revisions and pods with the hash, and of a StatefulSet's pods with the name of their revision. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The owner's revisions as the informer knows them, and those of its namespace without an owner. */
export function revisionsOf(world: KcmWorld, { metadata }: RevisionOwner): ControllerRevision[] {
  const index = world.kcm.owned.ControllerRevision;
  return [
    ...controlledBy<ControllerRevision>(index, metadata.uid).values(),
    ...orphansIn<ControllerRevision>(index, metadata.namespace).values(),
  ];
}

/** The patch that brings a template back: nothing of the one in its place stays. */
function revisionData({ spec }: RevisionOwner): ControllerRevision['data'] {
  return { spec: { template: { ...spec.template, $patch: 'replace' } as PodTemplateSpec } };
}

/** The template of a revision. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _patch, ...template } = data.spec.template as PodTemplateSpec & { readonly $patch: string };
  return template;
}

/** Older first: lower number, then older, then by name. */
export function byRevision(left: ControllerRevision, right: ControllerRevision): number {
  return (
    left.revision - right.revision ||
    wholeSeconds(left.metadata.creationTimestamp) - wholeSeconds(right.metadata.creationTimestamp) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}

/** The newest of the revisions, if it has the owner's template. */
export function knownLatest(
  owner: RevisionOwner,
  known: readonly ControllerRevision[],
): ControllerRevision | undefined {
  const newest = [...known].sort(byRevision).at(-1);
  return newest !== undefined && sameData(newest.data, revisionData(owner)) ? newest : undefined;
}

/** The revision of the owner's template, and how often a hash was taken already. */
export interface LatestRevision {
  readonly revision: ControllerRevision;
  readonly collisionCount: number;
}

/**
 * The revision of the owner's template with the highest number of all: an old one with the same template gets a new number,
 * where there is none it is made. `label` is where its hash is written.
 */
export function* latestRevision(
  owner: RevisionOwner,
  known: readonly ControllerRevision[],
  label: string,
): Story<LatestRevision> {
  const collisionCount = owner.status.collisionCount ?? 0;
  const latest = knownLatest(owner, known);
  if (latest !== undefined) return { revision: latest, collisionCount };
  const data = revisionData(owner);
  const sorted = [...known].sort(byRevision);
  const equal = sorted.findLast((candidate) => sameData(candidate.data, data));
  const revision = 1 + (sorted.at(-1)?.revision ?? 0);
  if (equal === undefined) return yield* createRevision(owner, { data, revision, label }, collisionCount);
  const { namespace, name } = equal.metadata;
  const renumbered = yield* send({ verb: 'patch', kind: equal.kind, namespace, name, body: { revision } });
  return { revision: renumbered as ControllerRevision, collisionCount };
}

interface RevisionDraft {
  readonly data: ControllerRevision['data'];
  readonly revision: number;
  readonly label: string;
}

/** A taken name is the same revision, which the informer does not show yet, or a collision of hashes: then the next one. */
function* createRevision(owner: RevisionOwner, draft: RevisionDraft, collisions: number): Story<LatestRevision> {
  for (let collisionCount = collisions; ; collisionCount++) {
    const request = createRequest(owner, draft, podTemplateHash(draft.data.spec.template, collisionCount));
    const created = yield* attempt(request);
    if (succeeded(created)) return { revision: created.object as ControllerRevision, collisionCount };
    if (created.reason !== 'AlreadyExists') throw new RequestRefused(created);
    const { kind, namespace } = request;
    const { name } = (request.body as ControllerRevision).metadata;
    const taken = (yield* send({ verb: 'get', kind, namespace, name })) as ControllerRevision;
    if (sameData(taken.data, draft.data)) return { revision: taken, collisionCount };
  }
}

function createRequest(owner: RevisionOwner, { data, revision, label }: RevisionDraft, hash: string): ApiRequest {
  const { name, namespace, annotations } = owner.metadata;
  const labels: StringMap = { ...owner.spec.template.metadata?.labels, [label]: hash };
  const kind = 'ControllerRevision';
  const body = {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision,
  };
  return { verb: 'create', kind, namespace, name: '', body };
}

/** Deletes revisions that nothing needs any more. */
export function* forgetRevisions(revisions: readonly ControllerRevision[]): Story<undefined> {
  for (const { kind, metadata } of revisions) {
    yield* send({ verb: 'delete', kind, namespace: metadata.namespace, name: metadata.name });
  }
  return undefined;
}
