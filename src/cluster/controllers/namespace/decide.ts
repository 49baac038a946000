import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { type ApiRequest, type ApiResult, succeeded } from '../../api/calls.js';
import { KINDS, resourceOf } from '../../api/kinds.js';
import type { Condition, KubernetesObject } from '../../api/objects/meta.js';
import type { Namespace } from '../../api/objects/namespace.js';
import type { Pod } from '../../api/objects/pod.js';
import { sameData } from '../../api/patch.js';
import { isTerminal } from '../../api/pod-predicates.js';
import type { SyncOutcome } from '../../api/controller-loop.js';
import { statusRequest } from '../../api/status-request.js';
import { attempt, RequestRefused, type Story } from '../../api/sync-story.js';

/** What is left with a finalizer is looked at after about so long (namespaced_resources_deleter.go: finalizerEstimateSeconds). */
const FINALIZER_ESTIMATE_SECONDS = 15;
const KUBERNETES_FINALIZER = 'kubernetes';

/** The namespaced kinds but pods, which go first, and Events, which are no objects here. */
const OTHER_KINDS = KINDS.filter(({ kind, namespaced }) => namespaced && kind !== 'Pod' && kind !== 'Event').map(
  ({ kind }) => kind,
);

export interface NamespaceView {
  readonly name: string;
  readonly now: Micros;
}

/**
 * Empties a namespace that is being deleted: its pods first, the rest once no pod is left, and then lets it go.
 * Source: kubernetes v1.36.3 pkg/controller/namespace/deletion/namespaced_resources_deleter.go: Delete, deleteAllContent;
 * reference/workloads.md 9.3.
 */
export function* emptyNamespace({ name, now }: NamespaceView): Story {
  const found = yield* attempt({ verb: 'get', kind: 'Namespace', namespace: '', name });
  const namespace = found.object as Namespace | undefined;
  if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined) return {};
  if (!(namespace.spec?.finalizers ?? []).includes(KUBERNETES_FINALIZER)) return {};
  const pods = yield* list('Pod', name);
  // Somebody may make pods up to the last moment: deleting is asked for even where none is seen.
  const podsLeft = yield* removeAll('Pod', name);
  if (podsLeft.length > 0) {
    yield* writeConditions(namespace, [], now);
    return later(longestGrace(pods as readonly Pod[]));
  }
  const left: KubernetesObject[] = [];
  for (const kind of OTHER_KINDS) left.push(...(yield* removeAll(kind, name)));
  yield* writeConditions(namespace, left, now);
  if (left.length > 0) return later(FINALIZER_ESTIMATE_SECONDS);
  yield* finalize(namespace);
  return {};
}

/** Source: namespace_controller.go: worker. */
function later(estimateSeconds: number): SyncOutcome {
  return { afterUs: (Math.floor(estimateSeconds / 2) + 1) * SECOND_US };
}

/** Source: namespaced_resources_deleter.go: estimateGracefulTerminationForPods. */
function longestGrace(pods: readonly Pod[]): number {
  const graces = pods.filter((pod) => !isTerminal(pod)).map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0);
  return Math.max(0, ...graces);
}

/** Deletes all of a kind and gives what is still there. */
function* removeAll(kind: string, namespace: string): Story<readonly KubernetesObject[]> {
  const request: ApiRequest = { verb: 'deletecollection', kind, namespace, name: '', propagation: 'Background' };
  refuse(yield* attempt(request));
  return yield* list(kind, namespace);
}

function* list(kind: string, namespace: string): Story<readonly KubernetesObject[]> {
  const result = yield* attempt({ verb: 'list', kind, namespace, name: '' });
  refuse(result);
  return result.objects ?? [];
}

function refuse(result: ApiResult): void {
  if (!succeeded(result)) throw new RequestRefused(result);
}

/** Source: status_condition_utils.go: NamespaceConditionUpdater. */
function* writeConditions(namespace: Namespace, left: readonly KubernetesObject[], now: Micros): Story<undefined> {
  const wanted = conditionsOf(left);
  const before = namespace.status?.conditions ?? [];
  if (sameData(wanted, before.map(withoutTime))) return undefined;
  const conditions = wanted.map((condition) => {
    const known = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastTransitionTime: known?.lastTransitionTime ?? now };
  });
  refuse(yield* attempt(statusRequest({ ...namespace, status: { ...namespace.status, conditions } })));
  return undefined;
}

function withoutTime({ lastTransitionTime: _time, ...condition }: Condition): Condition {
  return condition;
}

function conditionsOf(left: readonly KubernetesObject[]): readonly Condition[] {
  const ok = (type: string, reason: string, message: string): Condition => ({ type, status: 'False', reason, message });
  const all = 'successfully';
  return [
    ok('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', `All resources ${all} discovered`),
    ok('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', `All legacy kube types ${all} parsed`),
    ok(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      `All content ${all} deleted, may be waiting on finalization`,
    ),
    ...remainingConditions(left),
  ];
}

function remainingConditions(left: readonly KubernetesObject[]): readonly Condition[] {
  const resources = counted(left.map(({ kind }) => resourceOf(kind).replace(/^([^.]*)$/, '$1.')));
  const finalizers = counted(left.flatMap(({ metadata }) => metadata.finalizers ?? []));
  const one = (type: string, names: string, some: string, reason: string, none: string, message: string): Condition =>
    names === ''
      ? { type, status: 'False', reason: none, message }
      : { type, status: 'True', reason, message: `${some}: ${names}` };
  return [
    one(
      'NamespaceContentRemaining',
      resources.map(([name, count]) => `${name} has ${count} resource instances`).join(', '),
      'Some resources are remaining',
      'SomeResourcesRemain',
      'ContentRemoved',
      'All content successfully removed',
    ),
    one(
      'NamespaceFinalizersRemaining',
      finalizers.map(([name, count]) => `${name} in ${count} resource instances`).join(', '),
      'Some content in the namespace has finalizers remaining',
      'SomeFinalizersRemain',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ),
  ];
}

/** How often each name comes, in order of name. */
function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
}

function* finalize(namespace: Namespace): Story<undefined> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== KUBERNETES_FINALIZER);
  const body = { ...namespace, spec: { ...namespace.spec, finalizers } };
  const { name } = namespace.metadata;
  refuse(yield* attempt({ verb: 'update', kind: 'Namespace', namespace: '', name, subresource: 'finalize', body }));
  return undefined;
}
