import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../../src/cluster/api/objects/workload.js';
import { registerDeployment } from '../../../src/cluster/controllers/deployment/controller.js';
import {
  createHorizontalPodAutoscalerState,
  type HorizontalPodAutoscalerWorld,
  registerHorizontalPodAutoscaler,
} from '../../../src/cluster/controllers/horizontal-pod-autoscaler/controller.js';
import { registerReplicaSet } from '../../../src/cluster/controllers/replica-set/controller.js';
import { createReplicaSetState, type ReplicaSetWorld } from '../../../src/cluster/controllers/replica-set/state.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { type FakeKubelet, TestTank, type TestWorld, webDeployment, webTemplate } from '../test-world.js';

/**
 * What a real control plane of Kubernetes 1.36 did in the scenarios named here (recordings of 2026-11-21): the sizes of
 * its ReplicaSets in order. Our own times differ from that machine's; what constants set does not.
 */

type World = TestWorld & ReplicaSetWorld & HorizontalPodAutoscalerWorld;

interface Size {
  readonly time: number;
  readonly text: string;
}

function tankWith(kubelet: FakeKubelet, load: (second: number) => number = () => 0): [TestTank<World>, Size[]] {
  const tank = new TestTank<World>({
    controllers: {
      replicaSet: createReplicaSetState(),
      horizontalPodAutoscaler: createHorizontalPodAutoscalerState(),
    },
    register: (controllers, listeners) => {
      registerDeployment(controllers, listeners);
      registerReplicaSet(controllers, listeners);
      registerHorizontalPodAutoscaler(controllers, listeners, { podCpu: (world) => stubMetrics(tank, load, world) });
    },
    kubelet,
  });
  const sizes: Size[] = [];
  tank.listeners.on<ReplicaSet>('probe', 'ReplicaSet', (world, { object, before }) => {
    const { replicas, template } = object.spec;
    if (before?.spec.replicas === replicas) return;
    const version = template.spec.containers[0]!.image.slice('web:'.length);
    sizes.push({ time: world.kernel.now / SECOND_US, text: `${version} ${replicas}` });
  });
  tank.run(SECOND_US);
  return [tank, sizes];
}

/** As the stub of the recording: the load is shared by the running pods, measured now over 15 s. */
function stubMetrics(tank: TestTank<World>, load: (second: number) => number, { kernel }: World) {
  const pods = tank.all<Pod>('Pod').filter(({ status }) => status.phase === 'Running');
  const milli = Math.floor(load(kernel.now / SECOND_US) / pods.length);
  const sample = { milli, timestampUs: kernel.now, windowUs: 15 * SECOND_US };
  return new Map(pods.map(({ metadata }) => [metadata.name, sample]));
}

function setImage(tank: TestTank<World>, version: string): void {
  tank.patch('Deployment', 'web', { spec: { template: webTemplate(`web:${version}`) } });
}

const texts = (sizes: readonly Size[]): string[] => sizes.map(({ text }) => text);

describe('as recorded', () => {
  it('02-roll-25-25: up, down, up at once, then in waves of 3 s', () => {
    const [tank, sizes] = tankWith({ readyAfterUs: () => 3 * SECOND_US });
    tank.create(webDeployment(10));
    tank.run(6 * SECOND_US);
    setImage(tank, 'v2');
    const start = tank.world.kernel.now / SECOND_US;
    tank.run(20 * SECOND_US);
    expect(texts(sizes).slice(0, 4)).toEqual(['v1 10', 'v2 3', 'v1 8', 'v2 5']);
    const wave = (second: number): string[] =>
      texts(sizes.filter(({ time }) => Math.floor((time - start) / 3) === second && time > start + 0.5));
    expect(wave(1).at(-1)).toBe('v2 10');
    expect(wave(2).at(-1)).toBe('v1 0');
    expect(sizes.at(-1)!.time - start).toBeLessThan(6.5);
  });

  it('02-roll-minready5: pods of one second become available together', () => {
    const [tank, sizes] = tankWith({});
    tank.create(webDeployment(10, { minReadySeconds: 5 }));
    tank.run(9 * SECOND_US);
    setImage(tank, 'v2');
    const start = tank.world.kernel.now / SECOND_US;
    tank.run(20 * SECOND_US);
    expect(texts(sizes)).toEqual(['v1 10', 'v2 3', 'v1 8', 'v2 5', 'v1 3', 'v2 10', 'v1 0']);
    // Whole seconds cut off: 13.7 s for two waves of 7 s.
    const end = sizes.at(-1)!.time - start;
    expect(end).toBeGreaterThan(12);
    expect(end).toBeLessThan(14.2);
  });

  it('02-recreate: the new pods wait for the end of the old', () => {
    const [tank, sizes] = tankWith({ stopAfterUs: 1.5 * SECOND_US });
    tank.create(webDeployment(6, { strategy: { type: 'Recreate' } }));
    tank.run(4 * SECOND_US);
    setImage(tank, 'v2');
    tank.run(5 * SECOND_US);
    expect(texts(sizes)).toEqual(['v1 6', 'v1 0', 'v2 6']);
    expect(sizes[2]!.time - sizes[1]!.time).toBeGreaterThan(1.5);
    expect(sizes[2]!.time - sizes[1]!.time).toBeLessThan(1.7);
  });

  it('02-scale-in-rollout: sizes in proportion while a rollout is stuck', () => {
    const [tank, sizes] = tankWith({
      readyAfterUs: ({ spec }) => (spec.containers[0]!.image === 'web:broken' ? undefined : 2 * SECOND_US),
    });
    const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
    tank.create(webDeployment(10, { strategy: { type: 'RollingUpdate', rollingUpdate } }));
    tank.run(5 * SECOND_US);
    setImage(tank, 'broken');
    tank.run(5 * SECOND_US);
    for (const replicas of [15, 8]) {
      tank.patch('Deployment', 'web', { spec: { replicas } });
      tank.run(5 * SECOND_US);
    }
    setImage(tank, 'v3');
    tank.run(15 * SECOND_US);
    const grown = ['v1 11', 'broken 7'];
    const shrunk = ['v1 7', 'broken 4', 'v1 6', 'broken 5'];
    const begun = ['v3 0', 'broken 0', 'v3 5'];
    expect(texts(sizes).slice(0, 13)).toEqual(['v1 10', 'broken 3', 'v1 8', 'broken 5', ...grown, ...shrunk, ...begun]);
    expect(texts(sizes).slice(-2).sort()).toEqual(['v1 0', 'v3 8']);
  });

  it('10-hpa: 6, 8, then 3, on its beat of 15 s', () => {
    const [tank, sizes] = tankWith({}, (second) => (second < 43.49 ? 100 : second < 93.49 ? 400 : 150));
    const resources = { requests: { cpu: '100m' } };
    const containers = [{ name: 'web', image: 'web:v1', resources }];
    tank.create(webDeployment(2, { template: { metadata: { labels: { app: 'web' } }, spec: { containers } } }));
    tank.run(2.4 * SECOND_US);
    const target = { type: 'Utilization', averageUtilization: 50 };
    tank.create({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
        behavior: { scaleDown: { stabilizationWindowSeconds: 30 } },
      },
    });
    tank.run(160 * SECOND_US);
    expect(texts(sizes)).toEqual(['v1 2', 'v1 6', 'v1 8', 'v1 3']);
    const recordedTimes = [48.5, 78.6, 108.6];
    for (const [index, time] of recordedTimes.entries())
      expect(Math.abs(sizes[index + 1]!.time - time)).toBeLessThan(1);
    expect(tank.get<Deployment>('Deployment', 'web')!.spec.replicas).toBe(3);
  });
});
