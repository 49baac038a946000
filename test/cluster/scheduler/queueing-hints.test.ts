import { describe, expect, it } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../../../src/cluster/api/objects/pod.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import {
  type ClusterEvent,
  nodeChanges,
  ownChanges,
  podChanges,
} from '../../../src/cluster/scheduler/cluster-event.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { mayHelp } from '../../../src/cluster/scheduler/queueing-hints.js';
import { node, pod } from './scheduler-world.js';

/** reference/scheduling.md 1.4: the table of hints, row by row; those of the volume plugins stand in volume-hints.test.ts. */

const cluster = createCluster();

/** [what happens, whether a pod that the plugin rejected is worth another try] */
type Row = readonly [string, ClusterEvent, boolean];

function hints(plugin: string, waiting: Pod, rows: readonly Row[]): void {
  describe(plugin, () => {
    for (const [what, event, helps] of rows) {
      it(`${what}: ${helps ? 'tries again' : 'waits on'}`, () => {
        expect(mayHelp(cluster, podClassOf(cluster, waiting), [plugin], event)).toBe(helps);
      });
    }
  });
}

const TAINTS = [{ key: 'k', effect: 'NoSchedule' as const }];
const tainted = node('n1', 4, { taints: TAINTS });
const cordoned = node('n1', 4, { unschedulable: true });
const nodeAdd = (one: Node): ClusterEvent => ({ type: 'NodeAdd', node: one });
const nodeDelete = (one: Node): ClusterEvent => ({ type: 'NodeDelete', node: one });
const nodeEvent = (type: 'NodeTaint' | 'NodeLabel' | 'NodeAllocatable' | 'NodeFeatures', before: Node, one: Node) =>
  ({ type, before, node: one }) as const;
const podAdd = (one: Pod): ClusterEvent => ({ type: 'PodAdd', pod: one });
const podDelete = (one: Pod): ClusterEvent => ({
  type: 'PodDelete',
  pod: one,
  podClass: podClassOf(cluster, one),
});
const changed = (
  type: 'PodLabel' | 'PodScaleDown' | 'OwnLabel' | 'OwnScaleDown' | 'OwnToleration',
  before: Pod,
  one: Pod,
) => ({ type, before, pod: one }) as const;
const otherTaint = nodeEvent(
  'NodeTaint',
  tainted,
  node('n1', 4, { taints: [...TAINTS, { key: 'j', effect: 'NoExecute' }] }),
);

function labelled(one: Node, labels: Readonly<Record<string, string>>): Node {
  return { ...one, metadata: { ...one.metadata, labels } };
}

function withLabels(one: Pod, labels: Readonly<Record<string, string>>, namespace = 'default'): Pod {
  return { ...one, metadata: { ...one.metadata, labels, namespace } };
}

const plain = pod('p', 2);
const bound = pod('q', 1, { nodeName: 'n1' });
const grown = pod('q', 2, { nodeName: 'n1' });
const tolerant = (key: string): Partial<PodSpec> => ({ tolerations: [{ key, operator: 'Exists' }] });

hints('SchedulingGates', plain, [
  ['its last gate goes', { type: 'OwnGates', before: plain, pod: plain }, true],
  ['its labels change', changed('OwnLabel', plain, plain), false],
]);

hints('NodeUnschedulable', plain, [
  ['a node comes', nodeAdd(node('n2')), true],
  ['a cordoned node comes', nodeAdd(cordoned), false],
  ['a node is uncordoned', nodeEvent('NodeTaint', cordoned, node('n1')), true],
  ['a taint goes', nodeEvent('NodeTaint', tainted, node('n1')), false],
  [
    'it tolerates cordons now',
    changed('OwnToleration', plain, pod('p', 2, tolerant('node.kubernetes.io/unschedulable'))),
    true,
  ],
  ['it tolerates something else', changed('OwnToleration', plain, pod('p', 2, tolerant('k'))), false],
]);

hints('NodeName', plain, [
  ['a node comes', nodeAdd(cordoned), true],
  ['a taint changes', otherTaint, true],
  ['a label changes', nodeEvent('NodeLabel', node('n1'), labelled(node('n1'), {})), false],
]);

hints('TaintToleration', plain, [
  ['a node comes', nodeAdd(node('n2')), true],
  ['a node with a taint comes', nodeAdd(tainted), false],
  ['the taint goes', nodeEvent('NodeTaint', tainted, node('n1')), true],
  ['another taint comes', otherTaint, false],
  ['a node had none before', nodeEvent('NodeTaint', cordoned, node('n1')), false],
  ['it tolerates more', changed('OwnToleration', plain, pod('p', 2, tolerant('any'))), true],
  ['a pod goes', podDelete(bound), false],
  ['five minutes have passed', { type: 'Timeout' }, true],
]);

const selective = pod('p', 1, { nodeSelector: { disk: 'ssd' } });
const slow = labelled(node('n1'), { disk: 'hdd' });
const fast = labelled(node('n1'), { disk: 'ssd' });
hints('NodeAffinity', selective, [
  ['a node that matches comes', nodeAdd(fast), true],
  ['a node that does not comes', nodeAdd(slow), false],
  ['a node matches now', nodeEvent('NodeLabel', slow, fast), true],
  ['a node matched before', nodeEvent('NodeLabel', fast, labelled(fast, { disk: 'ssd', more: 'x' })), false],
  ['a taint changes', otherTaint, true],
  ['a pod goes', podDelete(bound), false],
]);

const onPort = (hostPort: number): Pod =>
  pod('p', 1, { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort }] }] });
hints('NodePorts', onPort(8_080), [
  ['a pod with its port goes', podDelete(onPort(8_080)), true],
  ['a pod with another port goes', podDelete(onPort(9_090)), false],
  ['a node comes', nodeAdd(cordoned), true],
  ['a taint changes', otherTaint, true],
]);

const asking = (requests: Readonly<Record<string, string>>, one: Pod): Pod => ({
  ...one,
  spec: { ...one.spec, containers: [{ name: 'c', image: 'i', resources: { requests } }] },
});
hints('NodeResourcesFit', plain, [
  ['a pod goes', podDelete(bound), true],
  ['it asks for less itself', changed('OwnScaleDown', grown, bound), true],
  ['a pod gives back cpu', changed('PodScaleDown', grown, bound), true],
  [
    'a pod gives back memory, which it does not ask for',
    changed('PodScaleDown', asking({ memory: '2Gi' }, bound), asking({ memory: '1Gi' }, bound)),
    false,
  ],
  ['a node comes that is big enough', nodeAdd(node('n2', 2)), true],
  ['a node comes that is too small', nodeAdd(node('n2', 1)), false],
  ['a node grows', nodeEvent('NodeAllocatable', node('n1', 1), node('n1', 4)), true],
  ['a node grows, and is too small', nodeEvent('NodeAllocatable', node('n1', '100m'), node('n1', 1)), false],
  ['a node shrinks', nodeEvent('NodeAllocatable', node('n1', 8), node('n1', 4)), false],
  ['a taint changes', otherTaint, true],
]);

const ZONE = 'zone';
const inZone = (zone: string): Node => labelled(node('n1'), { [ZONE]: zone });
const spreading = (more: Partial<TopologySpreadConstraint> = {}): Pod =>
  pod('p', 1, {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: ZONE,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
        ...more,
      },
    ],
  });
const database = withLabels(bound, { app: 'db' });
hints('PodTopologySpread', spreading(), [
  ['a pod comes that counts', podAdd(bound), true],
  ['a pod comes that does not', podAdd(database), false],
  ['a pod of another namespace goes', podDelete(withLabels(bound, { app: 'web' }, 'other')), false],
  ['a pod that counted goes', podDelete(bound), true],
  ['a pod counts no more', changed('PodLabel', bound, database), true],
  ['a pod counts as before', changed('PodLabel', bound, withLabels(bound, { app: 'web', x: 'y' })), false],
  ['it counts itself now', changed('OwnLabel', database, bound), true],
  ['it tolerates more, which is of no account', changed('OwnToleration', plain, plain), false],
  ['a node without the key comes', nodeAdd(node('n2')), false],
  ['a node with the key comes', nodeAdd(inZone('a')), true],
  ['a node with the key goes', nodeDelete(inZone('a')), true],
  ['a node gets the key', nodeEvent('NodeLabel', node('n1'), inZone('a')), true],
  ['a node loses the key', nodeEvent('NodeLabel', inZone('a'), node('n1')), true],
  ['a node changes its zone', nodeEvent('NodeLabel', inZone('a'), inZone('b')), true],
  ['another label changes', nodeEvent('NodeLabel', inZone('a'), labelled(node('n1'), { [ZONE]: 'a', x: 'y' })), false],
  [
    'a taint of a node with the key changes',
    nodeEvent('NodeTaint', inZone('a'), { ...inZone('a'), spec: { taints: TAINTS } }),
    true,
  ],
  [
    'such a node is uncordoned',
    nodeEvent('NodeTaint', { ...inZone('a'), spec: { unschedulable: true } }, inZone('a')),
    false,
  ],
  ['a taint of a node without it changes', otherTaint, false],
]);
hints('PodTopologySpread', spreading({ labelSelector: {} }), [
  ['any pod of the namespace goes', podDelete(database), true],
  ['a pod of another namespace goes', podDelete(withLabels(bound, {}, 'other')), false],
]);
hints('PodTopologySpread', spreading({ nodeTaintsPolicy: 'Honor' }), [
  ['it tolerates more, and taints are honoured', changed('OwnToleration', plain, plain), true],
]);

const near = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: ZONE,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const attracted = (...terms: readonly PodAffinityTerm[]): Pod =>
  pod('p', 1, { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
const repelled = (...terms: readonly PodAffinityTerm[]): Pod =>
  pod('p', 1, { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
hints('InterPodAffinity', attracted(near('web')), [
  ['its labels change', changed('OwnLabel', plain, plain), true],
  ['a pod comes that it wants', podAdd(bound), true],
  ['another pod comes', podAdd(database), false],
  ['a pod becomes what it wants', changed('PodLabel', database, bound), true],
  ['a pod is what it was', changed('PodLabel', bound, bound), false],
  ['a node with the key comes', nodeAdd(inZone('a')), true],
  ['a node without the key comes', nodeAdd(node('n2')), false],
  ['a node gets the key', nodeEvent('NodeLabel', node('n1'), inZone('a')), true],
  ['a node changes its zone', nodeEvent('NodeLabel', inZone('a'), inZone('b')), true],
  ['a node loses the key', nodeEvent('NodeLabel', inZone('a'), node('n1')), false],
  ['a pod goes', podDelete(bound), false],
  ['a pod goes that did not want it', podDelete(withLabels(repelled(near('web')), { app: 'db' })), true],
  ['a taint changes', otherTaint, true],
]);
hints('InterPodAffinity', attracted(near('web'), near('db')), [
  ['a pod comes that it wants in part', podAdd(bound), false],
]);
hints('InterPodAffinity', attracted(near('web', { namespaceSelector: { matchLabels: { team: 'a' } } })), [
  ['a pod comes in a namespace whose labels nobody looks up', podAdd(bound), false],
]);
hints('InterPodAffinity', repelled(near('web')), [
  ['a pod goes that it avoids', podDelete(bound), true],
  ['another pod goes', podDelete(database), false],
  ['a pod is no more what it avoids', changed('PodLabel', bound, database), true],
  ['any node comes', nodeAdd(node('n2')), true],
  ['a node loses the key', nodeEvent('NodeLabel', inZone('a'), node('n1')), true],
  ['a node gets the key', nodeEvent('NodeLabel', node('n1'), inZone('a')), false],
  ['a node changes its zone', nodeEvent('NodeLabel', inZone('a'), inZone('b')), true],
]);
hints('InterPodAffinity', repelled(near('web'), near('db')), [
  ['a pod goes that it avoids in part', podDelete(bound), false],
]);

hints('NodeDeclaredFeatures', plain, [
  ['a node comes', nodeAdd(node('n2')), true],
  ['a node declares more', nodeEvent('NodeFeatures', node('n1'), node('n1')), true],
  ['a taint changes', otherTaint, true],
  ['a pod goes', podDelete(bound), false],
]);

hints('DefaultPreemption', plain, [['a pod goes', podDelete(bound), false]]);

describe('what is told of a change', () => {
  it('nothing of a heartbeat', () => {
    const conditions = [{ type: 'Ready', status: 'True' as const }];
    expect(nodeChanges(node('n1'), { ...node('n1'), status: { ...node('n1').status, conditions } })).toEqual([]);
  });

  it('of a node each property that changed', () => {
    const before = { ...cordoned, spec: { unschedulable: true, taints: TAINTS } };
    const grownNode = node('n1', 8);
    const after = { ...inZone('a'), status: { ...grownNode.status, declaredFeatures: ['X'] } };
    const types = nodeChanges(before, after).map(({ type }) => type);
    expect(types).toEqual(['NodeTaint', 'NodeAllocatable', 'NodeLabel', 'NodeTaint', 'NodeFeatures']);
  });

  it('of a pod labels, smaller requests and tolerations; of one that waits its gates as well', () => {
    const gated = pod('p', 2, { schedulingGates: [{ name: 'a' }, { name: 'b' }] });
    const open = withLabels(pod('p', 1, tolerant('k')), { app: 'db' });
    expect(podChanges(gated, open).map(({ type }) => type)).toEqual(['PodLabel', 'PodScaleDown', 'PodToleration']);
    expect(ownChanges(gated, open).map(({ type }) => type)).toContain('OwnGates');
    expect(ownChanges(gated, pod('p', 2, { schedulingGates: [{ name: 'b' }] }))).toEqual([]);
    expect(podChanges(pod('p', 1), pod('p', 2))).toEqual([]);
  });
});
