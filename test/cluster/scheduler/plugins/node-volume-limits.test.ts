import { describe, expect, it } from 'vitest';
import type { PersistentVolume, StorageNode, VolumeAttachment } from '../../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../../src/cluster/api/writes.js';
import { pod } from '../scheduler-world.js';
import { boundVolume, CLOUD, claimOf, storageNode } from '../volume-objects.js';
import { messages, mounting, NO_VICTIMS, NOT_HELPFUL, type One, zonedWorld } from '../zoned-world.js';

const DRIVER = CLOUD.provisioner;
const REASON = 'node(s) exceed max volume count';

/** A disk of the driver in zone a with its claim. */
function disk(one: One, name: string): void {
  const volume = boundVolume(`disk-${name}`, 'a', name);
  const csi = { driver: DRIVER, volumeHandle: `handle-${name}` };
  insertObject(one.world, { ...volume, spec: { ...volume.spec, csi } } as PersistentVolume);
  insertObject(one.world, claimOf(name, `disk-${name}`));
}

function attach(one: One, name: string): void {
  const attachment = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { ...CLOUD.metadata, name: `at-${name}`, uid: `at-${name}` },
    spec: { attacher: DRIVER, nodeName: 'a1', source: { persistentVolumeName: `disk-${name}` } },
    status: { attached: true },
  };
  insertObject(one.world, attachment as VolumeAttachment);
}

/** Room for two disks on a1, which three claims need. */
function limitedWorld(limit: number | 'none' = 2): One {
  const one = zonedWorld();
  insertObject(one.world, storageNode('a1', { [DRIVER]: limit === 'none' ? undefined : limit }));
  for (const name of ['one', 'two', 'three']) disk(one, name);
  one.run(2);
  return one;
}

describe('disks of a driver', () => {
  it('are limited by the CSINode, and a pod that goes makes room', () => {
    const one = limitedWorld();
    for (const name of ['one', 'two', 'three']) one.addPod(pod(name, '100m', mounting(name)));
    one.run(4);
    const waiting = ['one', 'two', 'three'].filter((name) => one.pod(name)!.spec.nodeName === undefined);
    expect(waiting).toEqual(['three']);
    expect(messages(one)).toEqual([
      `0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 ${REASON}. ` +
        `no new claims to deallocate, preemption: 0/2 nodes are available: 1 ${NO_VICTIMS}, 1 ${NOT_HELPFUL}.`,
    ]);
    one.removePod('one');
    one.run(6);
    expect(one.pod('three')!.spec.nodeName).toBe('a1');
  });

  it('count once however many pods mount them', () => {
    const one = limitedWorld();
    for (const name of ['p', 'q', 'r']) one.addPod(pod(name, '100m', mounting('one', 'two')));
    one.run(4);
    expect(messages(one)).toEqual([]);
  });

  it('count while they are attached, though no pod needs them any more', () => {
    const one = limitedWorld();
    attach(one, 'one');
    attach(one, 'two');
    one.run(3);
    one.addPod(pod('p', '100m', mounting('three')));
    one.run(4);
    expect(messages(one)[0]).toContain(`1 ${REASON}`);
    removeObject(one.world, stored<VolumeAttachment>(one.world, 'VolumeAttachment', 'at-one')!);
    one.run(6);
    expect(one.pod('p')!.spec.nodeName).toBe('a1');
  });

  it('are not limited where nothing says so; a limit that grows lets the pod in', () => {
    const one = limitedWorld(0);
    one.addPod(pod('p', '100m', mounting('one')));
    one.run(4);
    expect(messages(one)[0]).toContain(`1 ${REASON}`);
    const limited = stored<StorageNode>(one.world, 'CSINode', 'a1')!;
    replaceObject(one.world, limited, { ...limited, spec: storageNode('a1', { [DRIVER]: 1 }).spec });
    one.run(6);
    expect(one.pod('p')!.spec.nodeName).toBe('a1');
    const free = limitedWorld('none');
    for (const name of ['one', 'two', 'three']) free.addPod(pod(name, '100m', mounting(name)));
    free.run(4);
    expect(messages(free)).toEqual([]);
  });

  it('count before they are made', () => {
    const one = zonedWorld();
    for (const name of ['a1', 'b1']) insertObject(one.world, storageNode(name, { [DRIVER]: 0 }));
    insertObject(one.world, claimOf('new', undefined, 'cloud'));
    one.run(2);
    one.addPod(pod('p', '100m', mounting('new')));
    one.run(4);
    expect(messages(one)[0]).toContain(`0/2 nodes are available: 2 ${REASON}.`);
  });
});

describe('a disk that a pod names by an old source', () => {
  const old = pod('p', '100m', {
    volumes: [{ name: 'v', awsElasticBlockStore: { volumeID: 'aws://a/vol-1' } }],
    nodeSelector: { 'kubernetes.io/hostname': 'a1' },
  });
  const limit = { 'ebs.csi.aws.com': 0 };

  it('counts for its driver where the CSINode says that it was migrated', () => {
    const one = zonedWorld();
    const annotations = {
      'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/cinder,kubernetes.io/aws-ebs',
    };
    const migrated = storageNode('a1', limit);
    insertObject(one.world, { ...migrated, metadata: { ...migrated.metadata, annotations } });
    one.run(2);
    one.addPod(old);
    one.run(3);
    expect(messages(one)[0]).toContain(`1 ${REASON}`);
  });

  it('does not count elsewhere', () => {
    const one = zonedWorld();
    insertObject(one.world, storageNode('a1', limit));
    one.run(2);
    one.addPod(old);
    one.run(3);
    expect(one.pod('p')!.spec.nodeName).toBe('a1');
  });
});
