import { kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/objects/storage.js';
import { keyOf, type ObjectKey, objectKey } from '../../api/store.js';

/**
 * The binder's own memory: what it has written and its informers do not show yet, so that it never acts on a claim or volume
 * older than its last write. Source: kubernetes v1.36.3 pkg/controller/volume/persistentvolume/pv_controller_base.go: storeObjectUpdate.
 */
export interface PersistentVolumeState {
  /** By kind and key. */
  readonly written: Map<string, KubernetesObject>;
  /** Names of the volumes that nobody has claimed. */
  readonly unclaimed: Set<string>;
  /** Names of the others by the key of their claim, and the other way round. */
  readonly byClaim: Map<ObjectKey, Set<string>>;
  readonly claimOf: Map<string, ObjectKey>;
}

export interface PersistentVolumeWorld extends KcmWorld {
  readonly controllers: { readonly persistentVolume: PersistentVolumeState };
}

export function createPersistentVolumeState(): PersistentVolumeState {
  return { written: new Map(), unclaimed: new Set(), byClaim: new Map(), claimOf: new Map() };
}

export function claimKeyOf({ spec }: PersistentVolume): ObjectKey | undefined {
  return spec.claimRef === undefined ? undefined : keyOf(spec.claimRef.namespace, spec.claimRef.name);
}

/** Keeps an object that the binder has just written. */
export function keepWritten(state: PersistentVolumeState, object: KubernetesObject): void {
  state.written.set(`${object.kind}/${objectKey(object)}`, object);
  if (object.kind === 'PersistentVolume') indexVolume(state, object as PersistentVolume);
}

/** The informer has caught up with an object, or has seen it go. */
export function caughtUp(state: PersistentVolumeState, object: KubernetesObject, isGone: boolean): void {
  const place = `${object.kind}/${objectKey(object)}`;
  const own = state.written.get(place);
  if (own !== undefined && (isGone || own.metadata.resourceVersion <= object.metadata.resourceVersion)) {
    state.written.delete(place);
  }
}

/** An object as the binder knows it. */
export function known<T extends KubernetesObject>(world: PersistentVolumeWorld, kind: string, key: ObjectKey) {
  const seen = kcmLister<T>(world, kind).get(key);
  const own = world.controllers.persistentVolume.written.get(`${kind}/${key}`) as T | undefined;
  if (own === undefined || seen === undefined || own.metadata.uid !== seen.metadata.uid) return seen;
  return own.metadata.resourceVersion > seen.metadata.resourceVersion ? own : seen;
}

export function indexVolume(state: PersistentVolumeState, volume: PersistentVolume): void {
  const { name } = volume.metadata;
  const claim = claimKeyOf(volume);
  const before = state.claimOf.get(name);
  if (claim !== before || claim === undefined) unindexVolume(state, name);
  if (claim === undefined) {
    state.unclaimed.add(name);
    return;
  }
  state.claimOf.set(name, claim);
  const others = state.byClaim.get(claim);
  if (others === undefined) state.byClaim.set(claim, new Set([name]));
  else others.add(name);
}

export function unindexVolume(state: PersistentVolumeState, name: string): void {
  state.unclaimed.delete(name);
  const claim = state.claimOf.get(name);
  if (claim === undefined) return;
  state.claimOf.delete(name);
  const others = state.byClaim.get(claim)!;
  others.delete(name);
  if (others.size === 0) state.byClaim.delete(claim);
}

/** The volumes that a claim may be bound to: those that nobody has claimed, and those that name it. */
export function volumesFor(world: PersistentVolumeWorld, claim: PersistentVolumeClaim): PersistentVolume[] {
  const { unclaimed, byClaim } = world.controllers.persistentVolume;
  const names = [...unclaimed, ...(byClaim.get(objectKey(claim)) ?? [])];
  return names.flatMap((name) => known<PersistentVolume>(world, 'PersistentVolume', name) ?? []);
}
