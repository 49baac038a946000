import { describe, expect, it } from 'vitest';
import { taintNewNode } from '../../../src/cluster/api/admission/node.js';
import { type AdmissionView, admitPod, preparePod } from '../../../src/cluster/api/admission/pod.js';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { testVectors } from '../../conformance/test-vectors.js';

testVectors('api.admission');

const everything: AdmissionView = {
  priorityClass: () => undefined,
  defaultPriorityClass: () => undefined,
  hasServiceAccount: () => true,
};

function newPod(spec: Partial<PodSpec>, labels: Record<string, string> = {}): Pod {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels },
    spec: { containers: [{ name: 'c', image: 'c' }], ...spec },
  };
  return applyDefaults(decodeManifest(manifest)[0]!.object!) as Pod;
}

function admitted(pod: Pod, view: AdmissionView = everything): Pod {
  const result = admitPod(pod, view);
  if (!result.ok) throw new Error(result.message);
  return result.object;
}

describe('admission', () => {
  it('lets pods stay five minutes on a node that is lost, unless they say how long', () => {
    const own = {
      key: 'node.kubernetes.io/not-ready',
      operator: 'Exists',
      tolerationSeconds: 7,
      effect: 'NoExecute',
    } as const;
    expect(admitted(newPod({ tolerations: [own] })).spec.tolerations).toEqual([
      own,
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ]);
    const all = { operator: 'Exists' } as const;
    expect(admitted(newPod({ tolerations: [all] })).spec.tolerations).toEqual([all]);
  });

  it('resolves priorities, the system classes included', () => {
    expect(admitted(newPod({ priorityClassName: 'system-node-critical' })).spec.priority).toBe(2_000_001_000);
    const preferred = { name: 'usual', value: 5, preemptionPolicy: 'Never' as const };
    const spec = admitted(newPod({}), { ...everything, defaultPriorityClass: () => preferred }).spec;
    expect([spec.priority, spec.priorityClassName, spec.preemptionPolicy]).toEqual([5, 'usual', 'Never']);
  });

  it('takes the values of matchLabelKeys into selectors', () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule' as const,
      labelSelector: { matchLabels: { app: 'web' } },
      matchLabelKeys: ['pod-template-hash', 'absent'],
    };
    const pod = preparePod(newPod({ topologySpreadConstraints: [constraint] }, { 'pod-template-hash': 'abc' }));
    expect(pod.spec.topologySpreadConstraints?.[0]?.labelSelector).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'pod-template-hash', operator: 'In', values: ['abc'] }],
    });
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('holds back pods with scheduling gates', () => {
    const pod = preparePod(newPod({ schedulingGates: [{ name: 'example.com/wait' }] }));
    expect(pod.status.conditions?.[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
    });
  });

  it('takes nodes in as not ready', () => {
    const manifest = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
    };
    const node = applyDefaults(decodeManifest(manifest)[0]!.object!) as Node;
    const entered = taintNewNode(node);
    expect(entered.spec.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
    expect(taintNewNode(entered)).toBe(entered);
  });
});
