import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import { resourceOf } from '../../api/kinds.js';
import type { KubernetesObject, OwnerReference } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PodDisruptionBudget } from '../../api/objects/policy.js';
import { controllerOf } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { keyOf, type ObjectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { judgeBudget, type Scale, writeBudget } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/disruption/disruption.go: Run */
const WORKERS = 1;

/**
 * The disruption controller: how many pods of each PodDisruptionBudget may go. It is woken by budgets and pods alone, not by
 * a change of scale. Source: kubernetes v1.36.3 pkg/controller/disruption; reference/workloads.md section 8.
 */
export function registerDisruption<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'disruption-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const budget = kcmLister<PodDisruptionBudget>(world, 'PodDisruptionBudget').get(key);
      if (budget === undefined) return SYNC_DONE;
      const pods = podsOf(world, budget);
      const verdict = judgeBudget({ budget, pods, scales: scalesOf(world, pods), now: world.kernel.now });
      return beginStory(world, teller, { budget, verdict });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: writeBudget };
  listeners.on<PodDisruptionBudget>(KCM, 'PodDisruptionBudget', (world, { type, object }) => {
    const { namespace, name } = object.metadata;
    if (type !== 'deleted') enqueue(world, controllerId, keyOf(namespace, name));
  });
  listeners.on<Pod>(KCM, 'Pod', (world, { object }) => {
    const key = budgetOf(world, object);
    if (key !== undefined) enqueue(world, controllerId, key);
  });
}

/** The first budget that selects a pod; a second one is not woken by it. Source: disruption.go: getPdbForPod. */
function budgetOf(world: KcmWorld, { metadata }: Pod): ObjectKey | undefined {
  for (const [key, budget] of kcmLister<PodDisruptionBudget>(world, 'PodDisruptionBudget')) {
    if (budget.metadata.namespace !== metadata.namespace) continue;
    if (matchesSelector(budget.spec.selector, metadata.labels)) return key;
  }
  return undefined;
}

function podsOf(world: KcmWorld, { metadata, spec }: PodDisruptionBudget): Pod[] {
  const pods: Pod[] = [];
  for (const pod of kcmLister<Pod>(world, 'Pod').values()) {
    if (pod.metadata.namespace !== metadata.namespace) continue;
    if (matchesSelector(spec.selector, pod.metadata.labels)) pods.push(pod);
  }
  return pods;
}

function scalesOf(world: KcmWorld, pods: readonly Pod[]): Map<string, Scale> {
  const scales = new Map<string, Scale>();
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (controller === undefined || scales.has(controller.uid)) continue;
    const scale = scaleOf(world, controller, pod.metadata.namespace);
    if (scale !== undefined) scales.set(controller.uid, scale);
  }
  return scales;
}

/** Kinds that say how many pods they keep. */
const SCALABLE: readonly string[] = ['ReplicationController', 'ReplicaSet', 'StatefulSet'];

/** Source: disruption.go: finders. */
function scaleOf(world: KcmWorld, reference: OwnerReference, namespace: string): Scale | undefined {
  if (!SCALABLE.includes(reference.kind)) {
    return `${resourceOf(reference.kind)} does not implement the scale subresource`;
  }
  const controller = objectOf(world, reference, namespace);
  if (controller === undefined) return undefined;
  const above = controllerOf(controller);
  const deployment = above?.kind === 'Deployment' ? objectOf(world, above, namespace) : undefined;
  const { metadata, spec } = deployment ?? controller;
  return { uid: metadata.uid, replicas: spec.replicas ?? 1 };
}

interface Scaled extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
}

function objectOf(world: KcmWorld, { kind, name, uid }: OwnerReference, namespace: string): Scaled | undefined {
  const object = kcmLister<Scaled>(world, kind).get(keyOf(namespace, name));
  return object?.metadata.uid === uid ? object : undefined;
}
