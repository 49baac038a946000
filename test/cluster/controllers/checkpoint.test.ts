import { expect, it } from 'vitest';
import { registerDaemonSet } from '../../../src/cluster/controllers/daemon-set/controller.js';
import { createDaemonSetState, type DaemonSetWorld } from '../../../src/cluster/controllers/daemon-set/state.js';
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
import { registerStatefulSet } from '../../../src/cluster/controllers/stateful-set/controller.js';
import { createStatefulSetState, type StatefulSetWorld } from '../../../src/cluster/controllers/stateful-set/state.js';
import { checkpoint, restore } from '../../../src/kernel/checkpoint.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { TestTank, type TestWorld, webDeployment, webTemplate } from '../test-world.js';

type World = TestWorld &
  ReplicaSetWorld &
  StatefulSetWorld &
  DaemonSetWorld &
  EndpointSliceWorld &
  GarbageCollectorWorld;

/** Rollouts of three kinds, one behind a Service. */
function busyTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: {
      replicaSet: createReplicaSetState(),
      statefulSet: createStatefulSetState(),
      daemonSet: createDaemonSetState(),
      endpointSlice: createEndpointSliceState(),
      garbageCollector: createGarbageCollectorState(),
    },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerStatefulSet(controllers, listeners);
      registerDaemonSet(controllers, listeners);
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
  for (const kind of ['StatefulSet', 'DaemonSet']) tank.create(setOf(kind));
  tank.run(4 * SECOND_US);
  tank.patch('Deployment', 'web', { spec: { template: webTemplate('web:v2') } });
  for (const kind of ['StatefulSet', 'DaemonSet'])
    tank.patch(kind, kind.toLowerCase(), { spec: { template: setTemplate(kind, 'v2') } });
  return tank;
}

function setTemplate(kind: string, version: string): unknown {
  const { spec } = webTemplate(`web:${version}`) as { spec: unknown };
  return { metadata: { labels: { app: kind } }, spec };
}

function setOf(kind: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: kind.toLowerCase(), namespace: 'default' },
    spec: { selector: { matchLabels: { app: kind } }, template: setTemplate(kind, 'v1') },
  };
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
