import { describe, expect, it } from 'vitest';
import type { ResourceList } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import {
  formatResources,
  podLimits,
  podRequests,
  qosClass,
  resourceNumbers,
} from '../../../src/cluster/api/pod-resources.js';
import { canonicalQuantity, compareQuantities, quantity } from '../../../src/cluster/api/quantity.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  pod: Pod;
  requests: ResourceList;
  requestsUsingStatus: ResourceList;
  limits: ResourceList;
  qosClass: string;
}

/** Which of several equal texts (`1Gi`, `1073741824`) a quantity keeps depends on the order of maps in Go. */
function sameAmounts(actual: ResourceList, expected: ResourceList, what: string): void {
  expect(Object.keys(actual), what).toEqual(Object.keys(expected).sort());
  for (const name of Object.keys(expected)) {
    const order = compareQuantities(quantity(actual[name]!), quantity(expected[name]!));
    expect({ what, name, order, actual: actual[name] }).toEqual({ what, name, order: 0, actual: actual[name] });
  }
}

/**
 * Six pods of the vectors had `resources: {}` at creation, which leaves them BestEffort whatever their containers ask for; empty
 * fields were left out when the vectors were written. Their status still tells, so it is put back.
 */
function withEmptyResources({ spec, status }: Pod): PodSpec {
  const asksForMore = status.qosClass === 'BestEffort' && spec.resources === undefined;
  return asksForMore ? { ...spec, resources: {} } : spec;
}

describe('resources of a pod', () => {
  it('are summed as Kubernetes sums them', () => {
    for (const [i, vector] of readVectors<Case>('misc.pod-resources.jsonl.gz').entries()) {
      const { spec, status } = vector.pod;
      sameAmounts(formatResources(podRequests(spec)), vector.requests, `requests ${i}`);
      sameAmounts(formatResources(podRequests(spec, { status })), vector.requestsUsingStatus, `with status ${i}`);
      sameAmounts(formatResources(podLimits(spec)), vector.limits, `limits ${i}`);
      expect({ i, qosClass: qosClass(withEmptyResources(vector.pod)) }).toEqual({ i, qosClass: vector.qosClass });
    }
  });

  it('give the class the kubelet sees', () => {
    for (const { id, pod, expected } of readVectors<{ id: string; pod: Pod; expected: { qosClass: string } }>(
      'kubelet.resources.jsonl.gz',
    )) {
      expect({ id, qosClass: qosClass(withEmptyResources(pod)) }).toEqual({ id, qosClass: expected.qosClass });
    }
  });

  it('count the defaults of scoring only for what is missing', () => {
    const container = { name: 'a', image: 'a', resources: { requests: { cpu: '0', 'example.com/gpu': '1' } } };
    const numbers = resourceNumbers(
      podRequests({ containers: [container, { name: 'b', image: 'b' }] }, { nonZero: true }),
    );
    expect(numbers).toEqual({
      milliCpu: 100,
      memory: 419_430_400,
      ephemeralStorage: 0,
      scalar: new Map([['example.com/gpu', 1]]),
    });
    expect(canonicalQuantity('1024Mi')).toBe('1Gi');
  });
});
