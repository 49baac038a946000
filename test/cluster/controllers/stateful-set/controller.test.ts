import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../../../src/cluster/api/objects/storage.js';
import type { ControllerRevision, StatefulSet } from '../../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../../src/cluster/api/owner-references.js';
import { registerGarbageCollector } from '../../../../src/cluster/controllers/garbage-collector/controller.js';
import {
  createGarbageCollectorState,
  type GarbageCollectorWorld,
} from '../../../../src/cluster/controllers/garbage-collector/graph.js';
import { registerStatefulSet } from '../../../../src/cluster/controllers/stateful-set/controller.js';
import {
  createStatefulSetState,
  type StatefulSetWorld,
} from '../../../../src/cluster/controllers/stateful-set/state.js';
import { syncStatefulSet } from '../../../../src/cluster/controllers/stateful-set/decide.js';
import { registerClaimProtection } from '../../../../src/cluster/controllers/volume-protection/controller.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { answered, playStory } from '../play-story.js';
import { type FakeKubelet, TestTank, type TestWorld, webTemplate } from '../../test-world.js';

type World = TestWorld & StatefulSetWorld & GarbageCollectorWorld;
type Tank = TestTank<World>;

function newTank(kubelet: FakeKubelet = {}): [Tank, string[]] {
  const tank: Tank = new TestTank<World>({
    controllers: { statefulSet: createStatefulSetState(), garbageCollector: createGarbageCollectorState() },
    register: (controllers, listeners) => {
      registerStatefulSet(controllers, listeners);
      registerGarbageCollector(controllers, listeners);
      registerClaimProtection(controllers, listeners);
    },
    kubelet,
  });
  const story: string[] = [];
  tank.listeners.on<Pod>('probe', 'Pod', (_world, { type, object, before }) => {
    const { name, deletionTimestamp } = object.metadata;
    if (type === 'added') story.push(`+${name} ${object.spec.containers[0]!.image}`);
    const isMarked = deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined;
    if (type === 'modified' && isMarked) story.push(`-${name}`);
  });
  tank.run(SECOND_US);
  return [tank, story];
}

function webSet(replicas: number, spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: { replicas, serviceName: 'db', selector: { matchLabels: { app: 'web' } }, template: webTemplate(), ...spec },
  };
}

const CLAIM = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const withClaims = (whenDeleted: string, whenScaled: string): Readonly<Record<string, unknown>> => ({
  volumeClaimTemplates: [CLAIM],
  persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
});
const db = (tank: Tank): StatefulSet => tank.get<StatefulSet>('StatefulSet', 'db')!;
const names = (tank: Tank, kind: string): string[] => tank.all(kind).map(({ metadata }) => metadata.name);
const setImage = (tank: Tank, version: string, strategy: unknown = undefined): void => {
  const updateStrategy = strategy === undefined ? {} : { updateStrategy: strategy };
  tank.patch('StatefulSet', 'db', { spec: { template: webTemplate(`web:${version}`), ...updateStrategy } });
};

describe('a StatefulSet', () => {
  it('makes its pods in order, each when the one before is ready, with identities that stay', () => {
    const [tank, story] = newTank();
    tank.create(webSet(3));
    tank.run(500_000);
    expect(names(tank, 'Pod')).toEqual(['db-0']);
    tank.run(5 * SECOND_US);
    expect(story).toEqual(['+db-0 web:v1', '+db-1 web:v1', '+db-2 web:v1']);
    const { metadata, spec } = tank.get<Pod>('Pod', 'db-1')!;
    expect(spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' });
    expect(metadata.labels).toMatchObject({
      app: 'web',
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': db(tank).status.currentRevision,
    });
    expect(db(tank).status).toMatchObject({ replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 });
    expect(tank.events('SuccessfulCreate')[0]!.message).toBe('Create Pod db-0 in StatefulSet db successful');
  });

  it('counts an outdated pod that has gone already as deleted', () => {
    const [tank] = newTank();
    tank.create(webSet(3));
    tank.run(6 * SECOND_US);
    const view = {
      set: { ...db(tank), spec: { ...db(tank).spec, template: webTemplate('web:v2') } } as StatefulSet,
      pods: tank.all('Pod') as Pod[],
      revisions: tank.all('ControllerRevision') as ControllerRevision[],
      claims: new Map(),
      now: 6 * SECOND_US,
    };
    const sent: string[] = [];
    const { outcome } = playStory(syncStatefulSet(view), ({ verb, kind, name, body }) => {
      sent.push(`${verb} ${kind} ${name}`);
      if (verb === 'delete') return { status: 404, reason: 'NotFound', message: `pods "${name}" not found` };
      return answered({ ...(body as StatefulSet), metadata: { ...db(tank).metadata, name: 'new' } });
    });
    expect(sent).toEqual(['create ControllerRevision ', 'delete Pod db-2', 'update StatefulSet db']);
    expect(outcome).toEqual({});
  });

  it('makes and deletes all at once when it is Parallel', () => {
    const [tank, story] = newTank();
    tank.create(webSet(4, { podManagementPolicy: 'Parallel' }));
    tank.run(500_000);
    expect(names(tank, 'Pod').sort()).toEqual(['db-0', 'db-1', 'db-2', 'db-3']);
    tank.run(3 * SECOND_US);
    tank.patch('StatefulSet', 'db', { spec: { replicas: 1 } });
    tank.run(300_000);
    expect(story.slice(4).sort()).toEqual(['-db-1', '-db-2', '-db-3']);
  });

  it('gives up the highest ordinal first and waits for its end', () => {
    const [tank, story] = newTank();
    tank.create(webSet(3));
    tank.run(6 * SECOND_US);
    tank.patch('StatefulSet', 'db', { spec: { replicas: 1 } });
    tank.run(300_000);
    expect(story.slice(3)).toEqual(['-db-2']);
    tank.run(3 * SECOND_US);
    expect(story.slice(3)).toEqual(['-db-2', '-db-1']);
    expect(names(tank, 'Pod')).toEqual(['db-0']);
  });

  it('updates from the highest ordinal down to the partition, one by one', () => {
    const [tank, story] = newTank();
    tank.create(webSet(3));
    tank.run(6 * SECOND_US);
    setImage(tank, 'v2', { type: 'RollingUpdate', rollingUpdate: { partition: 1 } });
    tank.run(10 * SECOND_US);
    expect(story.slice(3)).toEqual(['-db-2', '+db-2 web:v2', '-db-1', '+db-1 web:v2']);
    expect(db(tank).status).toMatchObject({ currentReplicas: 1, updatedReplicas: 2 });
    // A pod below the partition comes back as it was.
    tank.delete('Pod', 'db-0');
    tank.run(5 * SECOND_US);
    expect(story.slice(7)).toEqual(['-db-0', '+db-0 web:v1']);
    tank.patch('StatefulSet', 'db', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    tank.run(5 * SECOND_US);
    expect(story.slice(9)).toEqual(['-db-0', '+db-0 web:v2']);
    const { currentRevision, updateRevision } = db(tank).status;
    expect(currentRevision).toBe(updateRevision);
  });

  it('leaves outdated pods alone with OnDelete', () => {
    const [tank, story] = newTank();
    tank.create(webSet(2, { updateStrategy: { type: 'OnDelete' } }));
    tank.run(5 * SECOND_US);
    setImage(tank, 'v2');
    tank.run(5 * SECOND_US);
    expect(story).toHaveLength(2);
    tank.delete('Pod', 'db-0');
    tank.run(5 * SECOND_US);
    expect(story.slice(2)).toEqual(['-db-0', '+db-0 web:v2']);
  });

  it('is stuck behind a broken pod until somebody deletes it', () => {
    const [tank, story] = newTank({
      readyAfterUs: ({ spec }) => (spec.containers[0]!.image === 'web:broken' ? undefined : SECOND_US),
    });
    tank.create(webSet(2));
    tank.run(5 * SECOND_US);
    setImage(tank, 'broken');
    tank.run(5 * SECOND_US);
    setImage(tank, 'v3');
    tank.run(10 * SECOND_US);
    expect(story.slice(2)).toEqual(['-db-1', '+db-1 web:broken']);
    tank.delete('Pod', 'db-1');
    tank.run(10 * SECOND_US);
    expect(story.slice(4)).toEqual(['-db-1', '+db-1 web:v3', '-db-0', '+db-0 web:v3']);
  });

  it('waits for minReadySeconds between two pods', () => {
    const [tank] = newTank();
    tank.create(webSet(2, { minReadySeconds: 10 }));
    tank.run(8 * SECOND_US);
    expect(names(tank, 'Pod')).toEqual(['db-0']);
    expect(db(tank).status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    tank.run(5 * SECOND_US);
    expect(names(tank, 'Pod')).toEqual(['db-0', 'db-1']);
  });

  it('begins at ordinals.start and condemns what lies outside', () => {
    const [tank, story] = newTank();
    tank.create(webSet(2, { ordinals: { start: 3 } }));
    tank.run(5 * SECOND_US);
    expect(names(tank, 'Pod')).toEqual(['db-3', 'db-4']);
    tank.patch('StatefulSet', 'db', { spec: { ordinals: { start: 4 } } });
    tank.run(5 * SECOND_US);
    expect(story.slice(2)).toEqual(['+db-5 web:v1', '-db-3']);
  });

  it('adopts an orphan with a name of its and gives it its labels', () => {
    const [tank] = newTank();
    const { spec } = webTemplate() as { spec: unknown };
    const orphan = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0', namespace: 'default' } };
    tank.create({ ...orphan, metadata: { ...orphan.metadata, labels: { app: 'web' } }, spec });
    tank.run(2 * SECOND_US);
    tank.create(webSet(1, { updateStrategy: { type: 'OnDelete' } }));
    tank.run(2 * SECOND_US);
    const { metadata } = tank.get<Pod>('Pod', 'db-0')!;
    expect(controllerOf(tank.get<Pod>('Pod', 'db-0')!)?.name).toBe('db');
    expect(metadata.labels).toMatchObject({ 'apps.kubernetes.io/pod-index': '0' });
    expect(tank.events('SuccessfulUpdate')).toHaveLength(1);
  });

  it('keeps a history of its templates, takes an old one up again and forgets what is beyond the limit', () => {
    const [tank] = newTank();
    tank.create(webSet(1, { revisionHistoryLimit: 1 }));
    const revisions = (): number[] =>
      tank.all<ControllerRevision>('ControllerRevision').map(({ revision }) => revision);
    for (const version of ['v1', 'v2', 'v1', 'v3', 'v4']) {
      setImage(tank, version);
      tank.run(5 * SECOND_US);
      if (version === 'v1' && revisions().length === 2) expect(revisions()).toEqual([3, 2]);
    }
    expect(revisions()).toEqual([4, 5]);
  });
});

describe("a StatefulSet's claims", () => {
  it('are made before the pod, are mounted by it and stay', () => {
    const [tank] = newTank();
    tank.create(webSet(2, withClaims('Retain', 'Retain')));
    tank.run(5 * SECOND_US);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual(['data-db-0', 'data-db-1']);
    const [claim] = tank.all<PersistentVolumeClaim>('PersistentVolumeClaim');
    const { metadata, spec } = tank.get<Pod>('Pod', 'db-0')!;
    expect(claim!.metadata.resourceVersion).toBeLessThan(metadata.resourceVersion);
    expect(claim!.metadata.labels).toEqual({ app: 'web' });
    expect(spec.volumes).toMatchObject([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]);
    tank.delete('StatefulSet', 'db');
    tank.run(5 * SECOND_US);
    expect(names(tank, 'Pod')).toEqual([]);
    expect(names(tank, 'ControllerRevision')).toEqual([]);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual(['data-db-0', 'data-db-1']);
  });

  it('go with the set when whenDeleted says so', () => {
    const [tank] = newTank();
    tank.create(webSet(2, withClaims('Delete', 'Retain')));
    tank.run(6 * SECOND_US);
    tank.patch('StatefulSet', 'db', { spec: { replicas: 1 } });
    tank.run(5 * SECOND_US);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual(['data-db-0', 'data-db-1']);
    tank.delete('StatefulSet', 'db');
    tank.run(5 * SECOND_US);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual([]);
  });

  it('go with their pod when whenScaled says so, and come anew with it', () => {
    const [tank] = newTank();
    tank.create(webSet(2, withClaims('Retain', 'Delete')));
    tank.run(6 * SECOND_US);
    const before = tank.all('PersistentVolumeClaim').map(({ metadata }) => metadata.uid);
    tank.patch('StatefulSet', 'db', { spec: { replicas: 1 } });
    tank.run(5 * SECOND_US);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual(['data-db-0']);
    tank.patch('StatefulSet', 'db', { spec: { replicas: 2 } });
    tank.run(5 * SECOND_US);
    expect(names(tank, 'PersistentVolumeClaim')).toEqual(['data-db-0', 'data-db-1']);
    expect(tank.all('PersistentVolumeClaim')[1]!.metadata.uid).not.toBe(before[1]);
  });
});
