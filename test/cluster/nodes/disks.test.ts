import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { VolumeAttachment } from '../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { constant } from '../../../src/kernel/distributions.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import {
  boundPod,
  eventMessages,
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

  it('waits 123 s without a word, and again after a pause', () => {
    const stage = stageWithDisk();
    play(stage, 124);
    insertObject(stage.world, attachment('n-1', true));
    play(stage, 200);
    expect(eventTimes(stage, 'p', 'FailedMount')).toEqual([]);
    expect(startedAt(stage)).toBeGreaterThan(133 + MOUNT_S);
    expect(startedAt(stage)).toBeLessThan(138 + MOUNT_S + 0.3 + 2);
  });
});

describe('a pod on a node whose claim leads to no disk', () => {
  function message(claim: object | undefined): string {
    const stage = nodesStage({});
    if (claim !== undefined) {
      const whole = { ...plainObject('v1', 'PersistentVolumeClaim', 'default', 'data'), spec: {}, ...claim };
      insertObject(stage.world, whole as KubernetesObject);
    }
    const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'data' } }];
    insertObject(stage.world, boundPod('p', 'n-1', { spec: { volumes } }));
    play(stage, 1);
    return eventMessages(stage, 'p', 'FailedMount')[0]!;
  }

  it('is told why', () => {
    const why = (fault: string): string =>
      `Unable to attach or mount volumes: unmounted volumes=[disk], unattached volumes=[], failed to process volumes=[disk]: error processing PVC default/data: ${fault}`;
    const missing = 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found';
    expect(message(undefined)).toBe(why(missing));
    expect(message({ status: { phase: 'Pending' } })).toBe(why('PVC is not bound'));
    const noVolume = 'failed to fetch PV gone from API server: persistentvolumes "gone" not found';
    expect(message({ spec: { volumeName: 'gone' }, status: { phase: 'Bound' } })).toBe(why(noVolume));
  });

  it('is told each 10 to 15 s, and starts at the first look after the claim is bound', () => {
    const stage = stageWithDisk({ hostPath: { path: '/x' } });
    const bound = stored<KubernetesObject>(stage.world, 'PersistentVolumeClaim', 'default/data')!;
    const pending = { ...bound, status: { phase: 'Pending' } } as KubernetesObject;
    replaceObject(stage.world, bound, pending);
    play(stage, 60);
    const times = eventTimes(stage, 'p', 'FailedMount');
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    expect(times.length).toBeGreaterThan(3);
    for (const gap of gaps) expect(gap).toBeGreaterThan(10.3);
    for (const gap of gaps) expect(gap).toBeLessThan(15.5);
    replaceObject(stage.world, pending, bound);
    play(stage, 100);
    expect(eventTimes(stage, 'p', 'FailedMount')).toHaveLength(times.length);
    expect(startedAt(stage)).toBeGreaterThan(60 + MOUNT_S);
    expect(startedAt(stage)).toBeLessThan(60 + 15 + MOUNT_S + 2.3);
  });
});
