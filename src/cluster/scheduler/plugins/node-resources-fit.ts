import { isScalarResource } from '../../api/pod-resources.js';
import { type ClusterState, CPU, MEMORY, type NodeIndex, type ResourceVector } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import type { PluginArguments, ScoringStrategy, ShapePoint } from '../profile.js';
import { FEASIBLE, resourceVerdict, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/noderesources/fit.go: fitsRequest. All shortages are reported. */
export function filterResources(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  let shortages = cluster.podCounts[node]! + 1 > cluster.allowedPods[node]! ? 1 : 0;
  let forEver = false;
  const request = pod.filteredRequest;
  for (let resource = 0; resource < request.length; resource++) {
    const wanted = request[resource]!;
    const allocatable = cluster.allocatable[resource]![node]!;
    if (wanted <= 0 || wanted <= allocatable - cluster.requested[resource]![node]!) continue;
    shortages |= 2 << resource;
    if (wanted > allocatable) forEver = true;
  }
  return shortages === 0 ? FEASIBLE : resourceVerdict(shortages, forEver);
}

/** The request without the extended resources that the arguments ignore: they count for scores, but reject no node. */
export function filteredRequest(cluster: ClusterState, request: ResourceVector, args: PluginArguments): ResourceVector {
  const { ignoredResources, ignoredResourceGroups } = args;
  const isIgnored = (name: string): boolean =>
    isScalarResource(name) &&
    !name.startsWith('hugepages-') &&
    (ignoredResources.includes(name) || ignoredResourceGroups.includes(name.split('/')[0]!));
  return request.map((wanted, resource) => (isIgnored(cluster.resources[resource]!) ? 0 : wanted));
}

/** Whether `scoreLeastAllocated` says it all. */
export function isDefaultStrategy({ type, resources }: ScoringStrategy): boolean {
  const [cpu, memory] = resources;
  const isPlain = cpu?.name === 'cpu' && memory?.name === 'memory' && cpu.weight === 1 && memory.weight === 1;
  return type === 'LeastAllocated' && resources.length === 2 && isPlain;
}

/** The default strategy, LeastAllocated over CPU and memory with equal weights, written out. */
export function scoreLeastAllocated(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let sum = 0;
  let weights = 0;
  const cpu = cluster.allocatable[CPU]![node]!;
  if (cpu > 0) {
    sum += freeShare(cluster.nonZeroCpu[node]! + pod.scoredRequest[CPU]!, cpu);
    weights += 1;
  }
  const memory = cluster.allocatable[MEMORY]![node]!;
  if (memory > 0) {
    sum += freeShare(cluster.nonZeroMemory[node]! + pod.scoredRequest[MEMORY]!, memory);
    weights += 1;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

/** Any strategy over any resources: resource_allocation.go, least_allocated.go, most_allocated.go, requested_to_capacity_ratio.go. */
export function scoreByStrategy(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  const { type, shape } = pod.profile.args.scoringStrategy;
  let sum = 0;
  let weights = 0;
  for (const { resource, weight, wanted } of pod.fitResources) {
    const allocatable = cluster.allocatable[resource]![node]!;
    if (allocatable === 0) continue;
    const requested = usedForScore(cluster, resource, node) + wanted;
    const score =
      type === 'LeastAllocated'
        ? freeShare(requested, allocatable)
        : type === 'MostAllocated'
          ? usedShare(requested, allocatable)
          : heightAt(shape, usedShare(requested, allocatable));
    if (type === 'RequestedToCapacityRatio' && score === 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

/** Containers without a request count with a default in CPU and memory. */
function usedForScore(cluster: ClusterState, resource: number, node: NodeIndex): number {
  if (resource === CPU) return cluster.nonZeroCpu[node]!;
  return resource === MEMORY ? cluster.nonZeroMemory[node]! : cluster.requested[resource]![node]!;
}

/** Percent of the allocatable amount that stays free. */
function freeShare(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * 100) / allocatable);
}

/** Percent in use. */
function usedShare(requested: number, allocatable: number): number {
  return requested > allocatable ? 100 : Math.trunc((requested * 100) / allocatable);
}

/** Scores of shape points go to 10, those of plugins to 100. */
const SHAPE_SCALE = 10;

/** Height of the broken line through the points, flat outside of them: helper/shape_score.go: BuildBrokenLinearFunction. */
function heightAt(shape: readonly ShapePoint[], utilization: number): number {
  const right = shape.findIndex((point) => utilization <= point.utilization);
  if (right === -1) return shape.at(-1)!.score * SHAPE_SCALE;
  const to = shape[right]!;
  const from = shape[right - 1];
  if (from === undefined) return to.score * SHAPE_SCALE;
  const rise = (to.score - from.score) * SHAPE_SCALE;
  const climbed = Math.trunc((rise * (utilization - from.utilization)) / (to.utilization - from.utilization));
  return from.score * SHAPE_SCALE + climbed;
}
