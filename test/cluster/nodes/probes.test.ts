import { describe, expect, test } from 'vitest';
import type { Pod, Probe } from '../../../src/cluster/api/objects/pod.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { digestHex } from '../../../src/kernel/digest.js';
import { constant } from '../../../src/kernel/distributions.js';
import { DAY_US, SECOND_US } from '../../../src/kernel/time.js';
import {
  boundPod,
  eventMessages,
  eventReasons,
  eventTimes,
  nodesStage,
  type NodesStage,
  play,
  podNamed,
  workload,
} from './nodes-world.js';

const probe = (fields: Partial<Probe>): Probe => ({ tcpSocket: { port: 80 }, ...fields });
const readyAt = (pod: Pod | undefined): number | undefined => {
  const condition = pod?.status.conditions?.find(({ type }) => type === 'Ready');
  return condition?.status === 'True' ? condition.lastTransitionTime! / SECOND_US : undefined;
};

function stageWith(startSeconds: number, container: object): NodesStage {
  const stage = nodesStage({ behaviours: [workload({ start: constant(startSeconds * SECOND_US) })] });
  insertObject(stage.world, boundPod('web', 'n-1', { containers: [container] }));
  return stage;
}

/** When the container started and when the kubelet saw it. */
function startedAt(stage: NodesStage): number {
  return eventTimes(stage, 'web', 'Started')[0]!;
}

describe('readiness', () => {
  test('is tried as soon as the container is seen running', () => {
    const stage = stageWith(0, { readinessProbe: probe({}) });
    play(stage, 20);
    expect(readyAt(podNamed(stage, 'web'))! - startedAt(stage)).toBeLessThan(0.2);
  });

  test('a failed first attempt costs whole periods from there', () => {
    const stage = stageWith(7, { readinessProbe: probe({ periodSeconds: 5 }) });
    play(stage, 30);
    const after = readyAt(podNamed(stage, 'web'))! - startedAt(stage);
    expect(after).toBeGreaterThan(10);
    expect(after).toBeLessThan(10.2);
    expect(eventReasons(stage, 'web')).toContain('Unhealthy');
  });

  test.each<readonly [string, Probe]>([
    ['dial tcp IP:80: connect: connection refused', { tcpSocket: { port: 'http' } }],
    ['Get "http://IP:81/live": dial tcp IP:81: connect: connection refused', { httpGet: { port: 81, path: '/live' } }],
    ['timeout: failed to connect service "IP:82" within 1s: context deadline exceeded', { grpc: { port: 82 } }],
    ['', { exec: { command: ['cat', '/tmp/ready'] } }],
  ])('tells why it failed: %s', (why, readinessProbe) => {
    const stage = stageWith(7, { readinessProbe, ports: [{ name: 'http', containerPort: 80 }] });
    play(stage, 30);
    const ip = podNamed(stage, 'web')!.status.podIP!;
    const [message] = eventMessages(stage, 'web', 'Unhealthy');
    expect(message).toBe(`Readiness probe failed: ${why.replaceAll('IP', ip)}`);
  });

  test('waits for initialDelaySeconds and successThreshold', () => {
    const stage = stageWith(0, {
      readinessProbe: probe({ initialDelaySeconds: 12, periodSeconds: 5, successThreshold: 2 }),
    });
    play(stage, 60);
    const after = readyAt(podNamed(stage, 'web'))! - startedAt(stage);
    expect(after).toBeGreaterThan(15 + 5);
    expect(after).toBeLessThan(15 + 5 + 0.2);
  });

  test('costs nothing once the pod is ready', () => {
    const stage = stageWith(3, {
      readinessProbe: probe({ periodSeconds: 1 }),
      livenessProbe: probe({ periodSeconds: 1, initialDelaySeconds: 10 }),
    });
    play(stage, 60);
    expect(readyAt(podNamed(stage, 'web'))).toBeDefined();
    const events = digestHex(stage.world.kernel.digest);
    play(stage, DAY_US / SECOND_US);
    expect(digestHex(stage.world.kernel.digest)).toBe(events);
  });
});

describe('startup and liveness', () => {
  test('the startup probe holds the others back', () => {
    const stage = stageWith(25, {
      startupProbe: probe({ periodSeconds: 10, failureThreshold: 6 }),
      livenessProbe: probe({ periodSeconds: 1, failureThreshold: 1 }),
      readinessProbe: probe({ periodSeconds: 10 }),
    });
    play(stage, 120);
    const pod = podNamed(stage, 'web')!;
    expect(pod.status.containerStatuses![0]).toMatchObject({ ready: true, started: true, restartCount: 0 });
    const after = readyAt(pod)! - startedAt(stage);
    expect(after).toBeGreaterThan(25);
    expect(after).toBeLessThan(35.2);
  });

  test('liveness without patience kills a slow starter again and again', () => {
    const stage = stageWith(40, { livenessProbe: probe({ periodSeconds: 10, failureThreshold: 2 }) });
    play(stage, 120);
    expect(podNamed(stage, 'web')!.status.containerStatuses![0]!.restartCount).toBeGreaterThan(1);
    expect(eventReasons(stage, 'web')).toContain('Killing');
    // The first attempt that finds the container running, and one period more.
    const killedAfter = eventTimes(stage, 'web', 'Killing')[0]! - startedAt(stage);
    expect(killedAfter).toBeGreaterThan(10);
    expect(killedAfter).toBeLessThan(20);
  });

  test('a startup probe that never succeeds kills after its budget', () => {
    const stage = nodesStage({ behaviours: [workload({ failure: { kind: 'never-ready' } })] });
    const startupProbe = probe({ periodSeconds: 5, failureThreshold: 4 });
    insertObject(stage.world, boundPod('web', 'n-1', { containers: [{ startupProbe }] }));
    play(stage, 60);
    const killedAfter = eventTimes(stage, 'web', 'Killing')[0]! - startedAt(stage);
    expect(killedAfter).toBeGreaterThan(15);
    expect(killedAfter).toBeLessThan(20);
    expect(readyAt(podNamed(stage, 'web'))).toBeUndefined();
  });
});
