import { describe, expect, it } from 'vitest';
import type { Pod, Volume } from '../../../../src/cluster/api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../../../src/cluster/api/objects/storage.js';
import { insertObject } from '../../../../src/cluster/api/writes.js';
import { pod } from '../scheduler-world.js';
import { boundVolume, claimOf } from '../volume-objects.js';
import { messages, mounting, NO_VICTIMS, NOT_HELPFUL, type One, zonedWorld } from '../zoned-world.js';

const naming = (name: string, source: Omit<Volume, 'name'>, nodeSelector?: Record<string, string>): Pod =>
  pod(name, '100m', { volumes: [{ name: 'v', ...source }], ...(nodeSelector === undefined ? {} : { nodeSelector }) });
const ON_A1 = { 'kubernetes.io/hostname': 'a1' };

function claimForOnePod(one: One): void {
  const claim = claimOf('only', 'disk');
  insertObject(one.world, boundVolume('disk', 'b', 'only'));
  insertObject(one.world, {
    ...claim,
    spec: { ...claim.spec, accessModes: ['ReadWriteOncePod'] },
  } as PersistentVolumeClaim);
  one.run(2);
}

describe('a disk that a pod names itself', () => {
  const cases: readonly (readonly [string, Omit<Volume, 'name'>, Omit<Volume, 'name'>, boolean])[] = [
    ['GCE, both read', gce('x', true), gce('x', true), true],
    ['GCE, one writes', gce('x', true), gce('x', false), false],
    ['GCE, two disks', gce('x', false), gce('y', false), true],
    ['AWS, both read', aws('x', true), aws('x', true), false],
    ['iSCSI, both read', iscsi(true), iscsi(true), true],
    ['iSCSI, one writes', iscsi(true), iscsi(false), false],
    ['RBD, a monitor in common', rbd(['m1', 'm2'], false), rbd(['m2'], false), false],
    ['RBD, no monitor in common', rbd(['m1'], false), rbd(['m2'], false), true],
    ['RBD, both read', rbd(['m1'], true), rbd(['m1'], true), true],
  ];
  for (const [what, first, second, together] of cases) {
    it(`${what}: ${together ? 'one node can have both pods' : 'not on one node'}`, () => {
      const one = zonedWorld();
      one.addPod(naming('first', first, ON_A1));
      one.run(2);
      one.addPod(naming('second', second, ON_A1));
      one.run(3);
      expect(one.pod('first')!.spec.nodeName).toBe('a1');
      expect(one.pod('second')!.spec.nodeName).toBe(together ? 'a1' : undefined);
    });
  }

  it('is told of, and the pod is tried again when the other has gone', () => {
    const one = zonedWorld();
    one.addPod(naming('first', gce('x', false), ON_A1));
    one.run(2);
    one.addPod(naming('second', gce('x', false), ON_A1));
    one.run(4);
    expect(messages(one)).toEqual([
      `0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had no available disk. ` +
        `no new claims to deallocate, preemption: 0/2 nodes are available: 1 ${NO_VICTIMS}, 1 ${NOT_HELPFUL}.`,
    ]);
    one.removePod('first');
    one.run(5);
    expect(one.pod('second')!.spec.nodeName).toBe('a1');
  });
});

describe('a claim for one pod alone', () => {
  it('keeps a second pod waiting until the first has gone', () => {
    const one = zonedWorld();
    claimForOnePod(one);
    one.addPod(pod('first', 1, mounting('only')));
    one.run(3);
    one.addPod(pod('second', 1, mounting('only')));
    one.run(5);
    const why =
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    expect(messages(one)).toEqual([
      `0/2 nodes are available: 2 ${why}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${NO_VICTIMS}.`,
    ]);
    one.removePod('first');
    one.run(6);
    expect(one.pod('second')!.spec.nodeName).toBe('b1');
  });
});

function gce(pdName: string, readOnly: boolean) {
  return { gcePersistentDisk: { pdName, readOnly } };
}

function aws(volumeID: string, readOnly: boolean) {
  return { awsElasticBlockStore: { volumeID, readOnly } };
}

function iscsi(readOnly: boolean) {
  return { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:disk', lun: 0, readOnly } };
}

function rbd(monitors: readonly string[], readOnly: boolean) {
  return { rbd: { monitors, image: 'disk', readOnly } };
}
