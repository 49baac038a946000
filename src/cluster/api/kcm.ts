import { type Listeners, lister, openInformer } from './informers.js';
import { KINDS } from './kinds.js';
import type { KubernetesObject } from './objects/meta.js';
import { createOwnerIndex, indexChange, type OwnerIndex } from './owner-index.js';
import { controllerOf } from './owner-references.js';
import { keyOf, type ObjectKey } from './store.js';
import type { ApiWorld } from './world.js';

/** The process that all controllers share, with one informer a kind. */
export const KCM = 'kube-controller-manager';

export interface KcmState {
  /** Informer by kind. */
  readonly informers: Readonly<Record<string, number>>;
  /** What these informers know, by controller of the objects. */
  readonly owned: { readonly [Kind in (typeof OWNED)[number]]: OwnerIndex };
}

export interface KcmWorld extends ApiWorld {
  readonly kcm: KcmState;
}

/** Every kind is watched: the garbage collector has to know all that may own or be owned. Events are rows of the results. */
const WATCHED = KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'Event');

/** Kinds whose objects have controllers. */
const OWNED = ['Pod', 'ReplicaSet', 'ControllerRevision', 'Job'] as const;

export function createKcm(world: ApiWorld): KcmState {
  return {
    informers: Object.fromEntries(WATCHED.map((kind) => [kind, openInformer(world, KCM, kind)])),
    owned: {
      Pod: createOwnerIndex(),
      ReplicaSet: createOwnerIndex(),
      ControllerRevision: createOwnerIndex(),
      Job: createOwnerIndex(),
    },
  };
}

/** Keeps the indexes: before any controller is registered, so that they are up to date when a controller listens. */
export function registerKcm<W extends KcmWorld>(listeners: Listeners<W>): void {
  for (const kind of OWNED) listeners.on(KCM, kind, (world, change) => indexChange(world.kcm.owned[kind], change));
}

/** What the controllers believe of a kind: a watch delay behind the store. */
export function kcmLister<T extends KubernetesObject>(world: KcmWorld, kind: string): ReadonlyMap<ObjectKey, T> {
  return lister<T>(world, world.kcm.informers[kind]!);
}

/** Key of the controller of an object, if it is of this kind and still known. */
export function controllerKey(world: KcmWorld, kind: string, object: KubernetesObject): ObjectKey | undefined {
  const reference = controllerOf(object);
  if (reference?.kind !== kind) return undefined;
  const key = keyOf(object.metadata.namespace, reference.name);
  return kcmLister(world, kind).get(key)?.metadata.uid === reference.uid ? key : undefined;
}
