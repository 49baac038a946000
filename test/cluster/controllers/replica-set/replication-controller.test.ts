import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { ReplicationController } from '../../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../../src/cluster/api/owner-references.js';
import { registerReplicationController } from '../../../../src/cluster/controllers/replica-set/controller.js';
import {
  createReplicaSetState,
  type ReplicationControllerWorld,
} from '../../../../src/cluster/controllers/replica-set/state.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld, webTemplate } from '../../test-world.js';

type World = TestWorld & ReplicationControllerWorld;

function newTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { replicationController: createReplicaSetState() },
    register: registerReplicationController,
  });
  tank.run(SECOND_US);
  return tank;
}

function webController(replicas: number, spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, template: webTemplate(), ...spec },
  };
}

function barePod(name: string, image = 'web:v1'): unknown {
  const { spec } = webTemplate(image) as { spec: unknown };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web', extra: 'yes' } },
    spec,
  };
}

const web = (tank: TestTank<World>): ReplicationController =>
  tank.get<ReplicationController>('ReplicationController', 'web')!;
const pods = (tank: TestTank<World>): Pod[] => tank.all<Pod>('Pod');

describe('a ReplicationController', () => {
  it('takes its selector and labels from the template', () => {
    const tank = newTank();
    tank.create(webController(1));
    expect(web(tank).spec.selector).toEqual({ app: 'web' });
    expect(web(tank).metadata.labels).toEqual({ app: 'web' });
  });

  it('adopts the pods that match, makes what is missing and reports no terminating pods', () => {
    const tank = newTank();
    tank.create(barePod('bare-0'));
    tank.create(barePod('bare-1', 'web:old'));
    tank.run(2 * SECOND_US);
    tank.create(webController(5));
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(5);
    for (const name of ['bare-0', 'bare-1']) expect(controllerOf(tank.get<Pod>('Pod', name)!)?.name).toBe('web');
    expect(tank.events('SuccessfulCreate')).toHaveLength(3);
    expect(web(tank).status).toEqual({
      replicas: 5,
      fullyLabeledReplicas: 5,
      readyReplicas: 5,
      availableReplicas: 5,
      observedGeneration: 1,
      conditions: [],
    });
  });

  it('deletes the surplus, also of what it has just adopted', () => {
    const tank = newTank();
    for (const index of [0, 1, 2]) tank.create(barePod(`bare-${index}`));
    tank.run(2 * SECOND_US);
    tank.create(webController(2));
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(2);
    expect(tank.events('SuccessfulCreate')).toHaveLength(0);
    expect(tank.events('SuccessfulDelete')).toHaveLength(1);
  });

  it('never replaces a pod because its template changed', () => {
    const tank = newTank();
    tank.create(webController(3));
    tank.run(5 * SECOND_US);
    const before = pods(tank).map(({ metadata }) => metadata.uid);
    tank.patch('ReplicationController', 'web', { spec: { template: webTemplate('web:v2') } });
    tank.run(5 * SECOND_US);
    expect(pods(tank).map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(web(tank).status.observedGeneration).toBe(2);
    tank.delete('Pod', pods(tank)[0]!.metadata.name);
    tank.run(5 * SECOND_US);
    const images = pods(tank).map(({ spec }) => spec.containers[0]!.image);
    expect(images.sort()).toEqual(['web:v1', 'web:v1', 'web:v2']);
  });
});
