import { expect, test } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { pod } from './scheduler-world.js';

const LIMIT = 4_096;

function jobPod(number: number): Pod {
  const one = pod(`job-${number}`);
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: `job-${number}`, uid: `job-${number}`, controller: true };
  return { ...one, metadata: { ...one.metadata, ownerReferences: [owner] } };
}

test('pods of only so many owners are remembered, as nobody tells when a Job is gone', () => {
  const cluster = createCluster();
  const first = podClassOf(cluster, jobPod(0));
  for (let number = 1; number <= LIMIT; number++) podClassOf(cluster, jobPod(number));
  expect(cluster.recentByOwner.size).toBe(LIMIT);
  expect(cluster.recentByOwner.has('job-0')).toBe(false);
  expect(podClassOf(cluster, jobPod(0))).toBe(first);
});
