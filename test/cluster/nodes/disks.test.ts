import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { VolumeAttachment } from '../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { constant } from '../../../src/kernel/distributions.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import {
  boundPod,
  eventReasons,
  eventTimes,
  type NodesStage,
  nodesStage,
  plainObject,
  play,
  podNamed,
} from './nodes-world.js';

const MOUNT_S = 2;

/** A pod on node n-1 whose claim is bound to a disk; of a driver, unless `source` says something else. */
function stageWithDisk(
  source: Readonly<Record<string, unknown>> = { csi: { driver: 'd', volumeHandle: 'h' } },
): NodesStage {
  const stage = nodesStage({ parameters: { diskMount: constant(MOUNT_S * SECOND_US) } });
  const claimRef = { namespace: 'default', name: 'data', uid: 'PersistentVolumeClaim-data' };
  const claim = { ...plainObject('v1', 'PersistentVolumeClaim', 'default', 'data'), spec: { volumeName: 'disk' } };
  insertObject(stage.world, { ...claim, status: { phase: 'Bound' } } as KubernetesObject);
  const volume = { ...plainObject('v1', 'PersistentVolume', '', 'disk'), spec: { claimRef, ...source }, status: {} };
  insertObject(stage.world, volume as KubernetesObject);
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  insertObject(stage.world, boundPod('p', 'n-1', { spec: { volumes } }));
  return stage;
}

function attachment(nodeName: string, attached: boolean): VolumeAttachment {
  return {
    ...plainObject('storage.k8s.io/v1', 'VolumeAttachment', '', `csi-disk-${nodeName}`),
    spec: { attacher: 'd', nodeName, source: { persistentVolumeName: 'disk' } },
    status: { attached },
  };
}

function startedAt(stage: NodesStage): number | undefined {
  return eventTimes(stage, 'p', 'Started')[0];
}

describe('a pod with a disk', () => {
  it('starts no container before the disk is attached to its node and mounted', () => {
    const stage = stageWithDisk();
    insertObject(stage.world, attachment('n-2', true));
    insertObject(stage.world, attachment('n-1', false));
    play(stage, 30);
    expect(eventReasons(stage, 'p')).toEqual([]);
    const before = stored<VolumeAttachment>(stage.world, 'VolumeAttachment', 'csi-disk-n-1')!;
    replaceObject(stage.world, before, { ...before, status: { attached: true } } as VolumeAttachment);
    play(stage, 45);
    expect(startedAt(stage)).toBeGreaterThan(30 + MOUNT_S);
    expect(startedAt(stage)).toBeLessThan(30 + MOUNT_S + 0.3 + 2);
    expect(podNamed(stage, 'p')!.status.phase).toBe('Running');
  });

  it('that no driver attaches only mounts it', () => {
    const stage = stageWithDisk({ hostPath: { path: '/x' } });
    play(stage, 10);
    expect(startedAt(stage)).toBeGreaterThan(MOUNT_S);
    expect(startedAt(stage)).toBeLessThan(MOUNT_S + 0.3 + 2);
  });

  it('is told after 123 s that it still waits, and goes on waiting', () => {
    const stage = stageWithDisk();
    play(stage, 400);
    const times = eventTimes(stage, 'p', 'FailedMount');
    expect(times).toHaveLength(3);
    expect(times[0]).toBeGreaterThan(123);
    expect(times[0]).toBeLessThan(124);
    insertObject(stage.world, attachment('n-1', true));
    play(stage, 410);
    expect(startedAt(stage)).toBeGreaterThan(402);
    play(stage, 800);
    expect(eventTimes(stage, 'p', 'FailedMount')).toHaveLength(3);
  });
});
