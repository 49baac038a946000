import { expect, it } from 'vitest';
import type { Service } from '../../../../src/cluster/api/objects/network.js';
import {
  createServiceState,
  registerService,
  type ServiceWorld,
} from '../../../../src/cluster/controllers/service/controller.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

type World = TestWorld & ServiceWorld;

function service(name: string, type: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type, selector: { app: name }, ports: [{ port: 80 }] },
  };
}

it('gives each load balancer an address of its own, when it is built', () => {
  const tank = new TestTank<World>({
    controllers: { service: createServiceState() },
    register: (controllers, listeners) => registerService(controllers, listeners),
  });
  tank.run(SECOND_US);
  for (const name of ['a', 'b']) tank.create(service(name, 'LoadBalancer'));
  tank.create(service('inner', 'ClusterIP'));
  const address = (name: string): string | undefined =>
    tank.get<Service>('Service', name)!.status.loadBalancer?.ingress?.[0]?.ip;
  tank.run(58 * SECOND_US);
  expect(['a', 'b', 'inner'].map(address)).toEqual([undefined, undefined, undefined]);
  tank.run(3 * SECOND_US);
  expect(['a', 'b', 'inner'].map(address)).toEqual(['203.0.113.1', '203.0.113.2', undefined]);
});
