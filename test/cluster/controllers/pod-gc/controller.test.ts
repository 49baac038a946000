import { expect, test } from 'vitest';
import type { Controllers } from '../../../../src/cluster/api/controller-loop.js';
import { type Listeners, openInformer, PROBE_COMPONENT } from '../../../../src/cluster/api/informers.js';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../../src/cluster/api/writes.js';
import {
  createPodGcState,
  type PodGcWorld,
  registerPodGc,
} from '../../../../src/cluster/controllers/pod-gc/controller.js';
import { crashNode } from '../../../../src/cluster/nodes/faults.js';
import type { NodesWorld } from '../../../../src/cluster/nodes/world.js';
import { digestHex } from '../../../../src/kernel/digest.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { boundPod, nodesStage, type NodesStage, play, podNamed } from '../../nodes/nodes-world.js';

type World = NodesWorld & PodGcWorld;

function stageWithGc(): NodesStage {
  return nodesStage({
    nodes: 2,
    controllers: (controllers, listeners) => {
      registerPodGc(controllers as unknown as Controllers<World>, listeners as unknown as Listeners<World>);
      return { podGc: createPodGcState() };
    },
  });
}

test('pods of a node that is no more go after quarantine and period', () => {
  const stage = stageWithGc();
  const { world, listeners } = stage;
  const phases: string[] = [];
  openInformer(world, PROBE_COMPONENT, 'Pod');
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (_, { object }) => phases.push(object.status.phase));
  insertObject(world, boundPod('web', 'n-1'));
  play(stage, 10);
  crashNode(world, 0);
  removeObject(world, stored<Node>(world, 'Node', 'n-1')!);
  let goneAt = Number.NaN;
  for (let second = 11; second < 120 && Number.isNaN(goneAt); second++) {
    play(stage, second);
    if (podNamed(stage, 'web') === undefined) goneAt = second;
  }
  expect(goneAt - 10).toBeGreaterThanOrEqual(40);
  expect(goneAt - 10).toBeLessThanOrEqual(62);
  expect(phases.at(-1)).toBe('Failed');
  play(stage, 200);
  const events = digestHex(world.kernel.digest);
  play(stage, 10_000);
  expect(digestHex(world.kernel.digest)).toBe(events);
});

test('the pods of a lost node go one after the other, and say since when they are to go', () => {
  const stage = stageWithGc();
  const { world, listeners } = stage;
  const seen: string[] = [];
  openInformer(world, PROBE_COMPONENT, 'Pod');
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (_, { type, object }) => {
    const target = object.status.conditions?.find(({ reason }) => reason === 'DeletionByPodGC');
    if (type === 'deleted') seen.push(`${object.metadata.name} gone`);
    else if (target?.lastTransitionTime !== undefined) seen.push(`${object.metadata.name} marked`);
  });
  insertObject(world, boundPod('first', 'nowhere'));
  insertObject(world, boundPod('second', 'nowhere'));
  play(stage, 82);
  expect(seen).toEqual(['first marked', 'first gone', 'second marked', 'second gone']);
});

test('pods bound to a node that never was go after quarantine and period', () => {
  const stage = stageWithGc();
  const { world } = stage;
  play(stage, 10);
  insertObject(world, boundPod('lost', 'nowhere'));
  play(stage, 49);
  expect(podNamed(stage, 'lost')).toBeDefined();
  play(stage, 82);
  expect(podNamed(stage, 'lost')).toBeUndefined();
  play(stage, 110); // one more pass, which finds that nothing is missing
  const events = digestHex(world.kernel.digest);
  play(stage, 10_000);
  expect(digestHex(world.kernel.digest)).toBe(events);
});

test('a node said to be out of service gives up the pods that terminate on it', () => {
  const stage = stageWithGc();
  const { world } = stage;
  insertObject(world, boundPod('web', 'n-1'));
  play(stage, 10);
  crashNode(world, 0);
  const pod = podNamed(stage, 'web')!;
  const metadata = { ...pod.metadata, deletionTimestamp: 40 * SECOND_US, deletionGracePeriodSeconds: 30 };
  replaceObject(world, pod, { ...pod, metadata });
  play(stage, 90);
  expect(podNamed(stage, 'web')).toBeDefined();
  const node = stored<Node>(world, 'Node', 'n-1')!;
  const taint = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' } as const;
  replaceObject(world, node, { ...node, spec: { ...node.spec, taints: [taint] } });
  play(stage, 112);
  expect(podNamed(stage, 'web')).toBeUndefined();
});

test('of more than 12,500 pods that have ended the oldest go, evicted ones first, those of one second by name', () => {
  const stage = stageWithGc();
  const { world } = stage;
  const KEPT = 12_500;
  const EXCESS = 5;
  play(stage, 1);
  const ended = (name: string, createdAt: number, reason?: string): Pod => {
    const pod = boundPod(name, 'n-1');
    const metadata = { ...pod.metadata, creationTimestamp: createdAt };
    return {
      ...pod,
      metadata,
      status: { ...pod.status, phase: 'Failed', ...(reason === undefined ? {} : { reason }) },
    };
  };
  for (let index = 0; index < KEPT + EXCESS - 2; index++) insertObject(world, ended(`p-${index}`, index * SECOND_US));
  insertObject(world, ended('a', 3 * SECOND_US + 1));
  insertObject(world, ended('evicted', 2 * KEPT * SECOND_US, 'Evicted'));
  play(stage, 60);
  expect(podNamed(stage, 'evicted')).toBeUndefined();
  expect(podNamed(stage, 'a')).toBeUndefined();
  const left = [0, 1, 2, 3, 4, 5, 6].filter((index) => podNamed(stage, `p-${index}`) !== undefined);
  expect(left).toEqual([3, 4, 5, 6]);
});

test('a pod that terminates without a node is failed, so that who holds it by a finalizer lets it go', () => {
  const stage = stageWithGc();
  const { world } = stage;
  const pod = boundPod('job', 'n-1');
  const { nodeName: _none, ...spec } = pod.spec;
  const metadata = { ...pod.metadata, deletionTimestamp: SECOND_US, finalizers: ['batch.kubernetes.io/job-tracking'] };
  insertObject(world, { ...pod, metadata, spec, status: { phase: 'Pending' } } as Pod);
  play(stage, 30);
  expect(podNamed(stage, 'job')!.status).toMatchObject({ phase: 'Failed' });
  expect(podNamed(stage, 'job')!.status.conditions).toBeUndefined();
});
