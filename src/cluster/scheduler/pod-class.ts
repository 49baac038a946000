import { claimNamesOf, hasEphemeral, namedClaimsOf } from '../api/claims.js';
import { type HostPort, hostPortsOf } from '../api/host-ports.js';
import type { StringMap } from '../api/objects/meta.js';
import { controllerOf } from '../api/owner-references.js';
import type { Pod, PodSpec } from '../api/objects/pod.js';
import type { ClusterState, PlacedPod, ResourceVector } from './cluster.js';
import type { ClassAffinity } from './affinity-counts.js';
import type { Outcome } from './decide.js';
import { nodeNamesOf } from './plugins/node-affinity.js';
import { imagesOf } from './plugins/image-locality.js';
import { type AttachableDisk, inTreeDisksOf } from './plugins/in-tree-volumes.js';
import { neededFeaturesOf } from './plugins/node-declared-features.js';
import { type ClaimUser, claimUserOf } from './plugins/dynamic-resources.js';
import { type InlineDisk, inlineDisksOf } from './plugins/volume-restrictions.js';
import { filteredRequest } from './plugins/node-resources-fit.js';
import { compileTerms, type InterPodTerms } from './plugins/inter-pod-affinity-terms.js';
import { sameSpec, sameTemplate } from './pod-template.js';
import { profileNamed, type SchedulingProfile } from './profile.js';
import { requestVector, type ScoredResource, scoredRequest, scoredResources } from './resources.js';
import { type FitTable, fitTableOf } from './fit-table.js';
import { type ImageScores, imageScoresOf } from './image-scores.js';
import type { KnownVerdicts } from './known-verdicts.js';
import {
  narrowsByName,
  placementKeyOf,
  type PlacementRules,
  placementRulesOf,
  placementWishOf,
} from './placement-rules.js';
import type { ClassSpread, SpreadCounter } from './spread-counts.js';
import { countersOf, fileClass } from './spread-index.js';

/**
 * All that the plugins read of a pod. Pods of one ReplicaSet differ in nothing but their name, so they share one class,
 * and what is worked out for one of them serves all.
 */
export interface PodClass {
  readonly id: number;
  /** By the pod's schedulerName; the first one for placed pods of another scheduler. */
  readonly profile: SchedulingProfile;
  readonly namespace: string;
  readonly labels: StringMap;
  readonly spec: PodSpec;
  readonly priority: number;
  /** `kind/namespace/name` of the controlling owner, '' without one. */
  readonly owner: string;
  /** The node that NodeName asks for. Only vectors have one: in a cluster a pod that names its node never comes to the scheduler. */
  readonly wantedNodeName: string;
  readonly request: ResourceVector;
  /** What NodeResourcesFit filters by: without what the profile ignores. */
  readonly filteredRequest: ResourceVector;
  /** What NodeResourcesFit scores: with the defaults for missing requests, without pod-level resources. */
  readonly scoredRequest: ResourceVector;
  /** Resources that NodeResourcesFit and NodeResourcesBalancedAllocation look at. */
  readonly fitResources: readonly ScoredResource[];
  readonly balancedResources: readonly ScoredResource[];
  /** What its pods take on a node, unless they are being resized; worked out when the first is placed. */
  taken: Pick<PlacedPod, 'requested' | 'nonZeroCpu' | 'nonZeroMemory'> | undefined;
  readonly hostPorts: readonly HostPort[];
  readonly images: readonly string[];
  readonly containerCount: number;
  /** Names of the claims that it mounts, and of those that it names itself: without its ephemeral volumes. */
  readonly claims: readonly string[];
  readonly namedClaims: readonly string[];
  /** Its claims for devices, if it has any. */
  readonly claimUser: ClaimUser | undefined;
  /** The only pod of the class, if it has ephemeral volumes or claims for devices, which may be its own. */
  readonly single: { readonly name: string; readonly uid: string } | undefined;
  /** Disks that it names itself: those that no two pods may mount, and those for which a node needs room. */
  readonly inlineDisks: readonly InlineDisk[];
  readonly inTreeDisks: readonly AttachableDisk[];
  /** Features that its node must have declared. */
  readonly neededFeatures: readonly string[];
  /** The only nodes that PreFilter leaves; undefined = all. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  readonly terms: InterPodTerms | undefined;
  /** Classes whose pods match its required terms, once for each term, found among the first `seen`. */
  readonly matched: { readonly classes: PodClass[]; seen: number };
  readonly placement: PlacementRules;
  readonly fit: FitTable;
  /** Placed pods of this class, in the order of being placed. */
  readonly members: Set<PlacedPod>;
  /** The spread counters that count this class. */
  readonly counters: SpreadCounter[];
  spread: ClassSpread | undefined;
  affinity: ClassAffinity | undefined;
  readonly imageScores: ImageScores;
  /** What the nodes said when a pod of it failed; undefined before the first. */
  knownVerdicts: KnownVerdicts | undefined;
  /** Its last failed attempt, and `version` of the cluster then. */
  lastFailure: { readonly version: number; readonly outcome: Outcome } | undefined;
}

/** What filters and scores read that look at nothing but the node object. */
export type PlacementWish = Pick<PodClass, 'profile' | 'spec' | 'wantedNodeName'>;

/** The class of a pod, made at first sight. */
export function podClassOf(cluster: ClusterState, pod: Pod, wantedNodeName = ''): PodClass {
  const owner = controllerOf(pod);
  if (owner === undefined || wantedNodeName !== '') return classBySignature(cluster, pod, wantedNodeName);
  const recent = cluster.recentByOwner.get(owner.uid);
  if (recent !== undefined) {
    // Pods of one place share their labels; to compare those of two places by content costs far more.
    const { labels } = pod.metadata;
    for (const twin of recent)
      if (twin.pod.metadata.labels === labels && sameTemplate(twin.pod, pod)) return twin.podClass;
    for (const twin of recent) if (sameTemplate(twin.pod, pod)) return twin.podClass;
  }
  const kin = recent?.find((twin) => sameSpec(twin.pod.spec, pod.spec));
  const podClass = classBySignature(cluster, pod, wantedNodeName, kin?.podClass);
  if (podClass.single !== undefined) return podClass;
  if (recent === undefined) noteOwner(cluster, owner.uid, { pod, podClass });
  else if (recent.unshift({ pod, podClass }) > MAXIMUM_RECENT) recent.pop();
  return podClass;
}

/** Nobody tells of the end of Jobs and DaemonSets: of too many owners the one that came first is forgotten. */
function noteOwner({ recentByOwner }: ClusterState, uid: string, twin: Twin): void {
  recentByOwner.set(uid, [twin]);
  if (recentByOwner.size <= MAXIMUM_OWNERS) return;
  const [first = ''] = recentByOwner.keys();
  recentByOwner.delete(first);
}

export interface Twin {
  readonly pod: Pod;
  readonly podClass: PodClass;
}

/** More owners than most clusters have that make pods again and again. */
const MAXIMUM_OWNERS = 4_096;

/** A waiting pod and one in each zone, whose name is among the labels of a bound pod; a few more, as it costs little. */
const MAXIMUM_RECENT = 8;

/** `kin`: a class of pods of the same owner that differ from this one in their labels alone. */
function classBySignature(cluster: ClusterState, pod: Pod, wantedNodeName: string, kin?: PodClass): PodClass {
  const signature = signatureOf(pod, wantedNodeName);
  const known = cluster.podClassBySignature.get(signature);
  if (known !== undefined) return known;
  const made = kin === undefined ? makeClass(cluster, pod, wantedNodeName) : relabelled(cluster, kin, pod);
  cluster.podClasses.push(made);
  fileClass(cluster.spreadIndex, made);
  cluster.podClassBySignature.set(signature, made);
  return made;
}

/** All that a class is beside its labels, and nothing of what was found out about those of its kin. */
function relabelled(cluster: ClusterState, kin: PodClass, pod: Pod): PodClass {
  return {
    ...kin,
    id: cluster.classesMade++,
    labels: pod.metadata.labels ?? {},
    matched: { classes: [], seen: 0 },
    members: new Set(),
    counters: countersOf(cluster.spreadIndex, pod),
    spread: undefined,
    affinity: undefined,
    knownVerdicts: undefined,
    lastFailure: undefined,
  };
}

function makeClass(cluster: ClusterState, pod: Pod, wantedNodeName: string): PodClass {
  const { spec } = pod;
  const scored = scoredRequest(cluster, spec);
  const request = requestVector(cluster, spec);
  const terms = compileTerms(cluster, pod);
  const profile = profileNamed(cluster.profiles, spec.schedulerName) ?? cluster.profiles[0]!;
  const balancedResources = scoredResources(cluster, profile.args.balancedResources, request);
  const wish = placementWishOf(profile, spec, wantedNodeName);
  const images = imagesOf(spec);
  const containerCount = spec.containers.length + (spec.initContainers?.length ?? 0);
  const placementKey = placementKeyOf(wish);
  return {
    id: cluster.classesMade++,
    profile,
    namespace: pod.metadata.namespace,
    labels: pod.metadata.labels ?? {},
    spec,
    priority: spec.priority ?? 0,
    owner: ownerOf(pod),
    wantedNodeName,
    request,
    filteredRequest: filteredRequest(cluster, request, profile.args),
    scoredRequest: scored,
    fitResources: scoredResources(cluster, profile.args.scoringStrategy.resources, scored),
    balancedResources,
    taken: undefined,
    hostPorts: hostPortsOf(spec),
    images,
    containerCount,
    claims: claimNamesOf(pod),
    namedClaims: namedClaimsOf(spec),
    claimUser: claimUserOf(pod),
    single: singleOf(pod),
    inlineDisks: inlineDisksOf(spec),
    inTreeDisks: inTreeDisksOf(spec),
    neededFeatures: neededFeaturesOf(spec),
    nodeNames: narrowsByName(profile) ? nodeNamesOf(spec) : undefined,
    terms,
    matched: { classes: [], seen: 0 },
    placement: placementRulesOf(cluster, wish, placementKey),
    fit: fitTableOf(cluster, profile, placementKey, { request, scored, balancedResources }),
    members: new Set(),
    counters: countersOf(cluster.spreadIndex, pod),
    spread: undefined,
    affinity: undefined,
    imageScores: imageScoresOf(cluster, images, containerCount),
    knownVerdicts: undefined,
    lastFailure: undefined,
  };
}

function signatureOf(pod: Pod, wantedNodeName: string): string {
  const { spec } = pod;
  return JSON.stringify([
    pod.metadata.namespace,
    pod.metadata.labels,
    ownerOf(pod),
    wantedNodeName,
    spec.schedulerName,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.priority,
    spec.preemptionPolicy,
    spec.containers.map(({ image, resources, ports }) => [image, resources, ports]),
    spec.initContainers?.map(({ image, resources, ports, restartPolicy }) => [image, resources, ports, restartPolicy]),
    spec.overhead,
    spec.resources,
    spec.volumes,
    neededFeaturesOf(spec),
    singleOf(pod),
    claimUserOf(pod)?.claims,
  ]);
}

function singleOf({ metadata, spec }: Pod): PodClass['single'] {
  return hasEphemeral(spec) || (spec.resourceClaims?.length ?? 0) > 0
    ? { name: metadata.name, uid: metadata.uid }
    : undefined;
}

function ownerOf(pod: Pod): string {
  const owner = controllerOf(pod);
  return owner === undefined ? '' : `${owner.kind}/${pod.metadata.namespace}/${owner.name}`;
}
