import { expect, it } from 'vitest';
import type { PersistentVolume } from '../../../../src/cluster/api/objects/storage.js';
import { insertObject } from '../../../../src/cluster/api/writes.js';
import { node, pod } from '../scheduler-world.js';
import { boundVolume, claimOf } from '../volume-objects.js';
import { messages, mounting, NOT_HELPFUL, nodeIn, type One, zonedWorld } from '../zoned-world.js';

/** A claim bound to a volume that tells its place by labels alone. */
function placedDisk(one: One, labels: Readonly<Record<string, string>>): void {
  const { metadata, spec, ...rest } = boundVolume('disk', 'a', 'data');
  const { nodeAffinity: _anywhere, ...reachable } = spec;
  insertObject(one.world, { ...rest, metadata: { ...metadata, labels }, spec: reachable } as PersistentVolume);
  insertObject(one.world, claimOf('data', 'disk'));
  one.run(2);
}

const GA = 'topology.kubernetes.io/zone';
const BETA = 'failure-domain.beta.kubernetes.io/zone';

it.each([
  ['its own zone', { [GA]: 'b' }, 'b1'],
  ['its zone by the older label', { [BETA]: 'b' }, 'b1'],
  ['one of its zones', { [GA]: 'c__b' }, 'b1'],
  ['anywhere if its zones cannot be read', { [GA]: '__x' }, 'a1'],
])('a pod goes to a node in the zone of its volume: %s', (_what, labels, nodeName) => {
  const one = zonedWorld();
  placedDisk(one, labels);
  one.addPod(pod('p', 1, mounting('data')));
  one.run(3);
  expect(one.pod('p')!.spec.nodeName).toBe(nodeName);
});

it('a node without any such label is in every zone', () => {
  const one = zonedWorld();
  placedDisk(one, { [GA]: 'c' });
  one.addPod(pod('p', 1, mounting('data')));
  one.run(3);
  expect(messages(one)).toEqual([
    '0/2 nodes are available: 2 node(s) had no available volume zone. no new claims to deallocate, ' +
      `preemption: 0/2 nodes are available: 2 ${NOT_HELPFUL}.`,
  ]);
  one.addNode(node('nowhere'));
  one.run(5);
  expect(one.pod('p')!.spec.nodeName).toBe('nowhere');
});

it('a region counts like a zone', () => {
  const one = zonedWorld();
  placedDisk(one, { 'topology.kubernetes.io/region': 'r' });
  one.addPod(pod('p', 1, mounting('data')));
  one.run(3);
  expect(messages(one)[0]).toContain('2 node(s) had no available volume zone');
  const far = nodeIn('c', 'c1');
  const labels = { ...far.metadata.labels, 'topology.kubernetes.io/region': 'r' };
  one.addNode({ ...far, metadata: { ...far.metadata, labels } });
  one.run(5);
  expect(one.pod('p')!.spec.nodeName).toBe('c1');
});

it('a claim whose volume is not there refuses the pod as a whole', () => {
  const one = zonedWorld();
  insertObject(one.world, claimOf('data', 'gone'));
  one.run(2);
  one.addPod(pod('p', 1, mounting('data')));
  one.run(3);
  expect(messages(one)).toEqual(['0/2 nodes are available: persistentvolume "gone" not found. not found']);
  insertObject(one.world, boundVolume('gone', 'b', 'data'));
  one.run(5);
  expect(one.pod('p')!.spec.nodeName).toBe('b1');
});
