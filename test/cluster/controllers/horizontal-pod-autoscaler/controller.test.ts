import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../../src/cluster/api/objects/autoscaling.js';
import type { Deployment } from '../../../../src/cluster/api/objects/workload.js';
import { registerDeployment } from '../../../../src/cluster/controllers/deployment/controller.js';
import {
  createHorizontalPodAutoscalerState,
  type HorizontalPodAutoscalerWorld,
  registerHorizontalPodAutoscaler,
} from '../../../../src/cluster/controllers/horizontal-pod-autoscaler/controller.js';
import { registerReplicaSet } from '../../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../../src/cluster/controllers/replica-set/state.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld, webDeployment } from '../../test-world.js';

type World = TestWorld & ReplicaSetWorld & HorizontalPodAutoscalerWorld;

const WINDOW_US = 15 * SECOND_US;

/** A Deployment of two whose load, in milli-CPU for all its pods together, is what `load` says at the time. */
function tankWith(load: (second: number) => number): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: {
      replicaSet: createReplicaSetState(),
      horizontalPodAutoscaler: createHorizontalPodAutoscalerState(),
    },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerHorizontalPodAutoscaler(controllers, listeners, {
        podCpu: (world) => {
          const pods = tank.readyPods();
          const milli = Math.floor(load(world.kernel.now / SECOND_US) / pods.length);
          const sample = { milli, timestampUs: world.kernel.now, windowUs: WINDOW_US };
          return new Map(pods.map(({ metadata }) => [metadata.name, sample]));
        },
      });
    },
  });
  tank.run(SECOND_US);
  const resources = { requests: { cpu: '100m' } };
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'web:v1', resources }] },
  };
  tank.create(webDeployment(2, { template }));
  tank.run(3 * SECOND_US);
  return tank;
}

function autoscaler(target = 'web'): unknown {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    },
  };
}

const replicas = (tank: TestTank<World>): number => tank.get<Deployment>('Deployment', 'web')!.spec.replicas!;
const status = (tank: TestTank<World>): HorizontalPodAutoscaler['status'] =>
  tank.get<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', 'web')!.status;

describe('an autoscaler', () => {
  it('looks 15 s after its creation and every 15 s, and follows the load up', () => {
    const tank = tankWith(() => 400);
    const sizes: { time: number; size: number }[] = [];
    tank.listeners.on<Deployment>('probe', 'Deployment', (world, { object, before }) => {
      if (before !== undefined && before.spec.replicas !== object.spec.replicas) {
        sizes.push({ time: world.kernel.now / SECOND_US, size: object.spec.replicas! });
      }
    });
    tank.create(autoscaler());
    const createdAt = tank.world.kernel.now / SECOND_US;
    tank.run(2 * MINUTE_US);
    expect(sizes.map(({ size }) => size)).toEqual([4, 8]);
    expect(sizes[0]!.time - createdAt).toBeGreaterThan(15);
    expect(sizes[0]!.time - createdAt).toBeLessThan(15.3);
    // Twice the size at once at most; the recommendation of eight is remembered until the next look.
    expect(sizes[1]!.time - sizes[0]!.time).toBeGreaterThan(15);
    expect(sizes[1]!.time - sizes[0]!.time).toBeLessThan(15.3);
    expect(replicas(tank)).toBe(8);
    expect(status(tank)).toMatchObject({ currentReplicas: 8, desiredReplicas: 8 });
    expect(tank.events('SuccessfulRescale').map(({ message }) => message)).toEqual([
      'New size: 4; reason: cpu resource utilization (percentage of request) above target',
      'New size: 8; reason: ',
    ]);
  });

  it('keeps the size for five minutes after the load has gone', () => {
    const tank = tankWith((second) => (second < 120 ? 400 : 50));
    tank.create(autoscaler());
    tank.run(6 * MINUTE_US);
    expect(replicas(tank)).toBe(8);
    expect(status(tank).conditions?.[0]).toMatchObject({ type: 'AbleToScale', reason: 'ScaleDownStabilized' });
    tank.run(2 * MINUTE_US);
    expect(replicas(tank)).toBe(2);
  });

  it('asks nobody while nothing changes, and is there when something does', () => {
    const tank = tankWith((second) => (second < 3_600 ? 100 : second < 7_200 ? 400 : 100));
    tank.create(autoscaler());
    const requests = (): number => tank.requests('horizontal-pod-autoscaler');
    tank.run(20 * MINUTE_US);
    const before = requests();
    tank.run(39 * MINUTE_US);
    expect(requests()).toBe(before);
    tank.run(3 * MINUTE_US);
    expect(replicas(tank)).toBe(8);
    // An hour later the load goes: the size is held for five minutes, though hardly a look was taken meanwhile.
    tank.run(60 * MINUTE_US);
    expect(replicas(tank)).toBe(8);
    tank.run(5 * MINUTE_US);
    expect(replicas(tank)).toBe(2);
  });

  it('says when its target is not there', () => {
    const tank = tankWith(() => 0);
    tank.create(autoscaler('nobody'));
    tank.run(20 * SECOND_US);
    expect(status(tank).conditions).toMatchObject([{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale' }]);
    expect(tank.events('FailedGetScale')).toHaveLength(1);
  });

  it('says when there are no metrics, and leaves the size alone', () => {
    const blind = new TestTank<World>({
      controllers: {
        replicaSet: createReplicaSetState(),
        horizontalPodAutoscaler: createHorizontalPodAutoscalerState(),
      },
      register: (controllers, listeners) => {
        registerDeployment(controllers, listeners);
        registerReplicaSet(controllers, listeners);
        registerHorizontalPodAutoscaler(controllers, listeners, { podCpu: () => new Map() });
      },
    });
    blind.run(SECOND_US);
    blind.create(webDeployment(3));
    blind.create(autoscaler());
    blind.run(MINUTE_US);
    expect(replicas(blind)).toBe(3);
    expect(status(blind).conditions?.[1]).toMatchObject({
      type: 'ScalingActive',
      status: 'False',
      reason: 'FailedGetResourceMetric',
    });
  });
});
