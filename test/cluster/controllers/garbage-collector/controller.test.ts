import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../../src/cluster/api/objects/workload.js';
import { registerDeployment } from '../../../../src/cluster/controllers/deployment/controller.js';
import { registerGarbageCollector } from '../../../../src/cluster/controllers/garbage-collector/controller.js';
import {
  createGarbageCollectorState,
  type GarbageCollectorWorld,
} from '../../../../src/cluster/controllers/garbage-collector/graph.js';
import { registerReplicaSet } from '../../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../../src/cluster/controllers/replica-set/state.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld, webDeployment } from '../../test-world.js';

type World = TestWorld & ReplicaSetWorld & GarbageCollectorWorld;

/** A Deployment of ten ready pods, as in recordings/13-gc-*. */
function runningTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { replicaSet: createReplicaSetState(), garbageCollector: createGarbageCollectorState() },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerGarbageCollector(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  tank.create(webDeployment(10));
  tank.run(5 * SECOND_US);
  expect(tank.readyPods()).toHaveLength(10);
  return tank;
}

describe('the garbage collector', () => {
  it('in the background: the owner goes at once, then the ReplicaSet, then the pods', () => {
    const tank = runningTank();
    tank.delete('Deployment', 'web', 'Background');
    expect(tank.get('Deployment', 'web')).toBeUndefined();
    expect(tank.all('ReplicaSet')).toHaveLength(1);
    tank.run(100_000);
    expect(tank.all('ReplicaSet')).toHaveLength(0);
    expect(tank.all('Pod')).toHaveLength(10);
    tank.run(2 * SECOND_US);
    expect(tank.all('Pod')).toHaveLength(0);
    // As recorded: 11 objects, each read once and deleted once.
    const requests = (['get', 'delete'] as const).map((verb) => tank.requests('generic-garbage-collector', verb));
    expect(requests).toEqual([11, 11]);
  });

  it('in the foreground: the owner waits for the last pod', () => {
    const tank = runningTank();
    tank.delete('Deployment', 'web', 'Foreground');
    tank.run(400_000);
    expect(tank.get('Deployment', 'web')!.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(tank.all<ReplicaSet>('ReplicaSet')[0]!.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(tank.all('Pod').every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    tank.run(3 * SECOND_US);
    expect([tank.all('Deployment'), tank.all('ReplicaSet'), tank.all('Pod')]).toEqual([[], [], []]);
    expect(tank.events('SuccessfulCreate')).toHaveLength(10);
  });

  it('orphaning: what the owner had stays, without its name on it', () => {
    const tank = runningTank();
    tank.delete('Deployment', 'web', 'Orphan');
    tank.run(3 * SECOND_US);
    expect(tank.get('Deployment', 'web')).toBeUndefined();
    expect(tank.all<ReplicaSet>('ReplicaSet')[0]!.metadata.ownerReferences ?? []).toEqual([]);
    expect(tank.readyPods()).toHaveLength(10);
  });
});
