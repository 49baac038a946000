import type { ClusterState, NodeIndex } from '../cluster.js';
import { type Occupant, occupy, usesDisks } from '../cluster-pods.js';
import { passesRest } from '../filter-known.js';
import type { Filters } from '../filter-node.js';
import type { PodVolumes } from '../pod-volumes.js';
import { filterResources } from '../plugins/node-resources-fit.js';
import { leastElsewhere } from '../plugins/pod-topology-spread.js';
import { FEASIBLE, type Verdict } from '../plugins/verdict.js';
import { isClaimInUse } from '../plugins/volume-restrictions.js';
import { countsClass, type DomainSums, isEligible } from '../spread-counts.js';
import { nominatedAhead, type Nomination } from './nominations.js';
import { changeAffinity, type TriedAffinity, tryAffinity } from './tried-affinity.js';

/**
 * One node as it would be with some pods more or fewer, for one incoming pod. What its filters read of the node is changed in place,
 * so whoever begins a trial takes all changes back.
 */
export interface Trial {
  readonly filters: Filters;
  readonly node: NodeIndex;
  /** Pods that are nominated for the node and count for the incoming one. */
  readonly ahead: readonly Nomination[];
  readonly domains: readonly TriedDomain[];
  /** Those of the filters, as long as the trial lasts. */
  readonly least: number[];
  readonly affinity: TriedAffinity | undefined;
  readonly volumes: (PodVolumes & { claimInUse: boolean }) | undefined;
  /** All that came or went mattered to ports and resources alone. */
  isLocal: boolean;
}

/** The domain of the node for one hard spread constraint. */
interface TriedDomain {
  readonly sums: DomainSums;
  /** Position among the constraints. */
  readonly position: number;
  readonly value: number;
  /** The least count of the other domains; undefined: the minimum is 0 whatever the counts. */
  readonly leastElsewhere: number | undefined;
}

export function beginTrial(cluster: ClusterState, filters: Filters, uid: string, node: NodeIndex): Trial {
  const domains: TriedDomain[] = [];
  for (const [position, sums] of filters.spread.hard.entries()) {
    if (!isEligible(cluster, sums, node)) continue;
    const value = cluster.topologies[sums.constraint.topology]!.valueOf[node]!;
    domains.push({ sums, position, value, leastElsewhere: leastElsewhere(sums, value) });
  }
  const least = [...filters.least];
  const affinity = filters.affinity === undefined ? undefined : tryAffinity(cluster, filters.affinity, node);
  // A claim that is not in use by now is nothing that the plugin looks at: it skips the pod.
  const hasSay = filters.volumes !== undefined && filters.rest.includes('VolumeRestrictions');
  const volumes = hasSay ? { ...filters.volumes } : filters.volumes;
  const tried = { ...filters, least, affinity, volumes };
  const ahead = nominatedAhead(cluster, node, filters.pod.priority, uid);
  const isLocal = ahead.length === 0;
  return {
    filters: tried,
    node,
    ahead,
    domains,
    least,
    affinity,
    volumes: hasSay ? volumes : undefined,
    isLocal,
  };
}

export function addToTrial(cluster: ClusterState, trial: Trial, occupant: Occupant): void {
  change(cluster, trial, occupant, 1);
}

export function removeFromTrial(cluster: ClusterState, trial: Trial, occupant: Occupant): void {
  change(cluster, trial, occupant, -1);
}

/** Does the pod still fit after a change, on a node where it did before? Only filters that look at pods have to be asked again. */
export function stillFits(cluster: ClusterState, trial: Trial): boolean {
  const { filters, node, ahead } = trial;
  if (cluster.isReference) return verdictOfTrial(cluster, trial) === FEASIBLE;
  if (ahead.length > 0) {
    for (const nomination of ahead) addToTrial(cluster, trial, nomination);
    const fits = passesPodFilters(cluster, filters, node);
    for (const nomination of ahead) removeFromTrial(cluster, trial, nomination);
    if (!fits) return false;
  }
  return passesPodFilters(cluster, filters, node);
}

function passesPodFilters(cluster: ClusterState, filters: Filters, node: NodeIndex): boolean {
  if (filters.pod.fit.filtersResources && filterResources(cluster, filters.pod, node) !== FEASIBLE) return false;
  return filters.rest.length === 0 || passesRest(cluster, filters, node);
}

/** May the pod go there, with the pods that are nominated for the node and without them? */
export function verdictOfTrial(cluster: ClusterState, trial: Trial): Verdict {
  const { filters, node, ahead } = trial;
  if (ahead.length > 0) {
    for (const nomination of ahead) addToTrial(cluster, trial, nomination);
    const verdict = filters.judge(cluster, filters, node);
    for (const nomination of ahead) removeFromTrial(cluster, trial, nomination);
    if (verdict !== FEASIBLE) return verdict;
  }
  return filters.judge(cluster, filters, node);
}

/** What the filters of one incoming pod say of a node, with and without the pods that are nominated for it. */
export function filterWithNominated(cluster: ClusterState, filters: Filters, uid: string, node: NodeIndex): Verdict {
  if (cluster.isKept[node] === 0) return filters.judge(cluster, filters, node);
  return verdictOfTrial(cluster, beginTrial(cluster, filters, uid, node));
}

function change(cluster: ClusterState, trial: Trial, occupant: Occupant, sign: 1 | -1): void {
  const { filters, node, domains, least, affinity, volumes } = trial;
  const { pod } = filters;
  const { podClass } = occupant;
  occupy(cluster, occupant, node, sign);
  if (affinity !== undefined && changeAffinity(cluster, pod, affinity, podClass, node, sign)) trial.isLocal = false;
  if (filters.volumes !== undefined && usesDisks(podClass)) trial.isLocal = false;
  if (volumes !== undefined) volumes.claimInUse = isClaimInUse(cluster, pod);
  for (const { sums, position, value, leastElsewhere: elsewhere } of domains) {
    const { constraint, counter, matching } = sums;
    // Here, and only here, pods that are being deleted count, and the empty selector counts every pod (updateWithPod).
    const countsAll = constraint.counted === undefined && constraint.selfMatch === 1;
    const counts = countsAll ? podClass.namespace === pod.namespace : countsClass(counter, podClass);
    if (!counts) continue;
    trial.isLocal = false;
    matching[value]! += sign;
    if (elsewhere !== undefined) least[position] = Math.min(matching[value]!, elsewhere);
  }
}
