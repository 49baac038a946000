import { describe, expect, it } from 'vitest';
import { API_PRESETS } from '../../../../src/cluster/api/parameters.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../src/cluster/api/objects/storage.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { registerPersistentVolume } from '../../../../src/cluster/controllers/persistent-volume/controller.js';
import {
  createPersistentVolumeState,
  type PersistentVolumeWorld,
} from '../../../../src/cluster/controllers/persistent-volume/state.js';
import {
  registerClaimProtection,
  registerVolumeProtection,
} from '../../../../src/cluster/controllers/volume-protection/controller.js';
import { constant } from '../../../../src/kernel/distributions.js';
import { checkpoint, restore } from '../../../../src/kernel/checkpoint.js';
import { digestHex } from '../../../../src/kernel/digest.js';
import { runUntil } from '../../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';
import { claim, DRIVER, storageClass, user, volume } from '../storage-objects.js';

type World = TestWorld & PersistentVolumeWorld;
type Tank = TestTank<World>;

const BINDER = 'persistentvolume-controller';

/** Its clock stands at 1 s, well before the next look at everything, which comes every 15 s. */
function newTank(parameters = API_PRESETS['bare-metal']): Tank {
  const tank: Tank = new TestTank<World>({
    controllers: { persistentVolume: createPersistentVolumeState() },
    register: (controllers, listeners) => {
      registerPersistentVolume(controllers, listeners);
      registerClaimProtection(controllers, listeners);
      registerVolumeProtection(controllers, listeners);
    },
    kubelet: { readyAfterUs: () => undefined },
    parameters,
  });
  tank.run(SECOND_US);
  return tank;
}

const claimOf = (tank: Tank, name: string) => tank.get<PersistentVolumeClaim>('PersistentVolumeClaim', name);
const volumeOf = (tank: Tank, name: string) => stored<PersistentVolume>(tank.world, 'PersistentVolume', name);
const removeVolume = (tank: Tank, name: string) =>
  tank.ask({ verb: 'delete', kind: 'PersistentVolume', namespace: '', name });

describe('a claim', () => {
  it('takes the smallest volume that is big enough, in four writes', () => {
    const tank = newTank();
    for (const size of [9, 5, 3]) tank.create(volume(`pv-${size}`, `${size}Gi`));
    tank.run(SECOND_US);
    const before = tank.requests(BINDER, 'update');
    tank.create(claim('data', { resources: { requests: { storage: '4Gi' } } }));
    tank.run(SECOND_US);
    expect(tank.requests(BINDER, 'update') - before).toBe(4);
    expect(claimOf(tank, 'data')).toMatchObject({
      metadata: {
        annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' },
        finalizers: ['kubernetes.io/pvc-protection'],
      },
      spec: { volumeName: 'pv-5' },
      status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(volumeOf(tank, 'pv-5')).toMatchObject({
      spec: { claimRef: { namespace: 'default', name: 'data', uid: claimOf(tank, 'data')!.metadata.uid } },
      status: { phase: 'Bound' },
    });
    expect(volumeOf(tank, 'pv-9')!.status.phase).toBe('Available');
  });

  it('without volume or class is told so, and again every 15 seconds until a volume comes', () => {
    const tank = newTank();
    tank.create(claim('data'));
    tank.run(38 * SECOND_US);
    const message = 'no persistent volumes available for this claim and no storage class is set';
    const told = tank.events('FailedBinding');
    expect(told.map((event) => event.message)).toEqual([message, message, message]);
    expect(told.slice(1).map(({ time }) => Math.floor(time))).toEqual([15, 30]);
    tank.create(volume('pv', '1Gi'));
    tank.run(SECOND_US);
    expect(claimOf(tank, 'data')!.status.phase).toBe('Pending'); // a volume wakes no claim
    tank.run(6 * SECOND_US);
    expect(claimOf(tank, 'data')!.status.phase).toBe('Bound');
    tank.run(60 * SECOND_US);
    expect(tank.events('FailedBinding')).toHaveLength(3);
  });

  it('of a class that waits is bound to nothing, and names the pods that wait for a node with it', () => {
    const tank = newTank();
    tank.create(storageClass('late', 'WaitForFirstConsumer'));
    tank.create(volume('pv', '1Gi', { storageClassName: 'late' }));
    tank.create(claim('data', { storageClassName: 'late' }));
    tank.run(SECOND_US);
    expect(tank.events('WaitForFirstConsumer').map(({ message }) => message)).toEqual([
      'waiting for first consumer to be created before binding',
    ]);
    expect(claimOf(tank, 'data')!.status.phase).toBe('Pending');
    expect(volumeOf(tank, 'pv')!.spec.claimRef).toBeUndefined();
  });

  it('asks for a volume of its class once a node is chosen, and tells who is to make it', () => {
    const tank = newTank();
    tank.create(storageClass('late', 'WaitForFirstConsumer'));
    tank.create(claim('data', { storageClassName: 'late' }));
    tank.run(SECOND_US);
    const annotations = { 'volume.kubernetes.io/selected-node': 'n1' };
    tank.patch('PersistentVolumeClaim', 'data', { metadata: { annotations } });
    tank.run(SECOND_US);
    expect(claimOf(tank, 'data')!.metadata.annotations).toEqual({
      'volume.kubernetes.io/selected-node': 'n1',
      'volume.beta.kubernetes.io/storage-provisioner': DRIVER,
      'volume.kubernetes.io/storage-provisioner': DRIVER,
    });
    expect(tank.events('ExternalProvisioning')[0]!.message).toContain(`external provisioner '${DRIVER}' or manually`);
  });

  it('of an unknown class, or one without provisioner, is told so', () => {
    const tank = newTank();
    tank.create(storageClass('shelf', 'Immediate', { provisioner: 'kubernetes.io/no-provisioner' }));
    tank.create(claim('lost', { storageClassName: 'nowhere' }));
    tank.create(claim('shelved', { storageClassName: 'shelf' }));
    tank.run(SECOND_US);
    expect(tank.events('ProvisioningFailed').map(({ message }) => message)).toEqual([
      'storageclass.storage.k8s.io "nowhere" not found',
      'no volume plugin matched name: kubernetes.io/no-provisioner',
    ]);
  });

  it('that names its volume gets that one, if it is free and suits', () => {
    const tank = newTank();
    tank.create(volume('pv', '5Gi'));
    tank.create(volume('small', '1Gi'));
    tank.create(claim('first', { volumeName: 'pv' }));
    tank.run(SECOND_US);
    expect(claimOf(tank, 'first')!.status.phase).toBe('Bound');
    tank.create(claim('second', { volumeName: 'pv' }));
    tank.create(claim('third', { volumeName: 'small', resources: { requests: { storage: '2Gi' } } }));
    tank.run(SECOND_US);
    expect(tank.events('FailedBinding').map(({ message }) => message)).toEqual([
      'volume "pv" already bound to a different claim.',
    ]);
    expect(tank.events('VolumeMismatch').map(({ message }) => message)).toEqual([
      'Cannot bind to requested volume "small": requested PV is too small',
    ]);
    expect(claimOf(tank, 'second')!.status.phase).toBe('Pending');
  });

  it('without class gets the default one: at its creation, or when there is one', () => {
    const tank = newTank();
    tank.create(claim('early', {}));
    tank.run(SECOND_US);
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    tank.create(storageClass('disk', 'Immediate', { metadata: { name: 'disk', annotations } }));
    tank.create(claim('late'));
    expect(claimOf(tank, 'late')!.spec.storageClassName).toBe('disk');
    expect(claimOf(tank, 'early')!.spec.storageClassName).toBeUndefined();
    tank.run(15 * SECOND_US);
    expect(claimOf(tank, 'early')!.spec.storageClassName).toBe('disk');
  });

  it('is lost with its volume', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi'));
    tank.create(claim('data'));
    tank.run(15 * SECOND_US);
    removeVolume(tank, 'pv');
    tank.run(SECOND_US);
    expect(volumeOf(tank, 'pv')).toBeDefined(); // bound: protected
    const patch = { verb: 'patch', kind: 'PersistentVolume', namespace: '', name: 'pv', patchType: 'merge' } as const;
    tank.ask({ ...patch, body: { metadata: { finalizers: null } } });
    tank.run(SECOND_US);
    expect(claimOf(tank, 'data')!.status.phase).toBe('Lost');
    expect(tank.events('ClaimLost').map(({ message }) => message)).toEqual([
      'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ]);
  });

  it('stays while a pod uses it', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi'));
    tank.create(claim('data'));
    tank.create(user('user', 'data'));
    tank.run(SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.run(10 * SECOND_US);
    expect(claimOf(tank, 'data')!.metadata.deletionTimestamp).toBeDefined();
    expect(volumeOf(tank, 'pv')!.status.phase).toBe('Bound');
    expect(tank.requests('pvc-protection-controller')).toBe(0);
    tank.delete('Pod', 'user');
    tank.run(2 * SECOND_US);
    expect(tank.requests('pvc-protection-controller', 'list')).toBe(1);
    expect(claimOf(tank, 'data')).toBeUndefined();
    expect(volumeOf(tank, 'pv')!.status.phase).toBe('Released');
  });
});

describe('a volume', () => {
  it('is released with its claim and taken by nobody else; without protection it can go then', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi'));
    tank.create(claim('data'));
    tank.run(SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.run(SECOND_US);
    tank.create(claim('data'));
    tank.run(20 * SECOND_US);
    expect(volumeOf(tank, 'pv')!.status.phase).toBe('Released');
    expect(claimOf(tank, 'data')!.status.phase).toBe('Pending');
    removeVolume(tank, 'pv');
    tank.run(SECOND_US);
    expect(volumeOf(tank, 'pv')).toBeUndefined();
  });

  it('that is released is for somebody else once its claim is taken off by hand', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi'));
    tank.create(claim('data'));
    tank.run(SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.run(SECOND_US);
    tank.create(claim('other'));
    const patch = { verb: 'patch', kind: 'PersistentVolume', namespace: '', name: 'pv', patchType: 'merge' } as const;
    tank.ask({ ...patch, body: { spec: { claimRef: null } } });
    tank.run(20 * SECOND_US);
    expect(claimOf(tank, 'other')!.spec.volumeName).toBe('pv');
  });

  it('that is to be deleted and that nobody made fails', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi', { persistentVolumeReclaimPolicy: 'Delete' }));
    tank.create(claim('data'));
    tank.run(SECOND_US);
    tank.delete('PersistentVolumeClaim', 'data');
    tank.run(SECOND_US);
    expect(volumeOf(tank, 'pv')!.status.phase).toBe('Failed');
    expect(tank.events('VolumeFailedDelete')).toHaveLength(1);
  });

  it('that names a claim waits for it', () => {
    const tank = newTank();
    tank.create(volume('big', '9Gi', { claimRef: { namespace: 'default', name: 'data' } }));
    tank.create(volume('small', '1Gi'));
    tank.run(SECOND_US);
    expect(volumeOf(tank, 'big')!.status.phase).toBe('Available');
    tank.create(claim('other'));
    tank.create(claim('data'));
    tank.run(SECOND_US);
    expect(claimOf(tank, 'data')!.spec.volumeName).toBe('big');
    expect(claimOf(tank, 'other')!.spec.volumeName).toBe('small');
    expect(volumeOf(tank, 'big')!.metadata.annotations).toBeUndefined(); // its maker's choice, not the binder's
  });
});

describe('the binder', () => {
  it('gives each of many claims a volume of its own, and knows its writes before its informers do', () => {
    const slow = { watchDelivery: constant(100 * MILLISECOND_US), controllerReaction: constant(0) };
    const tank = newTank({ ...API_PRESETS['bare-metal'], ...slow });
    for (let index = 0; index < 20; index++) tank.create(volume(`pv-${index}`, '1Gi'));
    for (let index = 0; index < 20; index++) tank.create(claim(`data-${index}`));
    tank.run(30 * SECOND_US);
    const claims = tank.all<PersistentVolumeClaim>('PersistentVolumeClaim');
    expect(claims.every(({ status }) => status.phase === 'Bound')).toBe(true);
    expect(new Set(claims.map(({ spec }) => spec.volumeName)).size).toBe(20);
    expect(tank.requests(BINDER, 'update')).toBe(20 + 4 * 20); // each volume is made available; nothing is written in vain
  });

  it('goes on from a checkpoint in the middle of a binding as it would have without', () => {
    const tank = newTank();
    tank.create(volume('pv', '1Gi'));
    tank.create(claim('data'));
    tank.run(25 * MILLISECOND_US);
    const copy = restore<World>(checkpoint(tank.world));
    tank.run(20 * SECOND_US);
    runUntil(copy, tank.handlers, tank.world.kernel.now);
    expect(claimOf(tank, 'data')!.status.phase).toBe('Bound');
    expect(digestHex(copy.kernel.digest)).toBe(digestHex(tank.world.kernel.digest));
  });
});
