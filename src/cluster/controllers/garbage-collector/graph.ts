import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../../api/delete.js';
import type { Change } from '../../api/informers.js';
import type { Micros } from '../../../kernel/time.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';

/** Who owns whom, as the informers show it. */
export interface GarbageCollectorState {
  /** All objects by uid. */
  readonly nodes: Map<string, KubernetesObject>;
  /** Uids of the dependents of each owner. */
  readonly dependents: Map<string, Set<string>>;
  /** When the graph shows of objects in deletion that they are: a little after the informer. */
  readonly goingAt: Map<string, Micros>;
  /** Uids of owners that have gone: their dependents need not ask the server for them again. */
  readonly absent: Set<string>;
}

/** Owners remembered as gone (kubernetes v1.36.3 pkg/controller/garbagecollector: absentOwnerCache). */
const ABSENT_MAXIMUM = 500;

export interface GarbageCollectorWorld extends KcmWorld {
  readonly controllers: { readonly garbageCollector: GarbageCollectorState };
}

export function createGarbageCollectorState(): GarbageCollectorState {
  return { nodes: new Map(), dependents: new Map(), goingAt: new Map(), absent: new Set() };
}

/** Does the change tell of a deletion that has begun? */
export function beginsToGo({ type, object, before }: Change): boolean {
  if (type === 'deleted' || object.metadata.deletionTimestamp === undefined) return false;
  return before?.metadata.uid !== object.metadata.uid || before.metadata.deletionTimestamp === undefined;
}

/** Does the graph show that the object is being deleted? */
export function isGoingAt({ goingAt }: GarbageCollectorState, { metadata }: KubernetesObject, now: Micros): boolean {
  const since = goingAt.get(metadata.uid);
  return since !== undefined && since <= now;
}

export function isDeletingDependents({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND_FINALIZER) === true;
}

export function isOrphaningDependents({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(ORPHAN_FINALIZER) === true;
}

export function dependentsOf(state: GarbageCollectorState, uid: string): KubernetesObject[] {
  const dependents: KubernetesObject[] = [];
  for (const dependent of state.dependents.get(uid) ?? []) {
    const node = state.nodes.get(dependent);
    if (node !== undefined) dependents.push(node);
  }
  return dependents;
}

/**
 * Follows one change; gives the uids of the objects that have to be looked at now.
 * Source: kubernetes v1.36.3 pkg/controller/garbagecollector/graph_builder.go: processGraphChanges.
 */
export function followChange(state: GarbageCollectorState, { type, object, before }: Change): readonly string[] {
  const { uid } = object.metadata;
  if (before !== undefined && before.metadata.uid !== uid) removeNode(state, before);
  if (type === 'deleted') return removeNode(state, object);
  const isNew = !state.nodes.has(uid);
  state.nodes.set(uid, object);
  const known = before?.metadata.uid === uid ? before : undefined;
  if (known?.metadata.ownerReferences !== object.metadata.ownerReferences) {
    unlink(state, known);
    link(state, object);
  }
  const isGoing = object.metadata.deletionTimestamp !== undefined;
  if (!isGoing) return isNew && hasAbsentOwner(state, object) ? [uid] : [];
  if (isDeletingDependents(object) && (known === undefined || !isDeletingDependents(known))) {
    return [...(state.dependents.get(uid) ?? []), uid];
  }
  return isOrphaningDependents(object) && (known === undefined || !isOrphaningDependents(known)) ? [uid] : [];
}

/** An owner that no informer knows may have gone before its dependent came. */
function hasAbsentOwner(state: GarbageCollectorState, { metadata }: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => !state.nodes.has(uid));
}

function removeNode(state: GarbageCollectorState, object: KubernetesObject): readonly string[] {
  const { uid, ownerReferences = [] } = object.metadata;
  state.nodes.delete(uid);
  state.goingAt.delete(uid);
  unlink(state, object);
  const dependents = [...(state.dependents.get(uid) ?? [])];
  if (dependents.length > 0) rememberAbsent(state, uid);
  const waiting = ownerReferences
    .map((owner) => owner.uid)
    .filter((owner) => {
      const node = state.nodes.get(owner);
      return node !== undefined && isDeletingDependents(node);
    });
  return [...dependents, ...waiting];
}

function rememberAbsent({ absent }: GarbageCollectorState, uid: string): void {
  absent.add(uid);
  if (absent.size <= ABSENT_MAXIMUM) return;
  for (const oldest of absent) {
    absent.delete(oldest);
    return;
  }
}

function link(state: GarbageCollectorState, { metadata }: KubernetesObject): void {
  for (const owner of metadata.ownerReferences ?? []) {
    const dependents = state.dependents.get(owner.uid);
    if (dependents === undefined) state.dependents.set(owner.uid, new Set([metadata.uid]));
    else dependents.add(metadata.uid);
  }
}

function unlink(state: GarbageCollectorState, object: KubernetesObject | undefined): void {
  for (const owner of object?.metadata.ownerReferences ?? []) {
    const dependents = state.dependents.get(owner.uid);
    dependents?.delete(object!.metadata.uid);
    if (dependents?.size === 0) state.dependents.delete(owner.uid);
  }
}
