import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
} from '../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { SCHEDULER_PRESETS } from '../../../src/cluster/scheduler/parameters.js';
import { profileWith } from './plugins/scored.js';
import { pod } from './scheduler-world.js';
import { boundVolume, CLOUD, capacityOf, claimOf, driverOf } from './volume-objects.js';
import { messages, mounting, NOT_HELPFUL, type One, ZONE, zonedWorld } from './zoned-world.js';

const claimIn = (one: One, name: string) =>
  stored<PersistentVolumeClaim>(one.world, 'PersistentVolumeClaim', `default/${name}`)!;
const volumeIn = (one: One, name: string) => stored<PersistentVolume>(one.world, 'PersistentVolume', name)!;

/** What the binder does once a claim has its volume. */
function bind(one: One, claimName: string, volumeName: string): void {
  const claim = claimIn(one, claimName);
  const bound = claimOf(claimName, volumeName);
  const annotations = { ...claim.metadata.annotations, ...bound.metadata.annotations };
  replaceObject(one.world, claim, {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: bound.spec,
  } as typeof claim);
}

describe('a pod with claims', () => {
  test('waits for a claim that is not there', () => {
    const one = zonedWorld();
    one.addPod(pod('p', 1, mounting('data')));
    one.run(2);
    expect(messages(one)).toEqual(['0/2 nodes are available: persistentvolumeclaim "data" not found. not found']);
    insertObject(one.world, boundVolume('disk', 'b', 'data'));
    insertObject(one.world, claimOf('data', 'disk'));
    one.run(10);
    expect(one.pod('p')!.spec.nodeName).toBe('b1');
  });

  test('waits until a claim is bound that does not wait for it, and is then tried at once', () => {
    const one = zonedWorld();
    insertObject(one.world, claimOf('data', undefined, 'unknown'));
    one.addPod(pod('p', 1, mounting('data')));
    one.run(20);
    const message = '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found';
    expect(messages(one)).toEqual([message]);
    expect(one.pod('p')!.status.conditions).toMatchObject([{ type: 'PodScheduled', reason: 'Unschedulable', message }]);
    insertObject(one.world, boundVolume('disk', 'a', 'data'));
    bind(one, 'data', 'disk');
    one.run(21);
    expect(one.pod('p')!.spec.nodeName).toBe('a1');
  });

  test('is refused with a claim that is being deleted or has lost its volume', () => {
    const one = zonedWorld();
    const going = claimOf('going', 'disk');
    insertObject(one.world, { ...going, metadata: { ...going.metadata, deletionTimestamp: 1 } });
    insertObject(one.world, { ...claimOf('lost', 'gone'), status: { phase: 'Lost' } } as PersistentVolumeClaim);
    one.addPod(pod('p', 1, mounting('going')));
    one.addPod(pod('q', 1, mounting('lost')));
    one.run(3);
    expect(messages(one).sort()).toEqual([
      '0/2 nodes are available: persistentvolumeclaim "going" is being deleted. not found',
      '0/2 nodes are available: persistentvolumeclaim "lost" bound to non-existent persistentvolume "gone". not found',
    ]);
  });

  test('goes where its volumes are, or nowhere', () => {
    const one = zonedWorld();
    for (const [name, zone] of [
      ['here', 'a'],
      ['there', 'b'],
    ] as const) {
      insertObject(one.world, boundVolume(`disk-${name}`, zone, name));
      insertObject(one.world, claimOf(name, `disk-${name}`));
    }
    one.run(2);
    one.addPod(pod('p', 1, mounting('there')));
    one.addPod(pod('q', 1, mounting('here', 'there')));
    one.run(4);
    expect(one.pod('p')!.spec.nodeName).toBe('b1');
    const why = "node(s) didn't match PersistentVolume's node affinity";
    expect(messages(one)).toEqual([
      `0/2 nodes are available: 2 ${why}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 ${NOT_HELPFUL}.`,
    ]);
  });
});

describe('a claim that waits for its first pod', () => {
  test('gets the node of the pod, which is bound after it', () => {
    const one = zonedWorld();
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.addPod(pod('p', 1, { ...mounting('data'), nodeSelector: { [ZONE]: 'b' } }));
    one.run(5);
    expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'b1' });
    expect(one.pod('p')!.spec.nodeName).toBeUndefined();
    expect(one.pod('p')!.status.nominatedNodeName).toBe('b1');
    insertObject(one.world, boundVolume('disk', 'b', 'data'));
    bind(one, 'data', 'disk');
    one.run(7);
    expect(one.pod('p')!.spec.nodeName).toBe('b1');
    expect(one.pod('p')!.status.nominatedNodeName).toBeUndefined();
  });

  test('costs its pod a patch that names the node, unless the pod names it already', () => {
    for (const status of [{}, { nominatedNodeName: 'b1' }]) {
      const one = zonedWorld();
      insertObject(one.world, claimOf('data', undefined, 'cloud'));
      one.run(2);
      const waiting = pod('p', 1, { ...mounting('data'), nodeSelector: { [ZONE]: 'b' } });
      one.addPod({ ...waiting, status: { ...waiting.status, ...status } });
      const sent = new Set<string>();
      for (let milliseconds = 0; milliseconds < 500; milliseconds++) {
        one.run(2 + milliseconds / 1_000);
        for (const call of one.world.api.calls) if (call !== undefined) sent.add(call.request.verb);
      }
      expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'b1' });
      expect(sent.has('patch')).toBe(status.nominatedNodeName === undefined);
    }
  });

  test('takes a free volume on its node, and no two take the same', () => {
    const one = zonedWorld();
    insertObject(one.world, boundVolume('disk-1', 'b'));
    insertObject(one.world, boundVolume('disk-2', 'b'));
    for (const name of ['one', 'two', 'three']) insertObject(one.world, claimOf(name));
    one.run(2);
    for (const name of ['one', 'two', 'three']) one.addPod(pod(name, '100m', mounting(name)));
    one.run(5);
    const takers = ['disk-1', 'disk-2'].map((name) => volumeIn(one, name).spec.claimRef?.name);
    expect(takers.sort()).toEqual(['one', 'two']);
    // The third finds none, and is tried again whenever a volume has changed.
    const failed = one.events().filter(({ reason }) => reason === 'FailedScheduling');
    expect(new Set(failed.map(({ name }) => name))).toEqual(new Set(['three']));
    expect(messages(one)[0]).toContain("2 node(s) didn't find available persistent volumes to bind");
  });

  test('keeps its node in a second attempt', () => {
    const one = zonedWorld();
    const chosen = claimOf('data', undefined, 'cloud');
    const annotations = { 'volume.kubernetes.io/selected-node': 'a1' };
    insertObject(one.world, { ...chosen, metadata: { ...chosen.metadata, annotations } });
    one.addPod(pod('p', 1, { ...mounting('data'), nodeSelector: { [ZONE]: 'b' } }));
    one.run(2);
    expect(messages(one)[0]).toContain("1 node(s) didn't find available persistent volumes to bind");
  });

  test('is not made outside the places that its class allows', () => {
    const one = zonedWorld();
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ['b'] }] }];
    const metadata = { ...CLOUD.metadata, name: 'cloud-b', uid: 'class-cloud-b' };
    insertObject(one.world, { ...CLOUD, metadata, allowedTopologies } as typeof CLOUD);
    insertObject(one.world, claimOf('data', undefined, 'cloud-b'));
    one.run(2);
    one.addPod(pod('p', 1, mounting('data')));
    one.run(4);
    expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'b1' });
  });

  test('is waited for 10 minutes; then the pod is tried again, and what was taken is free', () => {
    const one = zonedWorld();
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.addPod(pod('p', 1, mounting('data')));
    one.run(599);
    expect(messages(one)).toEqual([]);
    one.run(604);
    expect(messages(one)).toEqual([
      'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    ]);
  });

  test('is waited for as long as the profile says', () => {
    const one = zonedWorld({ ...SCHEDULER_PRESETS.managed, profiles: [profileWith({ bindTimeoutSeconds: 30 })] });
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.addPod(pod('p', 1, mounting('data')));
    one.run(29);
    expect(messages(one)).toEqual([]);
    one.run(34);
    expect(messages(one)).toHaveLength(1);
  });
});

describe('storage of a driver that tells how much it has', () => {
  /** A claim of 5 GiB whose class has the room told in zone a, none elsewhere. */
  function countedWorld(room: string): One {
    const one = zonedWorld();
    insertObject(one.world, driverOf(true));
    insertObject(one.world, capacityOf('in-a', room, 'a'));
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.run(2);
    one.addPod(pod('p', 1, mounting('data')));
    one.run(4);
    return one;
  }

  test('is used where there is enough', () => {
    const one = countedWorld('5Gi');
    expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'a1' });
  });

  test('keeps the pod waiting until there is enough', () => {
    const one = countedWorld('4Gi');
    expect(messages(one)[0]).toContain('0/2 nodes are available: 2 node(s) did not have enough free storage.');
    const room = stored<StorageCapacity>(one.world, 'CSIStorageCapacity', 'default/in-a')!;
    replaceObject(one.world, room, { ...room, maximumVolumeSize: '6Gi' } as typeof room);
    one.run(6);
    expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'a1' });
  });

  test('is not asked for by a driver that does not say so', () => {
    const one = zonedWorld();
    insertObject(one.world, driverOf(false));
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.run(2);
    one.addPod(pod('p', 1, mounting('data')));
    one.run(4);
    expect(messages(one)).toEqual([]);
  });
});

test('a node tells all reasons of VolumeBinding', () => {
  const one = zonedWorld();
  insertObject(one.world, boundVolume('disk', 'b', 'bound'));
  insertObject(one.world, claimOf('bound', 'disk'));
  insertObject(one.world, claimOf('free'));
  one.run(2);
  one.addPod(pod('p', 1, mounting('bound', 'free')));
  one.run(4);
  expect(messages(one)[0]).toContain(
    "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, " +
      "2 node(s) didn't find available persistent volumes to bind.",
  );
});

test('a pod with an ephemeral volume waits for the claim that is made for it, and takes no other', () => {
  const one = zonedWorld();
  const scratch = { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } }] };
  one.addPod(pod('p', 1, scratch));
  one.run(2);
  const waiting = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"';
  expect(messages(one)).toEqual([`0/2 nodes are available: ${waiting}. not found`]);
  const claim = claimOf('p-scratch', undefined, 'cloud');
  insertObject(one.world, claim);
  one.run(4);
  const strange = 'PVC default/p-scratch was not created for pod default/p (pod is not owner)';
  expect(messages(one)).toEqual([
    `0/2 nodes are available: ${waiting}. not found`,
    `0/2 nodes are available: ${strange}. not found`,
  ]);
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'pod-p', controller: true }];
  replaceObject(one.world, claim, { ...claim, metadata: { ...claim.metadata, ownerReferences } });
  one.run(8);
  expect(claimIn(one, 'p-scratch').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'a1' });
});

describe('what happens to a claim while it is being bound', () => {
  const BINDING = 'running PreBind plugin "VolumeBinding": binding volumes:';

  function bindingWorld(): One {
    const one = zonedWorld();
    insertObject(one.world, claimOf('data', undefined, 'cloud'));
    one.addPod(pod('p', 1, { ...mounting('data'), nodeSelector: { [ZONE]: 'b' } }));
    one.run(3);
    expect(claimIn(one, 'data').metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'b1' });
    return one;
  }

  test('its pod ends meanwhile: nobody tries it again', () => {
    const one = bindingWorld();
    one.changePod('p', (before) => ({ ...before, status: { phase: 'Failed' } }));
    removeObject(one.world, claimIn(one, 'data'));
    one.run(8);
    expect(messages(one)).toHaveLength(1);
    const { queue } = one.world.scheduler;
    expect([queue.pods.size, queue.pool.size, queue.errorBackoff.entries.length]).toEqual([0, 0, 0]);
  });

  test('it goes: the pod waits for another', () => {
    const one = bindingWorld();
    removeObject(one.world, claimIn(one, 'data'));
    one.run(8);
    expect(messages(one)).toEqual([
      `${BINDING} failed to check provisioning pvc: could not find v1.PersistentVolumeClaim "default/data"`,
      '0/2 nodes are available: persistentvolumeclaim "data" not found. not found',
    ]);
  });

  test('its node is taken back: the pod is tried again', () => {
    const one = bindingWorld();
    const claim = claimIn(one, 'data');
    replaceObject(one.world, claim, { ...claim, metadata: { ...claim.metadata, annotations: { other: 'x' } } });
    one.run(8);
    expect(messages(one)).toEqual([`${BINDING} provisioning failed for PVC "data"`]);
    expect(claimIn(one, 'data').metadata.annotations).toMatchObject({ 'volume.kubernetes.io/selected-node': 'b1' });
  });

  test('its volume is out of reach of the node', () => {
    const one = bindingWorld();
    insertObject(one.world, boundVolume('disk', 'a', 'data'));
    bind(one, 'data', 'disk');
    one.run(8);
    const error = `${BINDING} pv "disk" node affinity doesn't match node "b1": no matching NodeSelectorTerms`;
    expect(messages(one)[0]).toBe(error);
  });

  test('the node goes', () => {
    const one = bindingWorld();
    removeObject(one.world, stored<Node>(one.world, 'Node', 'b1')!);
    one.run(8);
    expect(messages(one)[0]).toBe(`${BINDING} failed to get node "b1": node "b1" not found`);
  });
});
