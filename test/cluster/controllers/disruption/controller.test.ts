import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../src/cluster/api/calls.js';
import { API_PRESETS } from '../../../../src/cluster/api/parameters.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { PodDisruptionBudget } from '../../../../src/cluster/api/objects/policy.js';
import { podCondition } from '../../../../src/cluster/api/pod-predicates.js';
import { registerDeployment } from '../../../../src/cluster/controllers/deployment/controller.js';
import {
  createDisruptionState,
  type DisruptionWorld,
  registerDisruption,
} from '../../../../src/cluster/controllers/disruption/controller.js';
import { registerStaleDisruption } from '../../../../src/cluster/controllers/disruption/stale-condition.js';
import { registerReplicaSet } from '../../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../../src/cluster/controllers/replica-set/state.js';
import { constant } from '../../../../src/kernel/distributions.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { testVectors } from '../../../conformance/test-vectors.js';
import { TestTank, type TestWorld, webDeployment } from '../../test-world.js';

testVectors('misc.pdb');

type World = TestWorld & ReplicaSetWorld & DisruptionWorld;

function budget(spec: Readonly<Record<string, unknown>>, name = 'web'): unknown {
  const selector = { matchLabels: { app: 'web' } };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector, ...spec },
  };
}

/** A Deployment of ready pods and its budget. */
/** Requests sent together arrive together. */
const TOGETHER = {
  ...API_PRESETS['bare-metal'],
  network: constant(0),
  front: constant(0),
  admission: constant(0),
  tailChance: 0,
};

function guardedTank(
  replicas: number,
  spec: Readonly<Record<string, unknown>>,
  parameters = API_PRESETS['bare-metal'],
): TestTank<World> {
  const tank = new TestTank<World>({
    parameters,
    controllers: { replicaSet: createReplicaSetState(), disruption: createDisruptionState() },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerStaleDisruption(controllers, listeners, registerDisruption(controllers, listeners));
    },
  });
  tank.run(SECOND_US);
  tank.create(webDeployment(replicas));
  tank.create(budget(spec));
  tank.run(5 * SECOND_US);
  expect(tank.readyPods()).toHaveLength(replicas);
  return tank;
}

function statusOf(tank: TestTank<World>): PodDisruptionBudget['status'] {
  return tank.get<PodDisruptionBudget>('PodDisruptionBudget', 'web')!.status;
}

function evict({ metadata }: Pod): ApiRequest {
  return { verb: 'evict', kind: 'Pod', namespace: metadata.namespace, name: metadata.name };
}

describe('a PodDisruptionBudget', () => {
  it('counts the pods that its Deployment is to keep', () => {
    const tank = guardedTank(10, { maxUnavailable: '25%' });
    expect(statusOf(tank)).toMatchObject({
      observedGeneration: 1,
      expectedPods: 10,
      desiredHealthy: 7,
      currentHealthy: 10,
      disruptionsAllowed: 3,
      conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
    });
  });

  it('lets pods go until it is used up, then says no until others are ready', () => {
    const tank = guardedTank(4, { minAvailable: 3 });
    const [first, second] = tank.readyPods();
    expect(tank.ask(evict(first!))).toMatchObject({ status: 201 });
    const gone = tank.get<Pod>('Pod', first!.metadata.name)!;
    expect(gone.metadata.deletionTimestamp).toBeDefined();
    expect(podCondition(gone, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'EvictionByEvictionAPI' });
    expect(statusOf(tank)).toMatchObject({ disruptionsAllowed: 0 });
    expect(tank.ask(evict(second!))).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    tank.run(3 * SECOND_US);
    expect(statusOf(tank)).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 4 });
    expect(tank.ask(evict(second!))).toMatchObject({ status: 201 });
  });

  it('takes back what an eviction took when the pod stays', () => {
    const tank = guardedTank(4, { minAvailable: 3 });
    const [pod] = tank.readyPods();
    const disruptedPods = { [pod!.metadata.name]: tank.world.kernel.now };
    tank.ask({
      verb: 'patch',
      kind: 'PodDisruptionBudget',
      namespace: 'default',
      name: 'web',
      subresource: 'status',
      body: { status: { disruptionsAllowed: 0, disruptedPods } },
    });
    tank.run(MINUTE_US);
    expect(statusOf(tank)).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 3 });
    tank.run(MINUTE_US + SECOND_US);
    expect(statusOf(tank)).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 4 });
    expect(statusOf(tank).disruptedPods).toBeUndefined();
  });

  it('takes the condition back from a target that stays, unless the kubelet gave it', () => {
    const tank = guardedTank(3, { minAvailable: 3 });
    const reasons = ['EvictionByEvictionAPI', 'TerminationByKubelet', 'EvictionByEvictionAPI'];
    const pods = tank.readyPods().map(({ metadata }) => metadata.name);
    for (const [index, name] of pods.entries()) {
      const since = tank.world.kernel.now;
      const target = { type: 'DisruptionTarget', status: 'True', reason: reasons[index], lastTransitionTime: since };
      const body = { status: { conditions: [target] } };
      tank.ask({ verb: 'patch', kind: 'Pod', namespace: 'default', name, subresource: 'status', body });
    }
    const statuses = (): (string | undefined)[] =>
      pods.map((name) => podCondition(tank.get<Pod>('Pod', name)!, 'DisruptionTarget')?.status);
    tank.run(2 * MINUTE_US - SECOND_US);
    expect(statuses()).toEqual(['True', 'True', 'True']);
    tank.run(2 * SECOND_US);
    expect(statuses()).toEqual(['False', 'True', 'False']);
    expect(podCondition(tank.get<Pod>('Pod', pods[0]!)!, 'DisruptionTarget')!.reason).toBeUndefined();
  });

  it('allows nothing where nobody knows how many pods there should be', () => {
    const tank = guardedTank(2, { minAvailable: '50%' });
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: 'job-1', controller: true };
    tank.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'worker', namespace: 'default', labels: { app: 'web' }, ownerReferences: [owner] },
      spec: { containers: [{ name: 'c', image: 'c' }] },
    });
    tank.run(3 * SECOND_US);
    expect(statusOf(tank)).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [
        { status: 'False', reason: 'SyncFailed', message: 'jobs.batch does not implement the scale subresource' },
      ],
    });
    expect(tank.events('CalculateExpectedPodCountFailed').length).toBeGreaterThan(0);
  });
});

describe('an eviction', () => {
  it('of several at once, those that find the budget changed ask again half a second later', () => {
    const tank = guardedTank(4, { minAvailable: 3 }, TOGETHER);
    const before = tank.world.kernel.now;
    const answers = tank.askAll(tank.readyPods().map(evict));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429]);
    expect(tank.world.kernel.now - before).toBeGreaterThan(SECOND_US / 2);
    expect(tank.world.kernel.now - before).toBeLessThan(SECOND_US);
  });

  it('of a pod that has two budgets is refused', () => {
    const tank = guardedTank(4, { minAvailable: 1 });
    tank.create(budget({ minAvailable: 1 }, 'another'));
    expect(tank.ask(evict(tank.readyPods()[0]!))).toMatchObject({ status: 500 });
  });

  it('asks no budget for a pod that has not started', () => {
    const tank = guardedTank(2, { minAvailable: 2 });
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'new', namespace: 'default', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'c' }] },
    };
    expect(tank.ask(evict(tank.create(pod) as Pod))).toMatchObject({ status: 201 });
  });

  it('lets a pod that is not ready go past a budget that is met, or whatever it says under AlwaysAllow', () => {
    const answer = (spec: Readonly<Record<string, unknown>>, unready: number): number => {
      const tank = guardedTank(3, spec);
      const pods = tank.readyPods().slice(0, unready);
      for (const { metadata } of pods) {
        const body = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
        const { name } = metadata;
        tank.ask({ verb: 'patch', kind: 'Pod', namespace: 'default', name, subresource: 'status', body });
      }
      tank.run(SECOND_US);
      expect(statusOf(tank).disruptionsAllowed).toBe(0);
      return tank.ask(evict(tank.get<Pod>('Pod', pods[0]!.metadata.name)!)).status;
    };
    expect(answer({ minAvailable: 2 }, 1)).toBe(201);
    expect(answer({ minAvailable: 2 }, 2)).toBe(429);
    expect(answer({ minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' }, 2)).toBe(201);
  });
});
