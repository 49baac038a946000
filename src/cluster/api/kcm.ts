import { claimNamesOf } from './claims.js';
import { type Change, type Listeners, lister, openInformer } from './informers.js';
import { KINDS } from './kinds.js';
import type { KubernetesObject, OwnerReference } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import type { PersistentVolumeClaim } from './objects/storage.js';
import { createOwnerIndex, indexChange, type OwnerIndex } from './owner-index.js';
import { controllerOf } from './owner-references.js';
import { keyOf, type ObjectKey, objectKey } from './store.js';
import type { ApiWorld } from './world.js';

/** The process that all controllers share, with one informer a kind. */
export const KCM = 'kube-controller-manager';

export interface KcmState {
  /** Informer by kind. */
  readonly informers: Readonly<Record<string, number>>;
  /** What these informers know, by controller of the objects. */
  readonly owned: { readonly [Kind in (typeof OWNED)[number]]: OwnerIndex };
  /** Keys of the pods that mount each claim. */
  readonly claimUsers: Map<ObjectKey, Set<ObjectKey>>;
}

export interface KcmWorld extends ApiWorld {
  readonly kcm: KcmState;
}

/** Every kind is watched: the garbage collector has to know all that may own or be owned. Events are rows of the results. */
const WATCHED = KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'Event');

/** Kinds whose objects have controllers. */
const OWNED = ['Pod', 'ReplicaSet', 'ControllerRevision', 'Job', 'ResourceClaim'] as const;

export function createKcm(world: ApiWorld): KcmState {
  return {
    informers: Object.fromEntries(WATCHED.map((kind) => [kind, openInformer(world, KCM, kind)])),
    owned: {
      Pod: createOwnerIndex(),
      ReplicaSet: createOwnerIndex(),
      ControllerRevision: createOwnerIndex(),
      Job: createOwnerIndex(),
      ResourceClaim: createOwnerIndex(),
    },
    claimUsers: new Map(),
  };
}

/** Keeps the indexes: before any controller is registered, so that they are up to date when a controller listens. */
export function registerKcm<W extends KcmWorld>(listeners: Listeners<W>): void {
  for (const kind of OWNED) listeners.on(KCM, kind, (world, change) => indexChange(world.kcm.owned[kind], change));
  listeners.on<Pod>(KCM, 'Pod', (world, change) => followClaims(world.kcm, change));
}

/** What a pod mounts never changes. */
function followClaims({ claimUsers }: KcmState, { type, object, before }: Change<Pod>): void {
  if (type === 'modified' && before!.metadata.uid === object.metadata.uid) return;
  const gone = before === undefined ? NONE : claimNamesOf(before);
  const come = type === 'deleted' ? NONE : claimNamesOf(object);
  if (gone.length + come.length === 0) return;
  const { namespace } = object.metadata;
  const pod = objectKey(object);
  for (const name of gone) {
    const claim = keyOf(namespace, name);
    const users = claimUsers.get(claim);
    users?.delete(pod);
    if (users?.size === 0) claimUsers.delete(claim);
  }
  for (const name of come) {
    const claim = keyOf(namespace, name);
    claimUsers.set(claim, (claimUsers.get(claim) ?? new Set()).add(pod));
  }
}

const NONE: readonly string[] = [];

/** Pods that mount a claim, in the order in which the informer saw them. */
export function claimUsers(world: KcmWorld, claim: PersistentVolumeClaim): Pod[] {
  const pods = kcmLister<Pod>(world, 'Pod');
  return [...(world.kcm.claimUsers.get(objectKey(claim)) ?? [])].map((key) => pods.get(key)!);
}

/** What the controllers believe of a kind: a watch delay behind the store. */
export function kcmLister<T extends KubernetesObject>(world: KcmWorld, kind: string): ReadonlyMap<ObjectKey, T> {
  return lister<T>(world, world.kcm.informers[kind]!);
}

/** Keys of owners by the reference that their objects share: a key put together anew has to be hashed anew. No state of the world. */
const ownerKeys = new WeakMap<OwnerReference, ObjectKey>();

/** Key of the controller of an object, if it is of this kind and still known. */
export function controllerKey(world: KcmWorld, kind: string, object: KubernetesObject): ObjectKey | undefined {
  const reference = controllerOf(object);
  if (reference?.kind !== kind) return undefined;
  let key = ownerKeys.get(reference);
  if (key === undefined) ownerKeys.set(reference, (key = keyOf(object.metadata.namespace, reference.name)));
  return kcmLister(world, kind).get(key)?.metadata.uid === reference.uid ? key : undefined;
}
