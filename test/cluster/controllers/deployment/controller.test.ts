import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../src/cluster/api/objects/workload.js';
import { registerDeployment } from '../../../../src/cluster/controllers/deployment/controller.js';
import { registerReplicaSet } from '../../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../../src/cluster/controllers/replica-set/state.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { type FakeKubelet, TestTank, type TestWorld, webDeployment, webTemplate } from '../../test-world.js';

type World = TestWorld & ReplicaSetWorld;

function tankWith(kubelet: FakeKubelet = {}): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { replicaSet: createReplicaSetState() },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
    },
    kubelet,
  });
  tank.run(SECOND_US);
  return tank;
}

const web = (tank: TestTank<World>): Deployment => tank.get<Deployment>('Deployment', 'web')!;
const progress = (deployment: Deployment): string | undefined =>
  deployment.status.conditions?.find(({ type }) => type === 'Progressing')?.reason;

describe('a Deployment', () => {
  it('comes to its replicas, each ready, and says so', () => {
    const tank = tankWith();
    tank.create(webDeployment(10));
    tank.run(5 * SECOND_US);
    expect(tank.readyPods()).toHaveLength(10);
    expect(web(tank).status).toMatchObject({ replicas: 10, updatedReplicas: 10, availableReplicas: 10 });
    expect(progress(web(tank))).toBe('NewReplicaSetAvailable');
    expect(web(tank).metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    expect(tank.events('ScalingReplicaSet')[0]!.message).toMatch(/^Scaled up replica set web-\w+ from 0 to 10$/);
  });

  it('rolls out within its fenceposts', () => {
    const tank = tankWith();
    tank.create(webDeployment(10));
    tank.run(5 * SECOND_US);
    const ready: number[] = [];
    const specs: number[] = [];
    tank.listeners.on<ReplicaSet>('probe', 'ReplicaSet', () => {
      ready.push(tank.readyPods().filter(({ metadata }) => metadata.deletionTimestamp === undefined).length);
      specs.push(tank.all<ReplicaSet>('ReplicaSet').reduce((sum, { spec }) => sum + spec.replicas!, 0));
    });
    tank.patch('Deployment', 'web', { spec: { template: webTemplate('web:v2') } });
    tank.run(20 * SECOND_US);
    const images = tank.readyPods().map(({ spec }) => spec.containers[0]!.image);
    expect(images).toEqual(Array.from({ length: 10 }, () => 'web:v2'));
    expect(Math.min(...ready)).toBe(8);
    expect(Math.max(...specs)).toBe(13);
    expect(web(tank).metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
  });

  it('counts a collision where the name of its ReplicaSet is taken, and takes another', () => {
    const other = tankWith();
    other.create(webDeployment(2));
    other.run(SECOND_US);
    const [set] = other.all<ReplicaSet>('ReplicaSet');
    const tank = tankWith();
    const { apiVersion, kind, spec } = set!;
    const selector = { matchLabels: { app: 'another' } };
    const template = { ...spec.template, metadata: { labels: { app: 'another' } } };
    const metadata = { name: set!.metadata.name, namespace: 'default', labels: { app: 'another' } };
    tank.create({ apiVersion, kind, metadata, spec: { replicas: 1, selector, template } });
    tank.create(webDeployment(2));
    tank.run(10 * SECOND_US);
    expect(web(tank).status).toMatchObject({ collisionCount: 1, availableReplicas: 2 });
    expect(tank.all<ReplicaSet>('ReplicaSet')).toHaveLength(2);
  });

  it('goes back to an old ReplicaSet under a new revision, and forgets history beyond its limit', () => {
    const tank = tankWith();
    tank.create(webDeployment(2, { revisionHistoryLimit: 1 }));
    tank.run(5 * SECOND_US);
    for (const image of ['web:v2', 'web:v3', 'web:v2']) {
      tank.patch('Deployment', 'web', { spec: { template: webTemplate(image) } });
      tank.run(20 * SECOND_US);
    }
    const sets = tank.all<ReplicaSet>('ReplicaSet').map(({ spec, metadata }) => ({
      image: spec.template.spec.containers[0]!.image,
      replicas: spec.replicas,
      revision: metadata.annotations!['deployment.kubernetes.io/revision'],
    }));
    expect(sets).toEqual([
      { image: 'web:v2', replicas: 2, revision: '4' },
      { image: 'web:v3', replicas: 0, revision: '3' },
    ]);
  });

  it('with Recreate makes no new pod before the last old one is gone', () => {
    const tank = tankWith({ stopAfterUs: 3 * SECOND_US });
    tank.create(webDeployment(3, { strategy: { type: 'Recreate' } }));
    tank.run(5 * SECOND_US);
    tank.patch('Deployment', 'web', { spec: { template: webTemplate('web:v2') } });
    tank.run(2 * SECOND_US);
    expect(tank.all('Pod').map(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([
      false,
      false,
      false,
    ]);
    tank.run(5 * SECOND_US);
    expect(tank.readyPods().map(({ spec }) => spec.containers[0]!.image)).toEqual(['web:v2', 'web:v2', 'web:v2']);
  });

  it('says when a rollout misses its deadline', () => {
    const tank = tankWith({
      readyAfterUs: ({ spec }) => (spec.containers[0]!.image === 'bad' ? undefined : SECOND_US),
    });
    tank.create(webDeployment(4, { progressDeadlineSeconds: 30 }));
    tank.run(10 * SECOND_US);
    tank.patch('Deployment', 'web', { spec: { template: webTemplate('bad') } });
    tank.run(25 * SECOND_US);
    expect(progress(web(tank))).toBe('ReplicaSetUpdated');
    tank.run(8 * SECOND_US);
    expect(progress(web(tank))).toBe('ProgressDeadlineExceeded');
    expect(tank.readyPods()).toHaveLength(3);
  });

  it('holds a rollout while paused, yet scales', () => {
    const tank = tankWith();
    tank.create(webDeployment(2));
    tank.run(5 * SECOND_US);
    tank.patch('Deployment', 'web', { spec: { paused: true, template: webTemplate('web:v2') } });
    tank.patch('Deployment', 'web', { spec: { replicas: 5 } });
    tank.run(10 * SECOND_US);
    expect(tank.readyPods().map(({ spec }) => spec.containers[0]!.image)).toEqual(
      Array.from({ length: 5 }, () => 'web:v1'),
    );
    expect(progress(web(tank))).toBe('DeploymentPaused');
    tank.patch('Deployment', 'web', { spec: { paused: false } });
    tank.run(20 * SECOND_US);
    expect(tank.readyPods().map(({ spec }) => spec.containers[0]!.image)).toEqual(
      Array.from({ length: 5 }, () => 'web:v2'),
    );
  });
});
