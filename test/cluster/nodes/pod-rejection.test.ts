import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { boundPod, eventMessages, nodesStage, play, podNamed, type PodOptions } from './nodes-world.js';

describe('a pod that nobody has scheduled', () => {
  const mismatch = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  const otherNode = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n-2'] }] }],
      },
    },
  } as const;
  const hostPort = [{ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }] as const;

  test.each([
    [{ spec: { nodeSelector: { disk: 'fast' } } }, 'NodeAffinity', mismatch],
    [{ spec: { affinity: otherNode } }, 'NodeAffinity', mismatch],
    [
      { containers: hostPort },
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ],
    [
      { spec: { os: { name: 'windows' } } },
      'PodOSNotSupported',
      "Failed to admit pod as the OS field doesn't match node OS",
    ],
    [
      { labels: { 'kubernetes.io/os': 'windows' } },
      'PodOSSelectorNodeLabelDoesNotMatch',
      "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    ],
  ] satisfies [PodOptions, string, string][])('is rejected by its kubelet: %j', (options, reason, message) => {
    const stage = nodesStage();
    insertObject(stage.world, boundPod('first', 'n-1', { containers: hostPort }));
    insertObject(stage.world, boundPod('second', 'n-1', options));
    play(stage, 10);
    expect(podNamed(stage, 'first')!.status.phase).toBe('Running');
    expect(podNamed(stage, 'second')!.status).toMatchObject({
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
    });
    expect(eventMessages(stage, 'second', reason)).toEqual([message]);
  });

  test('is rejected for a taint that evicts, and for no other', () => {
    const stage = nodesStage();
    const node = stored<Node>(stage.world, 'Node', 'n-1')!;
    const taints = [
      { key: 'old', effect: 'NoExecute' },
      { key: 'full', effect: 'NoSchedule' },
    ] as const;
    replaceObject(stage.world, node, { ...node, spec: { ...node.spec, taints } } as Node);
    insertObject(stage.world, boundPod('stranger', 'n-1'));
    const tolerations = [{ key: 'old', operator: 'Exists' }] as const;
    insertObject(stage.world, boundPod('friend', 'n-1', { spec: { tolerations } }));
    play(stage, 10);
    expect(podNamed(stage, 'friend')!.status.phase).toBe('Running');
    expect(podNamed(stage, 'stranger')!.status).toMatchObject({ phase: 'Failed', reason: 'TaintToleration' });
  });

  test('is taken where its selector and affinity match and its port is free again', () => {
    const stage = nodesStage();
    insertObject(stage.world, boundPod('first', 'n-1', { containers: hostPort }));
    play(stage, 5);
    removeObject(stage.world, podNamed(stage, 'first')!);
    play(stage, 15);
    const { nodeSelectorTerms } = otherNode.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    const here = [{ matchFields: [{ ...nodeSelectorTerms[0].matchFields[0], values: ['n-1'] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: here } } };
    const spec = { nodeSelector: { 'kubernetes.io/hostname': 'n-1' }, affinity, os: { name: 'linux' } };
    insertObject(stage.world, boundPod('second', 'n-1', { containers: hostPort, spec }));
    play(stage, 25);
    expect(podNamed(stage, 'second')!.status.phase).toBe('Running');
  });
});
