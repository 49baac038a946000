import type { Pod, PodSpec } from '../api/objects/pod.js';
import { isScalarResource, podRequests, type QuantityList, resourceNumbers } from '../api/pod-resources.js';
import { type ClusterState, CPU, EPHEMERAL_STORAGE, MEMORY, resourceNumber, type ResourceVector } from './cluster.js';
import type { ResourceWeight } from './profile.js';

/** What a pod asks for, as the filter compares it. */
export function requestVector(cluster: ClusterState, spec: PodSpec): ResourceVector {
  return vectorOf(cluster, podRequests(spec));
}

/** What the scorer of NodeResourcesFit takes the pod for: pod-level resources are not looked at (a quirk of v1.36). */
export function scoredRequest(cluster: ClusterState, spec: PodSpec): ResourceVector {
  const { resources: _podLevel, ...containersOnly } = spec;
  return vectorOf(cluster, podRequests(containersOnly, { nonZero: true }));
}

/** A resource that a plugin scores, and how much of it the pod wants. */
export interface ScoredResource {
  readonly resource: number;
  readonly weight: number;
  readonly wanted: number;
}

/** The resources that count for a pod: counted one by one only those that it asks for (resource_allocation.go: calculateResourceAllocatableRequest). */
export function scoredResources(
  cluster: ClusterState,
  weights: readonly ResourceWeight[],
  request: ResourceVector,
): ScoredResource[] {
  return weights.flatMap(({ name, weight }) => {
    const isScalar = isScalarResource(name);
    if (!isScalar && !COUNTED.includes(name)) return [];
    const resource = resourceNumber(cluster, name);
    const wanted = request[resource] ?? 0;
    return isScalar && wanted === 0 ? [] : [{ resource, weight, wanted }];
  });
}

const COUNTED: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

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
