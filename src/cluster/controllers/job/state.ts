import type { Micros } from '../../../kernel/time.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { ObjectKey } from '../../api/store.js';
import { createPodMemory, forgetOwner, keepPodNote, type PodMemory } from '../shared/pod-memory.js';
import type { BackOffRecord } from './back-off.js';
import type { JobNote } from './tracking.js';

/** What the Job controller remembers, by key of the Job. */
export interface JobState extends PodMemory {
  readonly backOffs: Map<ObjectKey, BackOffRecord>;
  /** Uids of pods whose finalizer it has taken off and that the informer still shows with it. */
  readonly released: Map<ObjectKey, Set<string>>;
}

export interface JobWorld extends KcmWorld {
  readonly controllers: { readonly job: JobState };
}

export function createJobState(): JobState {
  return { ...createPodMemory(), backOffs: new Map(), released: new Map() };
}

export function keepJobNote(state: JobState, job: ObjectKey, note: JobNote, now: Micros): void {
  switch (note.type) {
    case 'backOff':
      state.backOffs.set(job, note.record);
      break;
    case 'released':
      state.released.set(job, new Set([...(state.released.get(job) ?? []), ...note.uids]));
      break;
    case 'notReleased':
      for (const uid of note.uids) releaseObserved(state, job, uid);
      break;
    default:
      keepPodNote(state, job, note, now);
  }
}

/** The informer shows a pod without the finalizer, or no longer shows it. */
export function releaseObserved({ released }: JobState, job: ObjectKey, uid: string): void {
  const uids = released.get(job);
  uids?.delete(uid);
  if (uids?.size === 0) released.delete(job);
}

export function forgetJob(state: JobState, job: ObjectKey): void {
  forgetOwner(state, job);
  state.backOffs.delete(job);
  state.released.delete(job);
}
