import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import { resourceOf } from '../../api/kinds.js';
import type { KubernetesObject, OwnerReference } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PodDisruptionBudget } from '../../api/objects/policy.js';
import { controllerOf } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import {
  createSelectedPods,
  dropSelector,
  followPod,
  type SelectedPods,
  setSelector,
} from '../shared/selected-pods.js';
import { type Census, censusOf, countPod } from './census.js';
import { judgeBudget, type Scale, writeBudget } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/disruption/disruption.go: Run */
const WORKERS = 1;

export interface DisruptionState {
  /** The pods that each budget selects. */
  readonly selected: SelectedPods;
  /** The same in numbers. */
  readonly censuses: Map<ObjectKey, Census>;
}

export interface DisruptionWorld extends KcmWorld {
  readonly controllers: { readonly disruption: DisruptionState };
}

export function createDisruptionState(): DisruptionState {
  return { selected: createSelectedPods(), censuses: new Map() };
}

/**
 * The disruption controller: how many pods of each PodDisruptionBudget may go. It is woken by budgets and pods alone, not by
 * a change of scale. Gives its number. Source: kubernetes v1.36.3 pkg/controller/disruption; reference/workloads.md section 8.
 */
export function registerDisruption<W extends DisruptionWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): number {
  const controllerId = controllers.add({
    name: 'disruption-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const budget = kcmLister<PodDisruptionBudget>(world, 'PodDisruptionBudget').get(key);
      if (budget === undefined) return SYNC_DONE;
      const { selected, censuses } = world.controllers.disruption;
      const pods = selected.pods.get(key) ?? NO_PODS;
      const census = censuses.get(key) ?? NOBODY;
      const scales = scalesOf(world, census, budget.metadata.namespace);
      const verdict = judgeBudget({ budget, pods, census, scales, now: world.kernel.now });
      return beginStory(world, teller, { budget, verdict });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: writeBudget };
  listeners.on<PodDisruptionBudget>(KCM, 'PodDisruptionBudget', (world, change) => {
    followSelector(world, change);
    if (change.type !== 'deleted') enqueue(world, controllerId, objectKey(change.object));
  });
  listeners.on<Pod>(KCM, 'Pod', (world, change) => {
    // The first budget that selects the pod; a second one is not woken by it. Source: disruption.go: getPdbForPod.
    const [key] = recount(world.controllers.disruption, change);
    if (key !== undefined) enqueue(world, controllerId, key);
  });
  return controllerId;
}

const NO_PODS: ReadonlyMap<ObjectKey, Pod> = new Map<ObjectKey, Pod>();
const NOBODY: Census = censusOf([]);

/** Takes a change of a pod in; gives the budgets that select it. */
function recount({ selected, censuses }: DisruptionState, change: Change<Pod>): readonly ObjectKey[] {
  const { now, was } = followPod(selected, change);
  for (const key of was) countPod(censuses.get(key)!, change.before!, -1);
  if (change.type !== 'deleted') for (const key of now) countPod(censuses.get(key)!, change.object, 1);
  return now;
}

function followSelector(world: DisruptionWorld, { type, object, before }: Change<PodDisruptionBudget>): void {
  const { selected, censuses } = world.controllers.disruption;
  const { selector } = object.spec;
  const key = objectKey(object);
  if (type === 'deleted' || selector === undefined) {
    dropSelector(selected, key);
    censuses.delete(key);
  } else if (before === undefined || !sameData(before.spec.selector, selector)) {
    setSelector(selected, key, object.metadata.namespace, selector, kcmLister<Pod>(world, 'Pod').values());
    censuses.set(key, censusOf(selected.pods.get(key)!.values()));
  }
}

function scalesOf(world: KcmWorld, { controllers }: Census, namespace: string): Map<string, Scale> {
  const scales = new Map<string, Scale>();
  for (const [uid, { reference }] of controllers) {
    const scale = scaleOf(world, reference, namespace);
    if (scale !== undefined) scales.set(uid, scale);
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
