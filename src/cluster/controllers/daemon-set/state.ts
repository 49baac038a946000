import { MINUTE_US, SECOND_US, type Micros } from '../../../kernel/time.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { ObjectKey } from '../../api/store.js';
import { createPodMemory, keepPodNote, type PodMemory, type PodNote } from '../shared/pod-memory.js';
import type { DaemonLedger } from './ledger.js';

/** How long a node's next failed pod is left lying, and since when. */
interface BackOff {
  readonly delayUs: Micros;
  readonly at: Micros;
}

export interface DaemonSetState extends PodMemory {
  /** By uid of the DaemonSet. */
  readonly ledgers: Map<string, DaemonLedger>;
  /** By DaemonSet, generation and node (see `backOffKey`), the oldest first. */
  readonly backOffs: Map<string, BackOff>;
}

export interface DaemonSetWorld extends KcmWorld {
  readonly controllers: { readonly daemonSet: DaemonSetState };
}

export function createDaemonSetState(): DaemonSetState {
  return { ...createPodMemory(), ledgers: new Map(), backOffs: new Map() };
}

/** What the memory has to know of a sync. */
export type DaemonNote =
  | PodNote
  | { readonly type: 'hash'; readonly uid: string; readonly hash: string }
  | { readonly type: 'failedPod'; readonly key: string };

/** Takes a note of a sync down; the hash of the template goes to the ledger, which the caller knows. */
export function keepDaemonNote(state: DaemonSetState, owner: ObjectKey, note: DaemonNote, now: Micros): void {
  if (note.type === 'failedPod') lengthenBackOff(state, note.key, now);
  else if (note.type !== 'hash') keepPodNote(state, owner, note, now);
}

/** kubernetes v1.36.3 cmd/kube-controller-manager/app/apps.go: NewDaemonSetsController(... flowcontrol.NewBackOff) */
const BACK_OFF_BASE_US = SECOND_US;
const BACK_OFF_MAXIMUM_US = 15 * MINUTE_US;

/** Source: kubernetes v1.36.3 pkg/controller/daemon/daemon_controller.go: failedPodsBackoffKey. */
export function backOffKey(uid: string, observedGeneration: number, node: string): string {
  return `${uid}/${observedGeneration}/${node}`;
}

/** Time that a failed pod is left lying, if it is; counted anew from now, as the controller does. */
export function backOffOf({ backOffs }: DaemonSetState, key: string, now: Micros): Micros | undefined {
  const backOff = backOffs.get(key);
  if (backOff === undefined || isForgotten(backOff, now)) return undefined;
  return now - backOff.at < backOff.delayUs ? backOff.delayUs : undefined;
}

function lengthenBackOff({ backOffs }: DaemonSetState, key: string, now: Micros): void {
  const before = backOffs.get(key);
  const isFirst = before === undefined || isForgotten(before, now);
  const delayUs = isFirst ? BACK_OFF_BASE_US : Math.min(2 * before.delayUs, BACK_OFF_MAXIMUM_US);
  backOffs.delete(key);
  backOffs.set(key, { delayUs, at: now });
  // Those of nodes and generations that are no more are never asked for again.
  for (const [old, backOff] of backOffs) {
    if (!isForgotten(backOff, now)) break;
    backOffs.delete(old);
  }
}

/** After twice the maximum a failure is the first again. */
function isForgotten({ at }: BackOff, now: Micros): boolean {
  return now - at > 2 * BACK_OFF_MAXIMUM_US;
}

/** The DaemonSet has gone. */
export function forgetBackOffs({ backOffs }: DaemonSetState, uid: string): void {
  for (const key of backOffs.keys()) if (key.startsWith(`${uid}/`)) backOffs.delete(key);
}
