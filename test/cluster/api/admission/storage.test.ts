import { describe, expect, it } from 'vitest';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

/** What the server answers to a claim of 2Gi, of a class that may grow or not, that asks for another size. */
function answerTo(storage: string, phase: 'Bound' | 'Pending', allowVolumeExpansion: boolean): string {
  const tank = new TestTank<TestWorld>({ controllers: {}, register: () => {} });
  tank.run(SECOND_US);
  const metadata = { name: 'disk' };
  tank.create({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner: 'd',
    allowVolumeExpansion,
  });
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default' } };
  const spec = {
    storageClassName: 'disk',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '2Gi' } },
  };
  tank.create({ ...claim, spec });
  const body = { status: { phase, capacity: { storage: '2Gi' } } };
  const name = 'data';
  tank.ask({ verb: 'patch', kind: claim.kind, namespace: 'default', name, subresource: 'status', body });
  const { status, message } = tank.patch(claim.kind, name, { spec: { resources: { requests: { storage } } } });
  return status === 200 ? 'ok' : message;
}

describe('a claim that asks for another size', () => {
  it('may grow if it is bound and its class allows it', () => {
    expect(answerTo('3Gi', 'Bound', true)).toBe('ok');
    expect(answerTo('3Gi', 'Bound', false)).toBe(
      'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
    expect(answerTo('3Gi', 'Pending', true)).toContain('spec is immutable after creation except resources.requests');
  });

  it('never shrinks below what it has', () => {
    expect(answerTo('1Gi', 'Bound', true)).toContain(
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    );
  });
});
