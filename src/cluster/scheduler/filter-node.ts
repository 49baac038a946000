import type { ClusterState, NodeIndex } from './cluster.js';
import type { PodClass } from './pod-class.js';
import { type AffinityFilter, filterAffinity, prepareAffinityFilter } from './plugins/inter-pod-affinity.js';
import { type DeviceDemand, filterDevices, prepareDevices } from './plugins/dynamic-resources.js';
import { filterPorts } from './plugins/node-ports.js';
import { filterResources } from './plugins/node-resources-fit.js';
import { filterFeatures } from './plugins/node-declared-features.js';
import { filterLimits } from './plugins/node-volume-limits.js';
import { filterSpread, leastMatching } from './plugins/pod-topology-spread.js';
import { FEASIBLE, type Verdict } from './plugins/verdict.js';
import { filterBinding } from './plugins/volume-binding.js';
import { filterDisks } from './plugins/volume-restrictions.js';
import { filterPlaces } from './plugins/volume-zone.js';
import { type PodVolumes, prepareVolumes, volumePlugins } from './pod-volumes.js';
import { filterNodeObject } from './placement-rules.js';
import type { FilterPlugin } from './profile.js';
import { type ClassSpread, countSpread, type DomainSums } from './spread-counts.js';

/** What the filters need beside pod and node: PreFilter's work, and the plugins that don't skip the pod. */
export interface Filters {
  readonly pod: PodClass;
  readonly judge: Judge;
  readonly spread: ClassSpread;
  /** `leastMatching` of each hard spread constraint. */
  readonly least: readonly number[];
  readonly affinity: AffinityFilter | undefined;
  readonly volumes: PodVolumes | undefined;
  readonly devices: DeviceDemand | undefined;
  /** Filters with a say for this pod that don't look at the node alone, or that most pods skip. */
  readonly rest: readonly FilterPlugin[];
}

/** How filters judge a node: by what is remembered of it (filter-known.ts), or by asking every plugin. */
type Judge = (cluster: ClusterState, filters: Filters, node: NodeIndex) => Verdict;

/** What PreFilter counts of the placed pods, and how nodes are judged: from scratch, or with what is kept from attempt to attempt. */
export interface Ways {
  readonly judge: Judge;
  readonly spread: (cluster: ClusterState, pod: PodClass) => ClassSpread;
  readonly affinity: (cluster: ClusterState, pod: PodClass) => AffinityFilter | undefined;
  readonly least: (sums: DomainSums) => number;
}

const FROM_SCRATCH: Ways = {
  judge: filterNode,
  spread: countSpread,
  affinity: prepareAffinityFilter,
  least: leastMatching,
};

/** PreFilter of a pod that none of the plugins refuses as a whole (refusal.ts). */
export function prepareFilters(cluster: ClusterState, pod: PodClass, ways = FROM_SCRATCH): Filters {
  const { filters } = pod.profile;
  const spread = ways.spread(cluster, pod);
  const affinity = filters.includes('InterPodAffinity') ? ways.affinity(cluster, pod) : undefined;
  const volumes = prepareVolumes(cluster, pod);
  const devices = prepareDevices(cluster, pod);
  const rest: FilterPlugin[] = [];
  if (pod.hostPorts.length > 0 && filters.includes('NodePorts')) rest.push('NodePorts');
  if (volumes !== undefined) rest.push(...volumePlugins(pod, volumes));
  if (spread.hard.length > 0) rest.push('PodTopologySpread');
  if (affinity !== undefined) rest.push('InterPodAffinity');
  if (devices !== undefined) rest.push('DynamicResources');
  if (pod.neededFeatures.length > 0 && filters.includes('NodeDeclaredFeatures')) rest.push('NodeDeclaredFeatures');
  return { pod, judge: ways.judge, spread, least: spread.hard.map(ways.least), affinity, volumes, devices, rest };
}

/**
 * All filters of the pod's profile in their order; the first that rejects ends it. This is the plain definition: nothing
 * here is remembered of earlier attempts.
 */
export function filterNode(cluster: ClusterState, filters: Filters, node: NodeIndex): Verdict {
  for (const plugin of filters.pod.profile.filters) {
    const verdict = filterBy(plugin, cluster, filters, node);
    if (verdict !== FEASIBLE) return verdict;
  }
  return FEASIBLE;
}

/** What one plugin says of one node. */
export function filterBy(plugin: FilterPlugin, cluster: ClusterState, filters: Filters, node: NodeIndex): Verdict {
  const { pod, affinity, volumes, devices } = filters;
  switch (plugin) {
    case 'NodeUnschedulable':
    case 'NodeName':
    case 'TaintToleration':
    case 'NodeAffinity':
      return filterNodeObject(plugin, cluster, pod, node);
    case 'NodePorts':
      return filterPorts(cluster, pod, node);
    case 'NodeResourcesFit':
      return filterResources(cluster, pod, node);
    case 'VolumeRestrictions':
      return volumes === undefined ? FEASIBLE : filterDisks(cluster, pod, volumes.claimInUse, node);
    case 'NodeVolumeLimits':
      return volumes === undefined ? FEASIBLE : filterLimits(cluster, volumes.disks, node);
    case 'VolumeBinding':
      return volumes?.demand === undefined ? FEASIBLE : filterBinding(cluster, volumes.demand, node);
    case 'VolumeZone':
      return volumes === undefined ? FEASIBLE : filterPlaces(cluster, volumes.places, node);
    case 'PodTopologySpread':
      return filterSpread(cluster, filters.spread.hard, filters.least, node);
    case 'InterPodAffinity':
      return affinity === undefined ? FEASIBLE : filterAffinity(cluster, affinity, node);
    case 'NodeDeclaredFeatures':
      return filterFeatures(cluster, pod, node);
    case 'DynamicResources':
      return devices === undefined ? FEASIBLE : filterDevices(cluster, devices, node);
  }
}

/** A plugin met with an error, which ends the attempt. */
export function hasFailed({ devices }: Filters): boolean {
  return devices !== undefined && devices.error !== '';
}
