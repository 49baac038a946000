import { type ClusterState, CPU, MEMORY, type NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';

/** PreScore: a pod that requests neither CPU nor memory doesn't take part. */
export function skipsBalancedAllocation(pod: Pick<PodClass, 'request'>): boolean {
  return (pod.request[CPU] ?? 0) === 0 && (pod.request[MEMORY] ?? 0) === 0;
}

/**
 * Does the pod even out the shares of CPU and memory in use (75 = leaves them as they are)?
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
