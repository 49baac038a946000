import type { ApiRequest } from '../../cluster/api/calls.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { PodTemplateSpec } from '../../cluster/api/objects/pod.js';
import type { ControllerRevision, Deployment, ReplicaSet } from '../../cluster/api/objects/workload.js';
import { sameData } from '../../cluster/api/patch.js';
import { revisionOf } from '../revisions.js';
import { patch } from './actions.js';
import { OperatorError } from './error.js';

/**
 * `kubectl rollout undo`: back to an earlier template, from a Deployment's ReplicaSets or from the ControllerRevisions of a
 * StatefulSet or DaemonSet. Source: kubectl v0.36.3 pkg/polymorphichelpers/rollback.go.
 */
export type HistoryEntry = ReplicaSet | ControllerRevision;

/** What keeps the templates of the earlier revisions, by kind of the workload. */
const HISTORY_KINDS: Readonly<Record<string, string>> = {
  Deployment: 'ReplicaSet',
  StatefulSet: 'ControllerRevision',
  DaemonSet: 'ControllerRevision',
};

export function historyRequest({ kind, metadata }: KubernetesObject): ApiRequest {
  const history = HISTORY_KINDS[kind];
  if (history === undefined) throw new OperatorError(`no rollbacker has been implemented for "${kind}"`);
  return { verb: 'list', kind: history, namespace: metadata.namespace, name: '' };
}

/** The template of the revision to go back to: the one asked for, or the one before the current; undefined: it is there. */
export function undoPatch(
  workload: KubernetesObject,
  history: readonly HistoryEntry[],
  toRevision: number,
): ApiRequest | undefined {
  const owned = history.filter(({ metadata }) =>
    (metadata.ownerReferences ?? []).some(({ uid }) => uid === workload.metadata.uid),
  );
  const sorted = owned.sort((left, right) => numberOf(right) - numberOf(left));
  const target = toRevision === 0 ? sorted[1] : sorted.find((entry) => numberOf(entry) === toRevision);
  if (target === undefined) throw new OperatorError(absence(workload, toRevision));
  const { spec, kind } = workload as Deployment;
  if (spec.paused === true) {
    const resume = "resume it first with 'kubectl rollout resume' and try again";
    throw new OperatorError(`you cannot rollback a paused deployment; ${resume}`);
  }
  const template = templateOf(target);
  // kubectl looks only at workloads whose history is in ControllerRevisions.
  if (kind !== 'Deployment' && sameData(template, spec.template)) return undefined;
  return patch(workload, { spec: { template: { ...template, $patch: 'replace' } } });
}

function absence({ kind, metadata }: KubernetesObject, toRevision: number): string {
  if (toRevision !== 0) return `unable to find specified revision ${toRevision} in history`;
  return kind === 'Deployment'
    ? `no rollout history found for deployment "${metadata.name}"`
    : 'no last revision to roll back to';
}

function numberOf(entry: HistoryEntry): number {
  return 'revision' in entry ? entry.revision : revisionOf(entry);
}

function templateOf(entry: HistoryEntry): PodTemplateSpec {
  if ('data' in entry) return withoutPatch(entry.data.spec.template);
  const { 'pod-template-hash': _hash, ...labels } = entry.spec.template.metadata?.labels ?? {};
  return { ...entry.spec.template, metadata: { ...entry.spec.template.metadata, labels } };
}

function withoutPatch(template: PodTemplateSpec): PodTemplateSpec {
  const { $patch: _patch, ...plain } = template as PodTemplateSpec & { readonly $patch?: string };
  return plain;
}
