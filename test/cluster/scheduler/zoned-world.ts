import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { PodSpec } from '../../../src/cluster/api/objects/pod.js';
import type { SchedulerParameters } from '../../../src/cluster/scheduler/parameters.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { node, schedulerWorld } from './scheduler-world.js';
import { CLOUD, SHELF } from './volume-objects.js';

export type One = ReturnType<typeof schedulerWorld>;

export const ZONE = 'topology.kubernetes.io/zone';
export const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
export const NO_VICTIMS = 'No preemption victims found for incoming pod';

export function nodeIn(zone: string, name: string): Node {
  const plain = node(name);
  return { ...plain, metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, [ZONE]: zone } } };
}

/** Nodes a1 in zone a and b1 in zone b, and two classes whose claims wait for their first pod. */
export function zonedWorld(parameters?: SchedulerParameters): One {
  const one = schedulerWorld('test', parameters);
  one.addNode(nodeIn('a', 'a1'));
  one.addNode(nodeIn('b', 'b1'));
  insertObject(one.world, SHELF);
  insertObject(one.world, CLOUD);
  one.run(1);
  return one;
}

export const mounting = (...names: readonly string[]): Partial<PodSpec> => ({
  volumes: names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
});

/** What the events of failed attempts say. */
export const messages = (one: One): string[] =>
  one
    .events()
    .filter(({ reason }) => reason === 'FailedScheduling')
    .map(({ message }) => message);
