import { type ClusterState, CPU, MEMORY, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, resourceVerdict, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/noderesources/fit.go: fitsRequest. All shortages are reported. */
export function filterResources(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  let shortages = cluster.podCounts[node]! + 1 > cluster.allowedPods[node]! ? 1 : 0;
  let forEver = false;
  const request = pod.request;
  for (let resource = 0; resource < request.length; resource++) {
    const wanted = request[resource]!;
    const allocatable = cluster.allocatable[resource]![node]!;
    if (wanted <= 0 || wanted <= allocatable - cluster.requested[resource]![node]!) continue;
    shortages |= 2 << resource;
    if (wanted > allocatable) forEver = true;
  }
  return shortages === 0 ? FEASIBLE : resourceVerdict(shortages, forEver);
}

/** LeastAllocated over CPU and memory, each of weight 1 (least_allocated.go: leastResourceScorer). */
export function scoreLeastAllocated(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let sum = 0;
  let weights = 0;
  const cpu = cluster.allocatable[CPU]![node]!;
  if (cpu > 0) {
    sum += freeShare(cluster.nonZeroCpu[node]! + pod.scoredCpu, cpu);
    weights += 1;
  }
  const memory = cluster.allocatable[MEMORY]![node]!;
  if (memory > 0) {
    sum += freeShare(cluster.nonZeroMemory[node]! + pod.scoredMemory, memory);
    weights += 1;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

/** Percent of the allocatable amount that stays free. */
function freeShare(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * 100) / allocatable);
}
