import type { Micros } from '../../../kernel/time.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { creationObserved, deletionObserved, expect, type Expectations } from './expectations.js';

/** Newest versions that a controller has written for one owner: of its pods, and of the owner itself. */
interface WrittenVersions {
  pods: number;
  owner: number;
}

/** What a controller that makes pods remembers, by key of the pods' owner. */
export interface PodMemory {
  readonly expectations: Expectations;
  readonly written: Map<ObjectKey, WrittenVersions>;
}

/** What the memory has to know of a sync. */
export type PodNote =
  | { readonly type: 'expect'; readonly creations: number; readonly deletions: readonly ObjectKey[] }
  | { readonly type: 'notCreated'; readonly count: number }
  | { readonly type: 'notDeleted'; readonly pods: readonly ObjectKey[] }
  | { readonly type: 'wrote'; readonly what: keyof WrittenVersions; readonly resourceVersion: number };

export function createPodMemory(): PodMemory {
  return { expectations: new Map(), written: new Map() };
}

/** Takes a note of a sync of `owner` down. */
export function keepPodNote({ expectations, written }: PodMemory, owner: ObjectKey, note: PodNote, now: Micros): void {
  switch (note.type) {
    case 'expect':
      expect(expectations, owner, note.creations, note.deletions, now);
      break;
    case 'notCreated':
      creationObserved(expectations, owner, note.count);
      break;
    case 'notDeleted':
      for (const pod of note.pods) deletionObserved(expectations, owner, pod);
      break;
    case 'wrote': {
      const versions = written.get(owner) ?? { pods: 0, owner: 0 };
      versions[note.what] = Math.max(versions[note.what], note.resourceVersion);
      written.set(owner, versions);
    }
  }
}

/**
 * Do the informers not show yet what the controller itself wrote last? Deciding now would be deciding twice.
 * Source: kubernetes v1.36.3 pkg/controller/util/consistency; reference/workloads.md 3.1 step 0.
 */
export function isBehind(world: KcmWorld, { written }: PodMemory, owner: KubernetesObject): boolean {
  const versions = written.get(objectKey(owner));
  if (versions === undefined) return false;
  return world.kcm.owned.Pod.seenVersion < versions.pods || owner.metadata.resourceVersion < versions.owner;
}

/** The owner has gone. */
export function forgetOwner({ expectations, written }: PodMemory, owner: ObjectKey): void {
  expectations.delete(owner);
  written.delete(owner);
}
