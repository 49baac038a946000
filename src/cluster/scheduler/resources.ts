import type { Pod, PodSpec } from '../api/objects/pod.js';
import { podRequests, type QuantityList, resourceNumbers } from '../api/pod-resources.js';
import { type ClusterState, CPU, EPHEMERAL_STORAGE, MEMORY, resourceNumber, type ResourceVector } from './cluster.js';

/** Counted one by one: extended resources and huge pages (component-helpers scheduling/v1/helpers: IsScalarResourceName). */
export function isScalarResource(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-');
}

/** What a pod asks for, as the filter compares it. */
export function requestVector(cluster: ClusterState, spec: PodSpec): ResourceVector {
  return vectorOf(cluster, podRequests(spec));
}

/** What the scorer of NodeResourcesFit takes the pod for: pod-level resources are not looked at (a quirk of v1.36). */
export function scoredRequest(spec: PodSpec): { readonly cpu: number; readonly memory: number } {
  const { resources: _podLevel, ...containersOnly } = spec;
  const { milliCpu, memory } = resourceNumbers(podRequests(containersOnly, { nonZero: true }));
  return { cpu: milliCpu, memory };
}

/** What a pod takes of the node that it is on (framework/types.go: CalculateResource). A resize counts its larger side. */
export function takenByPod(
  cluster: ClusterState,
  pod: Pod,
): { readonly requested: ResourceVector; readonly nonZeroCpu: number; readonly nonZeroMemory: number } {
  const { spec, status } = pod;
  const nonZero = resourceNumbers(podRequests(spec, { nonZero: true, status }));
  return {
    requested: vectorOf(cluster, podRequests(spec, { status })),
    nonZeroCpu: nonZero.milliCpu,
    nonZeroMemory: nonZero.memory,
  };
}

function vectorOf(cluster: ClusterState, list: QuantityList): ResourceVector {
  const { milliCpu, memory, ephemeralStorage, scalar } = resourceNumbers(list);
  const vector: number[] = [];
  vector[CPU] = milliCpu;
  vector[MEMORY] = memory;
  vector[EPHEMERAL_STORAGE] = ephemeralStorage;
  for (const [name, amount] of scalar) {
    if (!isScalarResource(name)) continue;
    const number = resourceNumber(cluster, name);
    while (vector.length < number) vector.push(0);
    vector[number] = amount;
  }
  return vector;
}
