import { expect, it } from 'vitest';
import { registerServiceAccount } from '../../../../src/cluster/controllers/service-account/controller.js';
import { MILLISECOND_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', namespace: '' } };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'c', image: 'c' }] },
};

it('the first pod of a new namespace waits for the account that its controller makes', () => {
  const tank = new TestTank<TestWorld>({
    controllers: {},
    register: (controllers, listeners) => registerServiceAccount(controllers, listeners),
  });
  tank.run(SECOND_US);
  tank.create(NAMESPACE);
  const before = tank.world.kernel.now;
  tank.create(POD);
  expect(tank.world.kernel.now - before).toBeGreaterThan(100 * MILLISECOND_US);
  expect(tank.world.kernel.now - before).toBeLessThan(250 * MILLISECOND_US);
  expect(tank.all('ServiceAccount').map(({ metadata }) => metadata.namespace)).toEqual(['default', 'shop']);
});

it('without an account the pod is refused after ten looks', () => {
  const tank = new TestTank<TestWorld>({ controllers: {}, register: () => {} });
  tank.run(SECOND_US);
  tank.create(NAMESPACE);
  const before = tank.world.kernel.now;
  expect(() => tank.create(POD)).toThrow(
    'pods "web" is forbidden: error looking up service account shop/default: serviceaccount "default" not found',
  );
  expect(tank.world.kernel.now - before).toBeGreaterThan(SECOND_US);
});
