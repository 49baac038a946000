import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../src/cluster/api/calls.js';
import type { Namespace } from '../../../../src/cluster/api/objects/namespace.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { registerNamespace } from '../../../../src/cluster/controllers/namespace/controller.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

const DELETE: ApiRequest = { verb: 'delete', kind: 'Namespace', namespace: '', name: 'shop' };

function object(kind: string, name: string, fields: Readonly<Record<string, unknown>> = {}): unknown {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: kind === 'Namespace' ? '' : 'shop' }, ...fields };
}

const POD = object('Pod', 'web', { spec: { containers: [{ name: 'c', image: 'c' }] } });

/** A namespace with a running pod and a ConfigMap. */
function shopTank(stopAfterUs: number): TestTank<TestWorld> {
  const tank = new TestTank<TestWorld>({
    controllers: {},
    register: (controllers, listeners) => registerNamespace(controllers, listeners),
    kubelet: { stopAfterUs },
  });
  tank.create(object('Namespace', 'shop'));
  tank.create(object('ServiceAccount', 'default'));
  tank.create(POD);
  tank.create(object('ConfigMap', 'settings'));
  tank.run(3 * SECOND_US);
  return tank;
}

function shop(tank: TestTank<TestWorld>): Namespace | undefined {
  return stored<Namespace>(tank.world, 'Namespace', 'shop');
}

describe('a namespace that is deleted', () => {
  it('takes nothing in from then on and keeps what it has for 5 s', () => {
    const tank = shopTank(SECOND_US);
    expect(tank.ask(DELETE)).toMatchObject({ status: 200 });
    expect(shop(tank)).toMatchObject({ status: { phase: 'Terminating' } });
    const late = object('ConfigMap', 'late') as ApiRequest['body'];
    expect(tank.ask({ verb: 'create', kind: 'ConfigMap', namespace: 'shop', name: 'late', body: late })).toMatchObject({
      status: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
    });
    expect(tank.ask(DELETE)).toMatchObject({ status: 409 });
    tank.run(4.5 * SECOND_US);
    expect([tank.all('Pod').length, tank.all('ConfigMap').length]).toEqual([1, 1]);
  });

  it('loses its pods first, the rest and itself when no pod is left', () => {
    const tank = shopTank(SECOND_US / 2);
    tank.ask(DELETE);
    tank.run(5.2 * SECOND_US);
    expect(tank.all('Pod')[0]!.metadata.deletionTimestamp).toBeDefined();
    expect(shop(tank)!.status!.conditions!.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'NamespaceDeletionDiscoveryFailure=False',
      'NamespaceDeletionGroupVersionParsingFailure=False',
      'NamespaceDeletionContentFailure=False',
      'NamespaceContentRemaining=False',
      'NamespaceFinalizersRemaining=False',
    ]);
    tank.run(2 * SECOND_US);
    expect([tank.all('Pod').length, tank.all('ConfigMap').length]).toEqual([0, 1]);
    // Its own status, written at 5 s, wakes the controller 5 s later: sooner than half the pods' grace.
    tank.run(3.5 * SECOND_US);
    expect([tank.all('ConfigMap').length, shop(tank)]).toEqual([0, undefined]);
  });

  it('waits for what somebody holds back', () => {
    const tank = shopTank(SECOND_US / 2);
    const held = object('ConfigMap', 'held') as { metadata: object };
    tank.create({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    tank.ask(DELETE);
    tank.run(12 * SECOND_US);
    const remaining = shop(tank)!
      .status!.conditions!.slice(-2)
      .map(({ message }) => message);
    expect(remaining).toEqual([
      'Some resources are remaining: configmaps. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    tank.ask({
      verb: 'patch',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'held',
      body: { metadata: { finalizers: [] } },
    });
    tank.run(16 * SECOND_US);
    expect(shop(tank)).toBeUndefined();
  });

  it('may not be one that the cluster needs', () => {
    const tank = shopTank(SECOND_US);
    expect(tank.ask({ ...DELETE, name: 'default' })).toMatchObject({
      status: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });
});
