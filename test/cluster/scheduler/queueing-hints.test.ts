import { expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { type ClusterEvent, nodeChanges } from '../../../src/cluster/scheduler/cluster-event.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { changeHelps, mayHelp } from '../../../src/cluster/scheduler/queueing-hints.js';
import { node, pod } from './scheduler-world.js';

const taints = [{ key: 'k', effect: 'NoSchedule' as const }];
const cluster = createCluster();
addNode(cluster, node('n1'));
const zoned = (one: Node, zone: string): Node => ({
  ...one,
  metadata: { ...one.metadata, labels: { ...one.metadata.labels, zone } },
});
const spreading = podClassOf(
  cluster,
  pod('p', 1, {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
  }),
);
const plain = podClassOf(cluster, pod('p', 2));
const onPort = (hostPort: number) =>
  pod('p', 1, { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort }] }] });

const nodeAdd = (one: Node): ClusterEvent => ({ type: 'NodeAdd', node: one });
const podDelete: ClusterEvent = { type: 'PodDelete', pod: pod('q') };

// reference/scheduling.md 1.4, the table of hints
test.each<[string, string, ClusterEvent, boolean]>([
  ['a new node that is schedulable', 'NodeUnschedulable', nodeAdd(node('n2')), true],
  ['a new node that is cordoned', 'NodeUnschedulable', nodeAdd(node('n2', 4, { unschedulable: true })), false],
  ['a new node with a taint', 'TaintToleration', nodeAdd(node('n2', 4, { taints })), false],
  ['a new node that is big enough', 'NodeResourcesFit', nodeAdd(node('n2', 2)), true],
  ['a new node that is too small', 'NodeResourcesFit', nodeAdd(node('n2', 1)), false],
  ['a pod that leaves', 'NodeResourcesFit', podDelete, true],
  ['a pod that leaves', 'NodeAffinity', podDelete, false],
  ['a pod that leaves', 'TaintToleration', podDelete, false],
  ['anything after five minutes', 'TaintToleration', { type: 'Timeout' }, true],
])('%s, rejected by %s: %o helps: %s', (_what, plugin, event, helps) => {
  expect(mayHelp(cluster, plain, [plugin], event)).toBe(helps);
});

test('every change of taints retries what most plugins rejected', () => {
  const [event] = nodeChanges(node('n1', 4, { taints }), node('n1', 4, { taints: [...taints, ...taints] }));
  for (const plugin of ['NodeName', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit', 'InterPodAffinity']) {
    expect(mayHelp(cluster, plain, [plugin], event!)).toBe(true);
  }
  expect(mayHelp(cluster, plain, ['TaintToleration'], event!)).toBe(false); // there is still one
});

test('a heartbeat is no event, more room is one', () => {
  const before = node('n1', 1);
  const beat = { ...before, status: { ...before.status, conditions: [{ type: 'Ready', status: 'True' as const }] } };
  expect(nodeChanges(before, beat)).toEqual([]);
  const [event] = nodeChanges(before, node('n1', 3));
  expect(event!.type).toBe('NodeAllocatable');
  expect(mayHelp(cluster, plain, ['NodeResourcesFit'], event!)).toBe(true);
});

test('ports: only a pod that held one of ours', () => {
  const wants = podClassOf(cluster, onPort(8_080));
  expect(mayHelp(cluster, wants, ['NodePorts'], { type: 'PodDelete', pod: onPort(8_080) })).toBe(true);
  expect(mayHelp(cluster, wants, ['NodePorts'], { type: 'PodDelete', pod: onPort(9_090) })).toBe(false);
});

test('spreading: pods that count, nodes that are or become domains', () => {
  const other = { ...pod('q'), metadata: { ...pod('q').metadata, labels: { app: 'db' } } };
  const rejected = ['PodTopologySpread'];
  expect(mayHelp(cluster, spreading, rejected, { type: 'PodAdd', pod: pod('q') })).toBe(true);
  expect(mayHelp(cluster, spreading, rejected, { type: 'PodAdd', pod: other })).toBe(false);
  expect(mayHelp(cluster, spreading, rejected, nodeAdd(node('n2')))).toBe(false);
  expect(mayHelp(cluster, spreading, rejected, nodeAdd(zoned(node('n2'), 'a')))).toBe(true);
  const [labelled] = nodeChanges(node('n1'), zoned(node('n1'), 'a'));
  expect(mayHelp(cluster, spreading, rejected, labelled!)).toBe(true);
});

test('own changes', () => {
  expect(changeHelps(['NodeResourcesFit'], 'ScaleDown')).toBe(true);
  expect(changeHelps(['NodeResourcesFit'], 'Label')).toBe(false);
  expect(changeHelps(['TaintToleration'], 'Toleration')).toBe(true);
  expect(changeHelps(['SchedulingGates'], 'Gates')).toBe(true);
});
