import { type ClusterState, CPU, MEMORY, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import type { ResourceWeight } from '../profile.js';
import type { ScoredResource } from '../resources.js';

/** PreScore: a pod that requests none of the resources doesn't take part. */
export function skipsBalancedAllocation(resources: readonly ScoredResource[]): boolean {
  return resources.every(({ wanted }) => wanted === 0);
}

/** Whether `scoreBalancedAllocation` says it all; weights are not looked at. */
export function isDefaultBalance(resources: readonly ResourceWeight[]): boolean {
  return resources.length === 2 && resources[0]!.name === 'cpu' && resources[1]!.name === 'memory';
}

/**
 * Does the pod even out the shares of CPU and memory in use (75 = leaves them as they are)? The default resources, written out.
 * kubernetes v1.36.3 pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go: balancedResourceScorer.
 */
export function scoreBalancedAllocation(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const cpu = cluster.allocatable[CPU]![node]!;
  const memory = cluster.allocatable[MEMORY]![node]!;
  const usedCpu = cluster.requested[CPU]![node]!;
  const usedMemory = cluster.requested[MEMORY]![node]!;
  const before = balance(usedCpu, cpu, usedMemory, memory);
  const after = balance(usedCpu + (pod.request[CPU] ?? 0), cpu, usedMemory + (pod.request[MEMORY] ?? 0), memory);
  return 50 + Math.trunc((50 + after - before) / 2);
}

/** 100 minus the standard deviation of the two shares in percent. */
function balance(usedCpu: number, cpu: number, usedMemory: number, memory: number): number {
  if (cpu === 0 || memory === 0) return 100;
  const cpuShare = Math.min(1, usedCpu / cpu);
  const memoryShare = Math.min(1, usedMemory / memory);
  const deviation = Math.abs((cpuShare - memoryShare) / 2);
  return Math.trunc((1 - deviation) * 100);
}

/** The same over any resources. */
export function scoreBalanceOf(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const after = evenness(cluster, pod.balancedResources, node, 1);
  const before = evenness(cluster, pod.balancedResources, node, 0);
  return 50 + Math.trunc((50 + after - before) / 2);
}

/** 100 minus the standard deviation of all shares in percent, with (1) or without (0) the pod. */
function evenness(cluster: ClusterState, resources: readonly ScoredResource[], node: NodeIndex, pods: 0 | 1): number {
  const shares: number[] = [];
  for (const { resource, wanted } of resources) {
    const allocatable = cluster.allocatable[resource]![node]!;
    if (allocatable === 0) continue;
    shares.push(Math.min(1, (cluster.requested[resource]![node]! + pods * wanted) / allocatable));
  }
  return Math.trunc((1 - standardDeviation(shares)) * 100);
}

function standardDeviation(shares: readonly number[]): number {
  if (shares.length === 2) return Math.abs((shares[0]! - shares[1]!) / 2);
  if (shares.length < 2) return 0;
  let total = 0;
  for (const share of shares) total += share;
  const mean = total / shares.length;
  let sum = 0;
  for (const share of shares) sum += (share - mean) * (share - mean);
  return Math.sqrt(sum / shares.length);
}
