import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim } from '../../../../src/cluster/api/objects/storage.js';
import { registerKcm } from '../../../../src/cluster/api/kcm.js';
import { registerEphemeralVolume } from '../../../../src/cluster/controllers/ephemeral-volume/controller.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';
import { claim } from '../storage-objects.js';

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const source = { ephemeral: { volumeClaimTemplate: { metadata: { labels: { kind: 'scratch' } }, spec } } };
const pod = (name: string): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image: 'web:v1' }],
    volumes: [
      { name: 'scratch', ...source },
      { name: 'cache', ...source },
    ],
  },
});

function newTank(): TestTank<TestWorld> {
  const tank = new TestTank<TestWorld>({
    controllers: {},
    register: (controllers, listeners) => {
      registerKcm(listeners);
      registerEphemeralVolume(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  return tank;
}

const claims = (tank: TestTank<TestWorld>) => tank.all<PersistentVolumeClaim>('PersistentVolumeClaim');

describe('ephemeral volumes', () => {
  it('get a claim each, which belongs to the pod', () => {
    const tank = newTank();
    tank.create(pod('web'));
    tank.run(SECOND_US);
    expect(claims(tank).map(({ metadata }) => metadata.name)).toEqual(['web-scratch', 'web-cache']);
    const { uid } = tank.get('Pod', 'web')!.metadata;
    expect(claims(tank)[0]).toMatchObject({
      metadata: { labels: { kind: 'scratch' }, ownerReferences: [{ kind: 'Pod', name: 'web', uid, controller: true }] },
      spec,
    });
  });

  it('do not take the claim of somebody else', () => {
    const tank = newTank();
    tank.create(claim('web-scratch'));
    tank.run(SECOND_US);
    tank.create(pod('web'));
    tank.run(SECOND_US);
    expect(claims(tank)).toHaveLength(1);
    expect(tank.events('FailedBinding')[0]!.message).toBe(
      'ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)',
    );
  });
});
