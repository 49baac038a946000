import { expect, test } from 'vitest';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { sweepClasses } from '../../../src/cluster/scheduler/class-sweep.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { nominate } from '../../../src/cluster/scheduler/preemption/nominations.js';
import { node, pod, schedulerWorld } from './scheduler-world.js';

/** The count at which classes are looked through for the first time. */
const FIRST_SWEEP = 1_024;

/** Like no other: in labels, requests, image, tolerations, and in the selectors of its spreading and of its anti-affinity. */
function uniquePod(number: number): Pod {
  const job = `job-${number}`;
  const labelSelector = { matchLabels: { job } };
  const topologyKey = 'kubernetes.io/hostname';
  const term = { labelSelector, topologyKey };
  const one = pod(job, `${number + 1}m`, {
    containers: [{ name: 'c', image: job, resources: { requests: { cpu: `${number + 1}m` } } }],
    tolerations: [{ key: job, operator: 'Exists' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  });
  return { ...one, metadata: { ...one.metadata, labels: { job } } };
}

test('what pods like no other leave behind does not grow without end', () => {
  const { world, addNode: add, addPod, removePod, run } = schedulerWorld();
  for (const name of ['n1', 'n2']) add(node(name, 64));
  run(1);
  const { cluster } = world.scheduler;
  for (let number = 0; number < FIRST_SWEEP + 100; number++) {
    addPod(uniquePod(number));
    run(number + 2);
    expect(cluster.pods.size).toBe(1);
    removePod(`job-${number}`);
  }
  const { podClasses, podClassBySignature, placementRules, fitTables, imageScores, spreadIndex, affinity } = cluster;
  const { spreadCounterByKey, filledFitTables } = cluster;
  const sizes = [podClasses.length, filledFitTables.length, affinity.held.length, affinity.matching.length];
  const maps = [podClassBySignature, placementRules, fitTables, imageScores, spreadCounterByKey, affinity.byKey];
  for (const size of [...sizes, ...maps.map((map) => map.size)]) expect(size).toBeLessThan(300);
  for (const index of [spreadIndex.classes, spreadIndex.counters]) expect(index.size).toBeLessThan(300);
});

test('classes stay that have a placed pod, a nomination or a failed pod in the queue', () => {
  const cluster = createCluster();
  addNode(cluster, node('n1', 64));
  const [placed, nominated, queued, other] = [1, 2, 3, 4].map(uniquePod) as [Pod, Pod, Pod, Pod];
  placePod(cluster, placed, 'n1');
  nominate(cluster, nominated, 'n1');
  const classes = [placed, nominated, queued, other].map((one) => podClassOf(cluster, one));
  for (const podClass of classes) decide(cluster, podClass);
  sweepClasses(cluster, [{ podClass: classes[2] }, { podClass: undefined }]);
  expect(cluster.podClasses).toEqual(classes.slice(0, 3));
  expect([placed, nominated, queued].map((one) => podClassOf(cluster, one))).toEqual(classes.slice(0, 3));
  const again = podClassOf(cluster, other);
  expect(again).not.toBe(classes[3]);
  expect(classes.map(({ id }) => id)).not.toContain(again.id);
});
