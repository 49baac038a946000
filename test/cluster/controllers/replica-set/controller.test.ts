import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { ReplicaSet } from '../../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../../src/cluster/api/owner-references.js';
import { registerReplicaSet } from '../../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../../src/cluster/controllers/replica-set/state.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { type FakeKubelet, TestTank, type TestWorld, webTemplate } from '../../test-world.js';

type World = TestWorld & ReplicaSetWorld;

function tankWith(kubelet: FakeKubelet = {}): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { replicaSet: createReplicaSetState() },
    register: registerReplicaSet,
    kubelet,
  });
  tank.run(SECOND_US);
  return tank;
}

function webSet(replicas: number, spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: webTemplate(), ...spec },
  };
}

const web = (tank: TestTank<World>): ReplicaSet => tank.get<ReplicaSet>('ReplicaSet', 'web')!;
const pods = (tank: TestTank<World>): Pod[] => tank.all<Pod>('Pod');

describe('a ReplicaSet', () => {
  it('makes exactly its replicas, each with an event, and shares the template with its pods', () => {
    const tank = tankWith();
    tank.create(webSet(10));
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(10);
    expect(web(tank).status).toMatchObject({ replicas: 10, readyReplicas: 10, availableReplicas: 10 });
    expect(tank.events('SuccessfulCreate')).toHaveLength(10);
    expect(new Set(pods(tank).map(({ metadata }) => metadata.labels)).size).toBe(1);
    expect(new Set(pods(tank).map(({ spec }) => spec.containers)).size).toBe(1);
  });

  it('starts slowly: batches of 1, 2, 4 ...', () => {
    const tank = tankWith();
    const created: number[] = [];
    tank.listeners.on<Pod>('probe', 'Pod', (world, { type }) => {
      if (type === 'added') created.push(world.kernel.now);
    });
    tank.create(webSet(10));
    tank.run(5 * SECOND_US);
    // Pods of one batch arrive within an etcd commit or two; a batch waits for the answers to the last.
    const answered = tank.events('SuccessfulCreate').map(({ time }) => time);
    expect(new Set(answered).size).toBe(4);
    expect([1, 3, 7, 10].map((upTo) => new Set(answered.slice(0, upTo)).size)).toEqual([1, 2, 3, 4]);
    expect(created[1]! / SECOND_US).toBeGreaterThan(answered[0]!);
    expect(created[3]! / SECOND_US).toBeGreaterThan(answered[1]!);
  });

  it('is slowed down by its client: 20 requests a second after a burst of 30', () => {
    const tank = tankWith();
    tank.create(webSet(100));
    tank.run(3 * SECOND_US);
    const early = pods(tank).length;
    expect(early).toBeLessThan(90);
    tank.run(7 * SECOND_US);
    expect(pods(tank)).toHaveLength(100);
  });

  it('replaces a pod that is deleted at once, and never makes one too many', () => {
    const tank = tankWith();
    tank.create(webSet(5));
    tank.run(5 * SECOND_US);
    tank.delete('Pod', pods(tank)[0]!.metadata.name);
    tank.run(200_000);
    expect(pods(tank)).toHaveLength(6);
    expect(web(tank).status).toMatchObject({ replicas: 5, terminatingReplicas: 1 });
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(5);
    expect(tank.events('SuccessfulCreate')).toHaveLength(6);
  });

  it('gives up pods that are not ready first', () => {
    const tank = tankWith({
      readyAfterUs: (pod) => (Number(pod.metadata.uid.slice(4)) % 2 === 0 ? undefined : SECOND_US),
    });
    tank.create(webSet(8));
    tank.run(5 * SECOND_US);
    const ready = tank.readyPods().map(({ metadata }) => metadata.name);
    tank.patch('ReplicaSet', 'web', { spec: { replicas: ready.length } });
    tank.run(5 * SECOND_US);
    expect(pods(tank).map(({ metadata }) => metadata.name)).toEqual(ready);
    expect(tank.events('SuccessfulDelete')).toHaveLength(8 - ready.length);
  });

  it('gives up pods where its controller has most of them, as they are at the time', () => {
    const tank = tankWith({ nodes: ['n1', 'n2'] });
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web', controller: true }];
    const set = webSet(10) as { metadata: object };
    tank.create({ ...set, metadata: { ...set.metadata, ownerReferences } });
    tank.run(5 * SECOND_US);
    const onFirst = (): Pod[] => pods(tank).filter(({ spec }) => spec.nodeName === 'n1');
    const onSecond = (): Pod[] => pods(tank).filter(({ spec }) => spec.nodeName === 'n2');
    const scale = (replicas: number): void => {
      tank.patch('ReplicaSet', 'web', { spec: { replicas } });
      tank.run(5 * SECOND_US);
    };
    scale(8);
    expect([onFirst().length, onSecond().length]).toEqual([4, 4]);
    // Of the pods that replace these, one each comes to either node.
    for (const { metadata } of onSecond().slice(0, 2)) tank.delete('Pod', metadata.name);
    tank.run(10 * SECOND_US);
    expect([onFirst().length, onSecond().length]).toEqual([5, 3]);
    scale(6);
    expect([onFirst().length, onSecond().length]).toEqual([3, 3]);
  });

  it('adopts pods that match, and lets go of one that does so no longer', () => {
    const tank = tankWith();
    const { spec } = webTemplate() as { spec: unknown };
    const stray = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stray', namespace: 'default', labels: { app: 'web' } },
    };
    tank.create({ ...stray, spec });
    tank.run(SECOND_US);
    tank.create(webSet(3));
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(3);
    expect(controllerOf(tank.get<Pod>('Pod', 'stray')!)?.name).toBe('web');
    tank.patch('Pod', 'stray', { metadata: { labels: { app: 'mine' } } });
    tank.run(5 * SECOND_US);
    expect(controllerOf(tank.get<Pod>('Pod', 'stray')!)).toBeUndefined();
    expect(pods(tank)).toHaveLength(4);
  });

  it('counts a pod as available only after minReadySeconds', () => {
    const tank = tankWith();
    tank.create(webSet(2, { minReadySeconds: 30 }));
    tank.run(10 * SECOND_US);
    expect(web(tank).status).toMatchObject({ readyReplicas: 2, availableReplicas: 0 });
    tank.run(25 * SECOND_US);
    expect(web(tank).status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
  });

  it('reports refused pods, tries again with back-off, and comes up when it may', () => {
    const tank = tankWith();
    const { metadata, spec } = webTemplate() as { metadata: object; spec: object };
    tank.create(webSet(1, { template: { metadata, spec: { ...spec, priorityClassName: 'vital' } } }));
    tank.run(MINUTE_US);
    const tries = tank.events('FailedCreate').length;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(20);
    expect(web(tank).status.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', reason: 'FailedCreate' });
    const priority = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'vital' },
      value: 1,
    };
    tank.create(priority);
    tank.run(2 * MINUTE_US);
    expect(pods(tank)).toHaveLength(1);
    expect(web(tank).status.conditions).toEqual([]);
  });
});
