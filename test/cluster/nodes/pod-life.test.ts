import { describe, expect, test } from 'vitest';
import { issue } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { SERVING_NOTHING, SERVING_OPEN, podIndexOfUid } from '../../../src/cluster/nodes/workload.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { boundPod, eventReasons, nodesStage, play, podNamed, workload } from './nodes-world.js';

const ready = (pod: ReturnType<typeof podNamed>): string | undefined =>
  pod?.status.conditions?.find(({ type }) => type === 'Ready')?.status;

describe('a pod', () => {
  test('starts, serves when its software listens, and is removed on deletion', () => {
    const stage = nodesStage({ behaviours: [workload()] });
    const { world } = stage;
    const changes: number[][] = [];
    stage.workloads.onServing((_, podIndex, from, to) => changes.push([world.kernel.now, podIndex, from, to]));
    insertObject(world, boundPod('web', 'n-1'));
    play(stage, 4);
    const pod = podNamed(stage, 'web')!;
    expect(pod.status.phase).toBe('Running');
    expect(ready(pod)).toBe('True');
    expect(pod.status.podIP).toMatch(/^10\.128\./);
    const podIndex = podIndexOfUid(world, pod.metadata.uid);
    expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_OPEN);
    expect(eventReasons(stage, 'web')).toEqual(['Pulled', 'Created', 'Started']);
    const client = openClient(world, 'kubectl', CLIENT_LIMITS.kubectl);
    issue(world, client, { verb: 'delete', kind: 'Pod', namespace: 'default', name: 'web' });
    play(stage, 8);
    expect(podNamed(stage, 'web')).toBeUndefined();
    expect(changes.map(([, , from, to]) => [from, to])).toEqual([
      [SERVING_NOTHING, SERVING_OPEN],
      [SERVING_OPEN, SERVING_NOTHING],
    ]);
    expect(podIndexOfUid(world, pod.metadata.uid)).toBe(-1);
    expect(world.nodes.hosts.usedPods[0]).toBe(0);
    expect(changes[0]![0]! / SECOND_US).toBeGreaterThan(1.3);
  });
});
