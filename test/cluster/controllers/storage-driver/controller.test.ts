import { describe, expect, it } from 'vitest';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../../src/cluster/api/store.js';
import {
  type AttachDetachWorld,
  createAttachDetachState,
  registerAttachDetach,
} from '../../../../src/cluster/controllers/attach-detach/controller.js';
import { registerPersistentVolume } from '../../../../src/cluster/controllers/persistent-volume/controller.js';
import {
  createPersistentVolumeState,
  type PersistentVolumeWorld,
} from '../../../../src/cluster/controllers/persistent-volume/state.js';
import { registerAttacher } from '../../../../src/cluster/controllers/storage-driver/attacher.js';
import { registerProvisioner } from '../../../../src/cluster/controllers/storage-driver/provisioner.js';
import {
  createStorageDriverState,
  type StorageDriverWorld,
} from '../../../../src/cluster/controllers/storage-driver/state.js';
import {
  registerClaimProtection,
  registerVolumeProtection,
} from '../../../../src/cluster/controllers/volume-protection/controller.js';
import { constant } from '../../../../src/kernel/distributions.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';
import { claim, DRIVER, storageClass, user } from '../storage-objects.js';

type World = TestWorld & PersistentVolumeWorld & StorageDriverWorld & AttachDetachWorld;
type Tank = TestTank<World>;

const TIMES = {
  diskCreate: constant(3 * SECOND_US),
  diskDelete: constant(2 * SECOND_US),
  diskAttach: constant(8 * SECOND_US),
  diskDetach: constant(4 * SECOND_US),
  disksPerNode: 0,
};

/** The binder, a storage driver, and nodes n1 and n2, each in a zone of its own. */
function newTank(): Tank {
  const tank: Tank = new TestTank<World>({
    controllers: {
      persistentVolume: createPersistentVolumeState(),
      storageDriver: createStorageDriverState(TIMES),
      attachDetach: createAttachDetachState(),
    },
    register: (controllers, listeners) => {
      registerPersistentVolume(controllers, listeners);
      registerClaimProtection(controllers, listeners);
      registerVolumeProtection(controllers, listeners);
      registerProvisioner(controllers, listeners);
      registerAttacher(controllers, listeners);
      registerAttachDetach(controllers, listeners);
    },
    kubelet: { nodes: ['n1', 'n2'] },
  });
  tank.run(SECOND_US);
  tank.create(storageClass('now', 'Immediate'));
  return tank;
}

const claimOf = (tank: Tank, name: string) => tank.get<PersistentVolumeClaim>('PersistentVolumeClaim', name)!;
const volumes = (tank: Tank) => tank.all<PersistentVolume>('PersistentVolume');
const attachments = (tank: Tank) =>
  tank.all<VolumeAttachment>('VolumeAttachment').map(({ spec, status }) => `${spec.nodeName} ${status.attached}`);
const secondsOf = (tank: Tank, reason: string) => tank.events(reason).map(({ time }) => time);

/** A claim that is bound to a disk of its own. */
function withDisk(tank: Tank): void {
  tank.create(claim('data', { storageClassName: 'now' }));
  tank.run(10 * SECOND_US);
  expect(claimOf(tank, 'data').status.phase).toBe('Bound');
}

function setReady(tank: Tank, name: string, status: 'True' | 'Unknown'): void {
  const body = { status: { conditions: [{ type: 'Ready', status }] } };
  const request = { verb: 'patch', kind: 'Node', namespace: '', name, subresource: 'status', body } as const;
  expect(tank.ask(request).status).toBe(200);
}

describe('a provisioner', () => {
  it('makes a disk for a claim, and its volume with the class’s policy and a place in one zone', () => {
    const tank = newTank();
    tank.create(claim('data', { storageClassName: 'now', resources: { requests: { storage: '7Gi' } } }));
    tank.run(2 * SECOND_US);
    expect(volumes(tank)).toEqual([]);
    tank.run(8 * SECOND_US);
    const [made] = volumes(tank);
    expect(made).toMatchObject({
      metadata: { name: `pvc-${claimOf(tank, 'data').metadata.uid}` },
      spec: {
        capacity: { storage: '7Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'now',
        csi: { driver: DRIVER },
      },
      status: { phase: 'Bound' },
    });
    const [expression] = made!.spec.nodeAffinity!.required!.nodeSelectorTerms[0]!.matchExpressions!;
    expect(expression!.key).toBe('topology.kubernetes.io/zone');
    expect(['zone-n1', 'zone-n2']).toContain(expression!.values![0]);
    const [asked] = secondsOf(tank, 'Provisioning');
    const [done] = secondsOf(tank, 'ProvisioningSucceeded');
    expect(done! - asked!).toBeGreaterThan(2.99);
    expect(done! - asked!).toBeLessThan(3.1);
  });

  it('waits for the node of the first pod, and makes the disk there', () => {
    const tank = newTank();
    tank.create(storageClass('late', 'WaitForFirstConsumer'));
    tank.create(claim('data', { storageClassName: 'late' }));
    tank.run(20 * SECOND_US);
    expect(volumes(tank)).toEqual([]);
    const annotations = { 'volume.kubernetes.io/selected-node': 'n2' };
    tank.patch('PersistentVolumeClaim', 'data', { metadata: { annotations } });
    tank.run(10 * SECOND_US);
    expect(JSON.stringify(volumes(tank)[0]!.spec.nodeAffinity)).toContain('"zone-n2"');
    expect(claimOf(tank, 'data').status.phase).toBe('Bound');
  });

  it('takes the claims of a StatefulSet from zone to zone, and disks for many nodes from nowhere', () => {
    const tank = newTank();
    for (const name of ['data-db-0', 'data-db-1', 'data-db-2']) tank.create(claim(name, { storageClassName: 'now' }));
    tank.create(claim('files', { storageClassName: 'now', accessModes: ['ReadWriteMany'] }));
    tank.run(10 * SECOND_US);
    const zoneOf = (name: string) => {
      const { volumeName } = claimOf(tank, name).spec;
      const affinity = JSON.stringify(stored<PersistentVolume>(tank.world, 'PersistentVolume', volumeName!)!.spec);
      return /zone-n\d/.exec(affinity)?.[0];
    };
    expect(zoneOf('data-db-0')).not.toBe(zoneOf('data-db-1'));
    expect(zoneOf('data-db-0')).toBe(zoneOf('data-db-2'));
    expect(zoneOf('files')).toBeUndefined();
  });

  it('deletes the disk with the claim, and keeps it where the class says so', () => {
    const tank = newTank();
    tank.create(storageClass('kept', 'Immediate', { reclaimPolicy: 'Retain' }));
    tank.create(claim('data', { storageClassName: 'now' }));
    tank.create(claim('treasure', { storageClassName: 'kept' }));
    tank.run(10 * SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.delete('PersistentVolumeClaim', 'treasure');
    tank.run(SECOND_US);
    expect(volumes(tank).map(({ status }) => status.phase)).toEqual(['Released', 'Released']);
    tank.run(2 * SECOND_US);
    expect(volumes(tank).map(({ spec }) => spec.storageClassName)).toEqual(['kept']);
    tank.run(MINUTE_US);
    expect(volumes(tank)).toHaveLength(1);
  });
});

describe('a disk', () => {
  it('is attached to the node of the pod that mounts it, and detached when the pod has gone', () => {
    const tank = newTank();
    withDisk(tank);
    tank.create(user('p1', 'data'));
    tank.run(4 * SECOND_US);
    expect(attachments(tank)).toEqual(['n1 false']);
    tank.run(6 * SECOND_US);
    expect(attachments(tank)).toEqual(['n1 true']);
    expect(tank.events('SuccessfulAttachVolume')).toHaveLength(1);
    tank.delete('Pod', 'p1');
    tank.run(3 * SECOND_US);
    expect(attachments(tank)).toEqual(['n1 true']); // being detached
    tank.run(3 * SECOND_US);
    expect(attachments(tank)).toEqual([]);
  });

  it('that is on another node makes a pod wait, and it is told once', () => {
    const tank = newTank();
    withDisk(tank);
    tank.create(user('p1', 'data'));
    tank.run(10 * SECOND_US);
    tank.create(user('p2', 'data')); // goes to n2
    tank.run(30 * SECOND_US);
    expect(attachments(tank)).toEqual(['n1 true']);
    const { volumeName } = claimOf(tank, 'data').spec;
    expect(tank.events('FailedAttachVolume').map(({ message }) => message)).toEqual([
      `Multi-Attach error for volume "${volumeName}" Volume is already used by pod(s) p1`,
    ]);
    tank.delete('Pod', 'p1');
    tank.run(20 * SECOND_US);
    expect(attachments(tank)).toEqual(['n2 true']);
  });

  it('for many nodes is attached to all of them', () => {
    const tank = newTank();
    tank.create(claim('data', { storageClassName: 'now', accessModes: ['ReadWriteMany'] }));
    tank.run(10 * SECOND_US);
    tank.create(user('p1', 'data'));
    tank.create(user('p2', 'data'));
    tank.run(10 * SECOND_US);
    expect(attachments(tank)).toEqual(['n1 true', 'n2 true']);
  });

  it('stays on a node that is not ready for 6 minutes after its last pod', () => {
    const tank = newTank();
    withDisk(tank);
    tank.create(user('p1', 'data'));
    tank.run(10 * SECOND_US);
    setReady(tank, 'n1', 'Unknown');
    tank.delete('Pod', 'p1');
    tank.run(6 * MINUTE_US);
    expect(attachments(tank)).toEqual(['n1 true']);
    tank.run(6 * SECOND_US);
    expect(attachments(tank)).toEqual([]);
  });

  it('leaves a node at once that is said to be out of service, or is ready again', () => {
    for (const isOff of [true, false]) {
      const tank = newTank();
      withDisk(tank);
      tank.create(user('p1', 'data'));
      tank.run(10 * SECOND_US);
      setReady(tank, 'n1', 'Unknown');
      tank.delete('Pod', 'p1');
      tank.run(MINUTE_US);
      const { metadata } = stored<Node>(tank.world, 'Node', 'n1')!;
      const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
      if (isOff) {
        const body = { spec: { taints } };
        expect(tank.ask({ verb: 'patch', kind: 'Node', namespace: '', name: metadata.name, body }).status).toBe(200);
      } else {
        setReady(tank, 'n1', 'True');
      }
      tank.run(6 * SECOND_US);
      expect(attachments(tank)).toEqual([]);
    }
  });

  it('is not deleted while a node has it', () => {
    const tank = newTank();
    withDisk(tank);
    tank.create(user('p1', 'data'));
    tank.run(10 * SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.delete('Pod', 'p1');
    tank.run(6 * SECOND_US);
    expect(attachments(tank)).toEqual([]);
    expect(volumes(tank).map(({ status }) => status.phase)).toEqual(['Released']); // its 2 seconds have just begun
    tank.run(3 * SECOND_US);
    expect(volumes(tank)).toEqual([]);
  });

  it('of a driver that attaches nothing is never attached', () => {
    const tank = newTank();
    const driver = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: DRIVER } };
    tank.create({ ...driver, spec: { attachRequired: false } });
    withDisk(tank);
    tank.create(user('p1', 'data'));
    tank.run(10 * SECOND_US);
    expect(attachments(tank)).toEqual([]);
  });
});
