import { describe, expect, test } from 'vitest';
import type { Controllers } from '../../../../src/cluster/api/controller-loop.js';
import { type Listeners, PROBE_COMPONENT, openInformer } from '../../../../src/cluster/api/informers.js';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type { Pod, Toleration } from '../../../../src/cluster/api/objects/pod.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../../src/cluster/api/writes.js';
import { registerNodeLifecycle } from '../../../../src/cluster/controllers/node-lifecycle/controller.js';
import {
  createNodeLifecycleState,
  type NodeLifecycleWorld,
} from '../../../../src/cluster/controllers/node-lifecycle/state.js';
import {
  createTaintEvictionState,
  registerTaintEviction,
  type TaintEvictionWorld,
} from '../../../../src/cluster/controllers/taint-eviction/controller.js';
import { crashNode, recoverNode, startKubelet, stopKubelet } from '../../../../src/cluster/nodes/faults.js';
import { podIndexOfUid, SERVING_OPEN, SERVING_UNREACHABLE } from '../../../../src/cluster/nodes/workload.js';
import type { NodesWorld } from '../../../../src/cluster/nodes/world.js';
import { digestHex } from '../../../../src/kernel/digest.js';
import { DAY_US, SECOND_US } from '../../../../src/kernel/time.js';
import {
  boundPod,
  eventMessages,
  eventReasons,
  nodesStage,
  type NodesStage,
  play,
  podNamed,
} from '../../nodes/nodes-world.js';

type World = NodesWorld & NodeLifecycleWorld & TaintEvictionWorld;

const TOLERATIONS: readonly Toleration[] = ['not-ready', 'unreachable'].map((key) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 30,
}));

function stageWith(nodes: number, zones: readonly string[], seed = '1'): NodesStage & { readonly seen: string[] } {
  const stage = nodesStage({
    seed,
    nodes,
    zones,
    controllers: (controllers, listeners) => {
      registerNodeLifecycle(controllers as unknown as Controllers<World>, listeners as unknown as Listeners<World>);
      registerTaintEviction(controllers as unknown as Controllers<World>, listeners as unknown as Listeners<World>);
      return { nodeLifecycle: createNodeLifecycleState(), taintEviction: createTaintEvictionState() };
    },
  });
  const { world, listeners } = stage;
  const seen: string[] = [];
  openInformer(world, PROBE_COMPONENT, 'Node');
  openInformer(world, PROBE_COMPONENT, 'Pod');
  const say = (text: string): void => void seen.push(`${(world.kernel.now / SECOND_US).toFixed(3)} ${text}`);
  listeners.on<Node>(PROBE_COMPONENT, 'Node', (_, { object, type }) => {
    if (type === 'added') return;
    const ready = object.status.conditions!.find((condition) => condition.type === 'Ready')!.status;
    const taints = (object.spec.taints ?? []).map(({ key, effect }) => `${key.split('/')[1]}:${effect}`);
    say(`${object.metadata.name} Ready=${ready} ${taints.join(',')}`);
  });
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (_, { object, type }) => {
    const ready = object.status.conditions!.find((condition) => condition.type === 'Ready')?.status;
    const going = object.metadata.deletionTimestamp === undefined ? '' : ' terminating';
    say(`${type} ${object.metadata.name} ${object.status.phase} Ready=${ready}${going}`);
  });
  return { ...stage, seen };
}

const at = (seen: readonly string[], text: string): number => {
  const line = seen.find((other) => other.includes(text));
  return line === undefined ? Number.NaN : Number(line.split(' ')[0]);
};

describe('a kubelet that stops', () => {
  test('is found out, its pods are marked, evicted and, when it is back, gone', () => {
    const stage = stageWith(3, ['a', 'b', 'c']);
    const { world, seen } = stage;
    insertObject(world, boundPod('web', 'n-2', { spec: { tolerations: TOLERATIONS } }));
    play(stage, 10);
    stopKubelet(world, 1);
    seen.length = 0;
    play(stage, 120);
    const unknownAt = at(seen, 'n-2 Ready=Unknown');
    expect(unknownAt).toBeGreaterThan(10 + 39);
    expect(unknownAt).toBeLessThan(10 + 56);
    expect(at(seen, 'modified web Running Ready=False') - unknownAt).toBeLessThan(0.1);
    expect(at(seen, 'unreachable:NoSchedule') - unknownAt).toBeLessThan(0.1);
    const taintedAt = at(seen, 'unreachable:NoExecute');
    expect(taintedAt - unknownAt).toBeLessThan(0.3);
    const evictedAt = at(seen, 'terminating');
    expect(evictedAt - taintedAt).toBeGreaterThan(30);
    expect(evictedAt - taintedAt).toBeLessThan(30.2);
    const pod = podNamed(stage, 'web')!;
    expect(world.nodes.pods.serving[podIndexOfUid(world, pod.metadata.uid)]).toBe(SERVING_OPEN);
    const since = expect.any(Number) as number; // a condition of unknown age would be taken back as stale
    const target = { reason: 'DeletionByTaintManager', lastTransitionTime: since };
    expect(pod.status.conditions).toContainEqual(expect.objectContaining(target));
    startKubelet(world, 1);
    play(stage, 160);
    expect(podNamed(stage, 'web')).toBeUndefined();
    const node = seen.findLast((line) => line.includes('n-2'))!;
    expect(node).toMatch(/n-2 Ready=True $/);
  });

  test('that is back before the toleration ends loses no pod', () => {
    const stage = stageWith(3, ['a', 'b', 'c']);
    const { world } = stage;
    insertObject(world, boundPod('web', 'n-2', { spec: { tolerations: TOLERATIONS } }));
    play(stage, 10);
    stopKubelet(world, 1);
    play(stage, 70);
    expect(podNamed(stage, 'web')!.status.conditions!.find(({ type }) => type === 'Ready')!.status).toBe('False');
    startKubelet(world, 1);
    play(stage, 200);
    const pod = podNamed(stage, 'web')!;
    expect(pod.metadata.deletionTimestamp).toBeUndefined();
    expect(eventMessages(stage, 'web', 'TaintManagerEviction')).toEqual(['Cancelling deletion of Pod default/web']);
    expect(pod.status.conditions!.find(({ type }) => type === 'Ready')!.status).toBe('True');
    expect(pod.status.containerStatuses![0]!.restartCount).toBe(0);
  });
});

describe('a machine that dies', () => {
  test('is unreachable; its pods start again in place when it is back in time', () => {
    const stage = stageWith(3, ['a', 'b', 'c']);
    const { world } = stage;
    insertObject(world, boundPod('web', 'n-1', { spec: { tolerations: TOLERATIONS } }));
    play(stage, 10);
    const podIndex = podIndexOfUid(world, podNamed(stage, 'web')!.metadata.uid);
    crashNode(world, 0);
    play(stage, 11);
    expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_UNREACHABLE);
    recoverNode(world, 0);
    play(stage, 100);
    const pod = podNamed(stage, 'web')!;
    expect(pod.status.phase).toBe('Running');
    expect(pod.status.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
    expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_OPEN);
    expect(world.nodes.pods.restarts[podIndex]).toBe(1);
  });

  test('with all others evicts nobody', () => {
    const stage = stageWith(2, ['a']);
    const { world, seen } = stage;
    insertObject(world, boundPod('web', 'n-1', { spec: { tolerations: TOLERATIONS } }));
    play(stage, 10);
    crashNode(world, 0);
    crashNode(world, 1);
    play(stage, 300);
    expect(at(seen, 'n-1 Ready=Unknown')).toBeGreaterThan(10);
    expect(podNamed(stage, 'web')!.metadata.deletionTimestamp).toBeUndefined();
    expect(seen.findLast((line) => line.includes('n-1 '))).not.toContain('NoExecute');
  });
});

describe('the pace of eviction', () => {
  const taintedAt = (seen: readonly string[], node: string): number =>
    Number(seen.find((line) => line.includes(`${node} `) && line.includes('NoExecute'))?.split(' ')[0] ?? Number.NaN);

  test('one node in 10 seconds in each zone', () => {
    const stage = stageWith(12, ['a', 'b']);
    const { world, seen } = stage;
    play(stage, 10);
    for (const node of [0, 2, 1]) crashNode(world, node);
    play(stage, 120);
    const [first, second, other] = ['n-1', 'n-3', 'n-2'].map((node) => taintedAt(seen, node));
    expect(second! - first!).toBeGreaterThanOrEqual(9.9);
    expect(second! - first!).toBeLessThan(20);
    expect(Math.abs(other! - first!)).toBeLessThan(6);
  });

  test('a small zone that is mostly down evicts nobody', () => {
    const stage = stageWith(10, ['a', 'b']);
    const { world, seen } = stage;
    play(stage, 10);
    for (const node of [0, 2, 4, 6]) crashNode(world, node);
    play(stage, 300);
    expect(at(seen, 'n-1 Ready=Unknown')).toBeGreaterThan(10);
    // The first may slip through before the pass that sees the zone as disrupted.
    const tainted = ['n-1', 'n-3', 'n-5', 'n-7'].filter((node) => !Number.isNaN(taintedAt(seen, node)));
    expect(tainted.length).toBeLessThanOrEqual(1);
    for (const node of [0, 2, 4, 6]) recoverNode(world, node);
    play(stage, 500);
    for (const node of ['n-1', 'n-3', 'n-5', 'n-7']) {
      expect(seen.findLast((line) => line.includes(`${node} `))).toMatch(/Ready=True $/);
    }
  });

  test('nodes that are left out of disruption checks do not make their zone a disrupted one', () => {
    const stage = stageWith(10, ['a', 'b']);
    const { world, seen } = stage;
    for (const name of ['n-5', 'n-7']) {
      const node = stored<Node>(world, 'Node', name)!;
      const labels = { ...node.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' };
      replaceObject(world, node, { ...node, metadata: { ...node.metadata, labels } });
    }
    play(stage, 10);
    for (const node of [0, 2, 4, 6]) crashNode(world, node);
    play(stage, 300);
    for (const node of ['n-1', 'n-3', 'n-5', 'n-7']) expect(taintedAt(seen, node)).toBeGreaterThan(50);
  });
});

test('a node that comes gets its old labels; the passes tell who came and who went', () => {
  const stage = stageWith(2, ['a']);
  const { world } = stage;
  play(stage, 10);
  const node = stored<Node>(world, 'Node', 'n-1')!;
  const { 'beta.kubernetes.io/os': _os, 'beta.kubernetes.io/arch': _arch, ...labels } = node.metadata.labels!;
  const metadata = { ...node.metadata, name: 'late', labels, creationTimestamp: world.kernel.now };
  insertObject(world, { ...node, metadata });
  removeObject(world, stored<Node>(world, 'Node', 'n-2')!);
  play(stage, 16);
  expect(stored<Node>(world, 'Node', 'late')!.metadata.labels).toMatchObject({ 'beta.kubernetes.io/os': 'linux' });
  expect(eventReasons(stage, 'late')).toEqual(['RegisteredNode']);
  expect(eventReasons(stage, 'n-2')).toEqual(['RemovingNode']);
});

test('what is known of a node goes with it: one of its name that comes later is a new one', () => {
  const stage = stageWith(3, ['a', 'b', 'c']);
  const { world } = stage;
  const { nodeLifecycle } = (world as unknown as World).controllers;
  const node = stored<Node>(world, 'Node', 'n-2')!;
  play(stage, 10);
  stopKubelet(world, 1);
  play(stage, 80);
  expect(nodeLifecycle.unready.get('n-2')).toBe('Unknown');
  removeObject(world, stored<Node>(world, 'Node', 'n-2')!);
  play(stage, 86);
  expect([...nodeLifecycle.unready.keys(), ...nodeLifecycle.probedAt.keys(), ...nodeLifecycle.gone.keys()]).toEqual([]);
  startKubelet(world, 1);
  play(stage, 96); // its lease is renewed again
  const metadata = { ...node.metadata, uid: 'another', creationTimestamp: world.kernel.now };
  insertObject(world, { ...node, metadata });
  insertObject(world, boundPod('web', 'n-2'));
  play(stage, 200);
  expect(eventReasons(stage, 'n-2')).toEqual(['NodeNotReady', 'RemovingNode', 'RegisteredNode']);
  expect(podNamed(stage, 'web')!.status.conditions!.find(({ type }) => type === 'Ready')!.status).toBe('True');
});

test('healthy nodes cost nothing', () => {
  const stage = stageWith(4, ['a', 'b']);
  insertObject(stage.world, boundPod('web', 'n-1'));
  play(stage, 60);
  const before = digestHex(stage.world.kernel.digest);
  play(stage, DAY_US / SECOND_US);
  expect(digestHex(stage.world.kernel.digest)).toBe(before);
});
