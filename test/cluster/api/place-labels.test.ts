import { expect, it } from 'vitest';
import type { StringMap } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { labelsOfPlace } from '../../../src/cluster/api/place-labels.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { apiWorld } from './api-world.js';

const ZONE = 'topology.kubernetes.io/zone';

function worldWith(nodes: Readonly<Record<string, StringMap>>) {
  const { world } = apiWorld();
  for (const [name, labels] of Object.entries(nodes)) {
    insertObject(world, { apiVersion: 'v1', kind: 'Node', metadata: { name, namespace: '', labels } } as never);
  }
  return world;
}

it('gives a bound pod its zone, and pods of one owner and zone the same labels', () => {
  const world = worldWith({ a: { [ZONE]: 'z1' }, b: { [ZONE]: 'z1' }, c: { [ZONE]: 'z2' } });
  const pod = { metadata: { labels: { app: 'web' } } } as unknown as Pod;
  const [inA, inB, inC] = ['a', 'b', 'c'].map((node) => labelsOfPlace(world, pod, node));
  expect(inA).toEqual({ app: 'web', [ZONE]: 'z1' });
  expect(inB).toBe(inA);
  expect(inC).toEqual({ app: 'web', [ZONE]: 'z2' });
});

it('leaves a pod alone whose node has no place', () => {
  const pod = { metadata: { labels: { app: 'web' } } } as unknown as Pod;
  expect(labelsOfPlace(worldWith({ a: {} }), pod, 'a')).toBe(pod.metadata.labels);
});
