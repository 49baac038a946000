import { lister, openInformer } from './informers.js';
import type { KubernetesObject } from './objects/meta.js';
import type { ObjectKey } from './store.js';
import type { ApiWorld } from './world.js';

/** The process that all controllers share, with one informer a kind. */
export const KCM = 'kube-controller-manager';

export interface KcmState {
  /** Informer by kind. */
  readonly informers: Readonly<Record<string, number>>;
}

export interface KcmWorld extends ApiWorld {
  readonly kcm: KcmState;
}

/** Kinds that the controllers of this part watch. */
const WATCHED = [
  'Pod',
  'Node',
  'Namespace',
  'Deployment',
  'ReplicaSet',
  'Service',
  'EndpointSlice',
  'HorizontalPodAutoscaler',
] as const;

export function createKcm(world: ApiWorld): KcmState {
  return { informers: Object.fromEntries(WATCHED.map((kind) => [kind, openInformer(world, KCM, kind)])) };
}

/** What the controllers believe of a kind: a watch delay behind the store. */
export function kcmLister<T extends KubernetesObject>(world: KcmWorld, kind: string): ReadonlyMap<ObjectKey, T> {
  return lister<T>(world, world.kcm.informers[kind]!);
}
