import { expect, it } from 'vitest';
import { registerDeployment } from '../../../src/cluster/controllers/deployment/controller.js';
import { registerEndpointSlice } from '../../../src/cluster/controllers/endpoint-slice/controller.js';
import {
  createEndpointSliceState,
  type EndpointSliceWorld,
} from '../../../src/cluster/controllers/endpoint-slice/state.js';
import { registerGarbageCollector } from '../../../src/cluster/controllers/garbage-collector/controller.js';
import {
  createGarbageCollectorState,
  type GarbageCollectorWorld,
} from '../../../src/cluster/controllers/garbage-collector/graph.js';
import { registerReplicaSet } from '../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../src/cluster/controllers/replica-set/state.js';
import { checkpoint, restore } from '../../../src/kernel/checkpoint.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { TestTank, type TestWorld, webDeployment, webTemplate } from '../test-world.js';

type World = TestWorld & ReplicaSetWorld & EndpointSliceWorld & GarbageCollectorWorld;

/** A rollout behind a Service, and the deletion of all of it. */
function busyTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: {
      replicaSet: createReplicaSetState(),
      endpointSlice: createEndpointSliceState(),
      garbageCollector: createGarbageCollectorState(),
    },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerEndpointSlice(controllers, listeners);
      registerGarbageCollector(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  tank.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  tank.create(webDeployment(10));
  tank.run(4 * SECOND_US);
  tank.patch('Deployment', 'web', { spec: { template: webTemplate('web:v2') } });
  return tank;
}

it('controllers go on from any checkpoint as if there had been none', () => {
  const tank = busyTank();
  const { handlers } = tank;
  const copies: World[] = [];
  for (let moment = 0; moment < 24; moment++) {
    tank.run(91 * MILLISECOND_US);
    copies.push(restore(checkpoint(tank.world)));
  }
  tank.run(8 * SECOND_US);
  const end = tank.world.kernel.now;
  for (const copy of copies) {
    runUntil(copy, handlers, end);
    expect(copy.kernel.digest).toEqual(tank.world.kernel.digest);
  }
});
