import { describe, expect, test } from 'vitest';
import { issue } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import {
  podIndexOfUid,
  reportDrained,
  SERVING_DRAINING,
  SERVING_NOTHING,
  SERVING_OPEN,
} from '../../../src/cluster/nodes/workload.js';
import { checkpoint, restore } from '../../../src/kernel/checkpoint.js';
import { digestHex } from '../../../src/kernel/digest.js';
import { constant } from '../../../src/kernel/distributions.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import {
  boundPod,
  eventReasons,
  eventTimes,
  nodesStage,
  type NodesStage,
  play,
  podNamed,
  workload,
} from './nodes-world.js';

const ready = (pod: Pod | undefined): string | undefined =>
  pod?.status.conditions?.find(({ type }) => type === 'Ready')?.status;

function remove({ world }: NodesStage, name: string, gracePeriodSeconds?: number): void {
  const client = openClient(world, 'kubectl', CLIENT_LIMITS.heartbeat);
  const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  issue(world, client, { verb: 'delete', kind: 'Pod', namespace: 'default', name, ...grace });
}

/** Seconds and new states of all pods, as traffic hears of them. */
function servingChanges(stage: NodesStage): { readonly at: number; readonly to: number }[] {
  const changes: { readonly at: number; readonly to: number }[] = [];
  stage.workloads.onServing((world, _podIndex, _from, to) => changes.push({ at: world.kernel.now / SECOND_US, to }));
  return changes;
}

/** When the condition first held, looking every 10 ms. */
function when(stage: NodesStage, holds: () => boolean, until = 400): number {
  for (let now = stage.world.kernel.now / SECOND_US; now < until; now += 0.01) {
    play(stage, now);
    if (holds()) return now;
  }
  return Number.NaN;
}

describe('a pod', () => {
  test('starts, serves when its software listens, and is removed on deletion', () => {
    const stage = nodesStage({ behaviours: [workload()] });
    const { world } = stage;
    const changes = servingChanges(stage);
    insertObject(world, boundPod('web', 'n-1'));
    play(stage, 4);
    const pod = podNamed(stage, 'web')!;
    expect(pod.status.phase).toBe('Running');
    expect(ready(pod)).toBe('True');
    expect(pod.status.conditions!.every(({ reason, message }) => reason === undefined && message === undefined)).toBe(
      true,
    );
    expect(pod.status.podIP).toMatch(/^10\.128\./);
    const podIndex = podIndexOfUid(world, pod.metadata.uid);
    expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_OPEN);
    const { admittedAt, sandboxAt, pulledAt, startedAt } = world.nodes.pods;
    const points = [admittedAt, sandboxAt, pulledAt, startedAt].map((column) => column[podIndex]!);
    expect(points).toEqual(points.toSorted((a, b) => a - b));
    expect(eventReasons(stage, 'web')).toEqual(['Pulled', 'Created', 'Started']);
    remove(stage, 'web');
    play(stage, 8);
    expect(podNamed(stage, 'web')).toBeUndefined();
    expect(changes.map(({ to }) => to)).toEqual([SERVING_OPEN, SERVING_NOTHING]);
    expect(podIndexOfUid(world, pod.metadata.uid)).toBe(-1);
    expect(world.nodes.hosts.usedPods[0]).toBe(0);
  });

  test('reports three statuses on its way: waiting, sandbox ready, running', () => {
    const stage = nodesStage();
    const seen: (string | undefined)[] = [];
    stage.listeners.on<Pod>('watcher', 'Pod', (_, { type, object }) => {
      if (type === 'modified') seen.push(object.status.conditions!.map(({ status }) => status[0]).join(''));
    });
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 60);
    // PodScheduled (there from the binding), PodReadyToStartContainers, Initialized, Ready, ContainersReady.
    expect(seen).toEqual(['TFTFF', 'TTTFF', 'TTTTT']);
  });

  test('that does not fit is rejected for good', () => {
    const stage = nodesStage();
    const resources = { requests: { cpu: '3' } };
    insertObject(stage.world, boundPod('first', 'n-1', { containers: [{ resources }] }));
    insertObject(stage.world, boundPod('second', 'n-1', { containers: [{ resources }] }));
    play(stage, 10);
    expect(podNamed(stage, 'second')!.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000",
    });
  });

  test('deleted before it has started goes at once', () => {
    const stage = nodesStage();
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 0.4);
    remove(stage, 'web');
    play(stage, 4);
    expect(podNamed(stage, 'web')).toBeUndefined();
    expect(eventReasons(stage, 'web')).toEqual([]);
  });

  test('goes on in a restored checkpoint as in the run that was never interrupted', () => {
    const stage = nodesStage({
      behaviours: [workload({ failure: { kind: 'exits', after: constant(3e6), exitCode: 1, probability: 1 } })],
    });
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 17.3);
    const copy = restore(checkpoint(stage.world));
    play(stage, 200);
    runUntil(copy, stage.handlers, 200 * SECOND_US);
    expect(digestHex(copy.kernel.digest)).toBe(digestHex(stage.world.kernel.digest));
  });
});

describe('termination', () => {
  const start = constant(0);

  test('an app that serves on is killed when its grace is over', () => {
    const stage = nodesStage({ behaviours: [workload({ start, onTerm: 'serve' })] });
    const changes = servingChanges(stage);
    insertObject(stage.world, boundPod('web', 'n-1', { spec: { terminationGracePeriodSeconds: 5 } }));
    play(stage, 10);
    remove(stage, 'web');
    play(stage, 20);
    expect(changes[1]!.to).toBe(SERVING_NOTHING);
    expect(changes[1]!.at).toBeCloseTo(15, 1);
    expect(podNamed(stage, 'web')).toBeUndefined();
  });

  test('a draining app ends with its last request', () => {
    const usage = { cpuUs: () => 0, inFlight: () => 3 };
    const stage = nodesStage({ behaviours: [workload({ start, onTerm: 'drain' })], usage });
    const changes = servingChanges(stage);
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 10);
    remove(stage, 'web');
    play(stage, 13);
    expect(changes.map(({ to }) => to)).toEqual([SERVING_OPEN, SERVING_DRAINING]);
    reportDrained(stage.world, 0);
    play(stage, 13.001);
    expect(changes[2]).toEqual({ at: 13, to: SERVING_NOTHING });
  });

  test('preStop of 10 s in a grace of 30 s: gone 12 to 13 s later (node 16.5)', () => {
    const stage = nodesStage({ behaviours: [workload({ start })] });
    const changes = servingChanges(stage);
    const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'sleep 10'] } } };
    insertObject(stage.world, boundPod('web', 'n-1', { containers: [{ lifecycle }] }));
    play(stage, 10);
    remove(stage, 'web');
    const goneAt = when(stage, () => podNamed(stage, 'web') === undefined);
    expect(changes[1]!.at).toBeCloseTo(20, 1);
    expect(goneAt).toBeGreaterThan(20);
    expect(goneAt).toBeLessThan(23);
  });

  test('a preStop hook that eats the whole grace leaves two seconds', () => {
    const stage = nodesStage({ behaviours: [workload({ start, onTerm: 'serve' })] });
    const changes = servingChanges(stage);
    const lifecycle = { preStop: { sleep: { seconds: 60 } } };
    const options = { containers: [{ lifecycle }], spec: { terminationGracePeriodSeconds: 5 } };
    insertObject(stage.world, boundPod('web', 'n-1', options));
    play(stage, 10);
    remove(stage, 'web');
    play(stage, 30);
    expect(changes[1]!.at).toBeCloseTo(17, 1);
  });

  test('a second deletion with less grace shortens what is left', () => {
    const stage = nodesStage({ behaviours: [workload({ start, onTerm: 'serve' })] });
    const changes = servingChanges(stage);
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 10);
    remove(stage, 'web');
    play(stage, 12);
    remove(stage, 'web', 3);
    play(stage, 40);
    expect(changes[1]!.at).toBeCloseTo(15, 1);
  });

  test('a pod removed by force is ended by its node afterwards', () => {
    const stage = nodesStage({ behaviours: [workload({ start, onTerm: 'serve' })] });
    const changes = servingChanges(stage);
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 10);
    remove(stage, 'web', 0);
    play(stage, 10.1);
    expect(podNamed(stage, 'web')).toBeUndefined();
    play(stage, 20);
    expect(changes[1]!.at).toBeCloseTo(12, 1);
    expect(stage.world.nodes.pods.indexByUid.size).toBe(0);
  });
});

describe('restarts', () => {
  test('a container that fails at once starts 0, 10, 20, 40, 80, 160, 300 s after its ends, with the delays of detection', () => {
    const failure = { kind: 'exits', after: constant(0), exitCode: 1, probability: 1 } as const;
    const stage = nodesStage({ behaviours: [workload({ failure })] });
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 2_000);
    const starts = eventTimes(stage, 'web', 'Started');
    const gaps = starts.slice(1).map((at, index) => at - starts[index]!);
    const windows = [0, 10, 20, 40, 80, 160, 300];
    for (const [index, window] of windows.entries()) {
      expect(gaps[index]).toBeGreaterThan(window);
      // The worker comes back after the rest of the window, or after 60 s, each stretched by up to a half.
      expect(gaps[index]).toBeLessThan(window + Math.min(window, 60) * 0.5 + 3);
    }
    const pod = podNamed(stage, 'web')!;
    expect(pod.status.phase).toBe('Running');
    // Beyond 25 events the recorder's spam filter drops them.
    expect(pod.status.containerStatuses![0]!.restartCount).toBeGreaterThanOrEqual(starts.length - 1);
    expect(eventReasons(stage, 'web')).toContain('BackOff');
  });

  test('restartPolicy OnFailure and Never end the pod', () => {
    const failure = { kind: 'exits', after: constant(2e6), exitCode: 0, probability: 1 } as const;
    const stage = nodesStage({ behaviours: [workload({ failure })] });
    insertObject(stage.world, boundPod('done', 'n-1', { spec: { restartPolicy: 'OnFailure' } }));
    play(stage, 20);
    expect(podNamed(stage, 'done')!.status.phase).toBe('Succeeded');
    expect(ready(podNamed(stage, 'done'))).toBe('False');
    expect(stage.world.nodes.hosts.usedPods[0]).toBe(0);
    remove(stage, 'done');
    play(stage, 30);
    expect(podNamed(stage, 'done')).toBeUndefined();
    expect(stage.world.nodes.pods.indexByUid.size).toBe(0);
  });

  test('work that is done ends the pod, and some of it fails, as often as is said', () => {
    const failure = { kind: 'exits', after: constant(1e6), exitCode: 3, probability: 0.3 } as const;
    const stage = nodesStage({ behaviours: [workload({ run: constant(5e6), failure })] });
    const names = Array.from({ length: 60 }, (_, index) => `work-${index}`);
    for (const name of names) insertObject(stage.world, boundPod(name, 'n-1', { spec: { restartPolicy: 'Never' } }));
    play(stage, 60);
    const phases = names.map((name) => podNamed(stage, name)!.status.phase);
    const failed = phases.filter((phase) => phase === 'Failed').length;
    expect(phases.filter((phase) => phase === 'Succeeded')).toHaveLength(60 - failed);
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(30);
  });

  test('work that is stopped before it is done ends by the signal', () => {
    const stage = nodesStage({ behaviours: [workload({ run: constant(60e6) })] });
    const spec = { restartPolicy: 'Never' as const };
    insertObject(stage.world, boundPod('work', 'n-1', { spec }));
    play(stage, 10);
    remove(stage, 'work');
    let last: Pod | undefined;
    for (let at = 10; at < 14; at += 0.01) {
      play(stage, at);
      last = podNamed(stage, 'work') ?? last;
    }
    expect(podNamed(stage, 'work')).toBeUndefined();
    expect(last?.status).toMatchObject({ phase: 'Failed' });
    expect(last?.status.containerStatuses![0]!.state.terminated?.exitCode).toBe(143);
  });
});

describe('init containers and sidecars', () => {
  test('run in order before the others; the sidecar stays', () => {
    const stage = nodesStage();
    const initContainers = [{ name: 'first' }, { name: 'proxy', restartPolicy: 'Always' as const }, { name: 'second' }];
    insertObject(stage.world, boundPod('web', 'n-1', { initContainers }));
    play(stage, 30);
    const { status } = podNamed(stage, 'web')!;
    expect(status.phase).toBe('Running');
    expect(ready(podNamed(stage, 'web'))).toBe('True');
    expect(status.initContainerStatuses!.map(({ state }) => Object.keys(state)[0])).toEqual([
      'terminated',
      'running',
      'terminated',
    ]);
    const starts = eventTimes(stage, 'web', 'Started');
    expect(starts).toHaveLength(4);
  });

  test('containers start one after another, each one behind the image of the one before', () => {
    const stage = nodesStage({ imagesPresent: ['a:1'] });
    const containers = [{ image: 'a:1' }, { image: 'b:1' }];
    insertObject(stage.world, boundPod('web', 'n-1', { containers }));
    play(stage, 60);
    expect(eventReasons(stage, 'web')).toEqual([
      'Pulled',
      'Created',
      'Started',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
    ]);
  });
});
