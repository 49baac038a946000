import { conditionOf } from '../../api/conditions.js';
import { type Micros, MINUTE_US } from '../../../kernel/time.js';
import type { SyncOutcome } from '../../api/controller-loop.js';
import { attachmentName } from '../../api/claims.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import type { PersistentVolume, VolumeAttachment } from '../../api/objects/storage.js';
import { attempt, note, send, type Story, tell } from '../../api/sync-story.js';

/** A node that does not say so any more is taken to use a disk for so long. kubernetes v1.36.3 attach_detach_controller.go: ReconcilerMaxWaitForUnmountDuration */
export const FORCE_DETACH_US = 6 * MINUTE_US;
/** Somebody has said that the node is off (kubernetes v1.36.3 k8s.io/api core/v1: TaintNodeOutOfService). */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const SHARED_MODES: readonly string[] = ['ReadWriteMany', 'ReadOnlyMany'];

/** One disk: who needs it where, and where it is. */
export interface DiskView {
  readonly volume: PersistentVolume;
  /** Pods that mount it and have a node, in order of arrival. */
  readonly users: readonly Pod[];
  readonly attachments: readonly VolumeAttachment[];
  /** Nodes, by name, from which it is to be detached or to which it is to be attached. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** When each node was first found not to need it any more. */
  readonly idleSince: ReadonlyMap<string, Micros>;
  /** Pods (by uid) that have been told that the disk is elsewhere. */
  readonly told: readonly string[];
  readonly now: Micros;
}

export type DiskNote =
  | { readonly type: 'idle' | 'needed'; readonly node: string }
  | { readonly type: 'told'; readonly pod: string };

/**
 * Detaches a disk from nodes that need it no more, then attaches it where it is needed.
 * Source: kubernetes v1.36.3 pkg/controller/volume/attachdetach/reconciler/reconciler.go: reconcile; reference/control-loops.md 5.2.
 */
export function* syncDisk(view: DiskView): Story<SyncOutcome> {
  const { volume, users, attachments } = view;
  let afterUs: Micros | undefined;
  for (const attachment of attachments) {
    const { nodeName } = attachment.spec;
    if (users.some(({ spec }) => spec.nodeName === nodeName)) {
      yield* note({ type: 'needed', node: nodeName } satisfies DiskNote);
      continue;
    }
    if (attachment.metadata.deletionTimestamp !== undefined) continue;
    const waitUs = detachWaitUs(view, nodeName);
    if (waitUs > 0) {
      yield* note({ type: 'idle', node: nodeName } satisfies DiskNote);
      afterUs = Math.min(afterUs ?? waitUs, waitUs);
      continue;
    }
    const { name, uid } = attachment.metadata;
    yield* send({ verb: 'delete', kind: 'VolumeAttachment', namespace: '', name, uid });
  }
  const isShared = volume.spec.accessModes?.some((mode) => SHARED_MODES.includes(mode)) === true;
  for (const nodeName of new Set(users.map(({ spec }) => spec.nodeName!))) {
    if (attachments.some(({ spec }) => spec.nodeName === nodeName)) continue;
    if (isShared || attachments.length === 0) yield* attach(volume, nodeName);
    else yield* tellElsewhere(view, nodeName);
    if (!isShared) break;
  }
  return afterUs === undefined ? {} : { afterUs };
}

/** How long the disk must still be left where it is; 0: the kubelet has unmounted it, or is not waited for. */
function detachWaitUs({ nodes, idleSince, now }: DiskView, nodeName: string): Micros {
  const node = nodes.get(nodeName);
  if (node === undefined || isReady(node)) return 0;
  if ((node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE)) return 0;
  return Math.max(0, (idleSince.get(nodeName) ?? now) + FORCE_DETACH_US - now);
}

function isReady({ status }: Node): boolean {
  const ready = conditionOf(status.conditions, 'Ready');
  return ready === undefined || ready.status === 'True';
}

function* attach(volume: PersistentVolume, nodeName: string): Story<undefined> {
  const persistentVolumeName = volume.metadata.name;
  const body = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(persistentVolumeName, nodeName) },
    spec: { attacher: volume.spec.csi!.driver, nodeName, source: { persistentVolumeName } },
  };
  yield* attempt({ verb: 'create', kind: 'VolumeAttachment', namespace: '', name: '', body });
  return undefined;
}

function* tellElsewhere({ volume, users, attachments, told }: DiskView, nodeName: string): Story<undefined> {
  const { name } = volume.metadata;
  const holders = users.filter(({ spec }) => attachments.some((other) => other.spec.nodeName === spec.nodeName));
  const why =
    holders.length === 0
      ? "Volume is already exclusively attached to one node and can't be attached to another"
      : `Volume is already used by pod(s) ${holders.map(({ metadata }) => metadata.name).join(', ')}`;
  for (const pod of users) {
    if (pod.spec.nodeName !== nodeName || told.includes(pod.metadata.uid)) continue;
    yield* tell(pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${name}" ${why}`);
    yield* note({ type: 'told', pod: pod.metadata.uid } satisfies DiskNote);
  }
  return undefined;
}
