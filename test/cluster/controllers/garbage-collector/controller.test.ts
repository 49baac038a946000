import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/cluster/api/objects/meta.js';
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

  it("takes a dead owner's name off what another one still owns", () => {
    const tank = runningTank();
    const [first, second] = ['first', 'second'].map((name) => tank.create(configMap(name)));
    tank.create(configMap('owned', [first!, second!]));
    tank.delete('ConfigMap', 'first');
    tank.run(SECOND_US);
    expect(tank.get('ConfigMap', 'owned')!.metadata.ownerReferences!.map(({ name }) => name)).toEqual(['second']);
    tank.delete('ConfigMap', 'second');
    tank.run(SECOND_US);
    expect(tank.get('ConfigMap', 'owned')).toBeUndefined();
  });

  it('collects what owners without a namespace leave, and nothing of owners that it does not know', () => {
    const tank = runningTank();
    const node = tank.all<KubernetesObject>('Node')[0]!;
    tank.create(configMap('of-node', [node]));
    tank.create(configMap('of-stranger', [{ ...node, kind: 'Stranger', metadata: { ...node.metadata, uid: 'x' } }]));
    tank.run(SECOND_US);
    expect(tank.all('ConfigMap')).toHaveLength(2);
    tank.ask({ verb: 'delete', kind: 'Node', namespace: '', name: node.metadata.name });
    tank.run(SECOND_US);
    expect(tank.all('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['of-stranger']);
  });

  it('leaves the pods of a Job alone where its deletion does not say what becomes of them', () => {
    const tank = runningTank();
    const job = tank.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'work', namespace: 'default' },
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c' }] } },
      },
    });
    tank.create(configMap('result', [job]));
    tank.ask({ verb: 'delete', kind: 'Job', namespace: 'default', name: 'work' });
    tank.run(SECOND_US);
    expect(tank.get('Job', 'work')).toBeUndefined();
    expect(tank.get('ConfigMap', 'result')!.metadata.ownerReferences ?? []).toEqual([]);
  });
});

function configMap(name: string, owners: readonly KubernetesObject[] = []): unknown {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
  }));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ownerReferences } };
}
