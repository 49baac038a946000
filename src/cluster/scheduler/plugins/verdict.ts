import type { ClusterState } from '../cluster.js';

/** Why PreFilter rejects the pod as a whole, whatever the nodes. */
export interface Refusal {
  readonly plugin: string;
  readonly message: string;
}

/**
 * What a filter says of one node: 0 if the pod may go there, else why not. The low five bits are a number below, the
 * bits above it say which resources fall short (resource number + 1; bit 0 is the number of pods) or what VolumeBinding
 * misses. One integer, so that hundreds of nodes can be judged without an object.
 */
export type Verdict = number;

export const FEASIBLE: Verdict = 0;

/** How a rejection counts: only `Unschedulable` nodes are candidates for preemption. */
type StatusCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

const KIND_BITS = 5;
const KIND_MASK = 31;

export const Rejection = {
  NodeUnschedulable: 1,
  NodeName: 2,
  Taint: 3,
  NodeAffinity: 4,
  NodePorts: 5,
  Resources: 6,
  /** The request exceeds what the node has when it is empty. */
  ResourcesForEver: 7,
  SpreadLabel: 8,
  Spread: 9,
  PodAffinity: 10,
  PodAntiAffinity: 11,
  ExistingAntiAffinity: 12,
  /** Not among the nodes that PreFilter left. */
  NodeSet: 13,
  DiskInUse: 14,
  ClaimInUse: 15,
  VolumeLimits: 16,
  /** The bits above say why: VolumeReason. */
  VolumeBinding: 17,
  VolumeZone: 18,
  NodeFeatures: 19,
  /** What the profile adds for every pod. */
  AddedAffinity: 20,
  Devices: 21,
  ClaimElsewhere: 22,
  DevicePools: 23,
  /** A mistake in a claim or a class: the attempt ends with an error, and nobody reads the text below. */
  DeviceError: 24,
} as const;

/** Reasons of VolumeBinding, in the order in which it tells them. */
export const VolumeReason = { NodeAffinity: 1, NoVolume: 2, NoRoom: 4, VolumeMissing: 8 } as const;

/** kubernetes v1.36.3 plugins/volumebinding/binder.go: ErrReason constants. */
const VOLUME_REASONS: readonly (readonly [number, string])[] = [
  [VolumeReason.NodeAffinity, "node(s) didn't match PersistentVolume's node affinity"],
  [VolumeReason.NoVolume, "node(s) didn't find available persistent volumes to bind"],
  [VolumeReason.NoRoom, 'node(s) did not have enough free storage'],
  [VolumeReason.VolumeMissing, 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'],
];

interface RejectionText {
  readonly plugin: string;
  readonly code: StatusCode;
  readonly reason: string;
}

/** Texts: kubernetes v1.36.3 pkg/scheduler/framework/plugins, ErrReason constants of each plugin. */
const TEXTS: readonly (RejectionText | undefined)[] = [
  undefined,
  { plugin: 'NodeUnschedulable', code: 'UnschedulableAndUnresolvable', reason: 'node(s) were unschedulable' },
  {
    plugin: 'NodeName',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match the requested node name",
  },
  { plugin: 'TaintToleration', code: 'UnschedulableAndUnresolvable', reason: 'node(s) had untolerated taint(s)' },
  {
    plugin: 'NodeAffinity',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match Pod's node affinity/selector",
  },
  {
    plugin: 'NodePorts',
    code: 'Unschedulable',
    reason: "node(s) didn't have free ports for the requested pod ports",
  },
  { plugin: 'NodeResourcesFit', code: 'Unschedulable', reason: '' },
  { plugin: 'NodeResourcesFit', code: 'UnschedulableAndUnresolvable', reason: '' },
  {
    plugin: 'PodTopologySpread',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match pod topology spread constraints (missing required label)",
  },
  {
    plugin: 'PodTopologySpread',
    code: 'Unschedulable',
    reason: "node(s) didn't match pod topology spread constraints",
  },
  {
    plugin: 'InterPodAffinity',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match pod affinity rules",
  },
  { plugin: 'InterPodAffinity', code: 'Unschedulable', reason: "node(s) didn't match pod anti-affinity rules" },
  {
    plugin: 'InterPodAffinity',
    code: 'Unschedulable',
    reason: "node(s) didn't satisfy existing pods anti-affinity rules",
  },
  {
    plugin: 'NodeAffinity',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't satisfy plugin(s) [NodeAffinity]",
  },
  { plugin: 'VolumeRestrictions', code: 'Unschedulable', reason: 'node(s) had no available disk' },
  {
    plugin: 'VolumeRestrictions',
    code: 'Unschedulable',
    reason:
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  },
  { plugin: 'NodeVolumeLimits', code: 'Unschedulable', reason: 'node(s) exceed max volume count' },
  { plugin: 'VolumeBinding', code: 'UnschedulableAndUnresolvable', reason: '' },
  { plugin: 'VolumeZone', code: 'UnschedulableAndUnresolvable', reason: 'node(s) had no available volume zone' },
  {
    plugin: 'NodeDeclaredFeatures',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match Pod's required features",
  },
  {
    plugin: 'NodeAffinity',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match scheduler-enforced node affinity",
  },
  { plugin: 'DynamicResources', code: 'UnschedulableAndUnresolvable', reason: 'cannot allocate all claims' },
  {
    plugin: 'DynamicResources',
    code: 'UnschedulableAndUnresolvable',
    reason: 'resourceclaim not available on the node',
  },
  {
    plugin: 'DynamicResources',
    code: 'UnschedulableAndUnresolvable',
    reason: 'invalid resource pools were encountered',
  },
  { plugin: 'DynamicResources', code: 'UnschedulableAndUnresolvable', reason: 'the claim cannot be allocated' },
];

/** A verdict of NodeResourcesFit: `shortages` has a bit for each thing that falls short. */
export function resourceVerdict(shortages: number, forEver: boolean): Verdict {
  return (forEver ? Rejection.ResourcesForEver : Rejection.Resources) | (shortages << KIND_BITS);
}

/** A verdict of VolumeBinding, which may have several reasons. */
export function volumeVerdict(reasons: number): Verdict {
  return Rejection.VolumeBinding | (reasons << KIND_BITS);
}

export function pluginOf(verdict: Verdict): string {
  return TEXTS[verdict & KIND_MASK]!.plugin;
}

export function codeOf(verdict: Verdict): StatusCode {
  return TEXTS[verdict & KIND_MASK]!.code;
}

export function reasonsOf(cluster: ClusterState, verdict: Verdict): string[] {
  const kind = verdict & KIND_MASK;
  const shortages = verdict >>> KIND_BITS;
  if (kind === Rejection.VolumeBinding) {
    return VOLUME_REASONS.filter(([bit]) => (shortages & bit) !== 0).map(([, reason]) => reason);
  }
  if (shortages === 0) return [TEXTS[kind]!.reason];
  const reasons = (shortages & 1) === 0 ? [] : ['Too many pods'];
  for (const [number, name] of cluster.resources.entries()) {
    if ((shortages & (2 << number)) !== 0) reasons.push(`Insufficient ${name}`);
  }
  return reasons;
}
