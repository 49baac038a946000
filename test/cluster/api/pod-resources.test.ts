import { describe, expect, it } from 'vitest';
import { podRequests, resourceNumbers } from '../../../src/cluster/api/pod-resources.js';
import { canonicalQuantity } from '../../../src/cluster/api/quantity.js';
import { testVectors } from '../../conformance/test-vectors.js';

testVectors('misc.pod-resources');
testVectors('kubelet.resources');

describe('resources of a pod', () => {
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
