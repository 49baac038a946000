import type { ClusterState } from '../cluster.js';

/**
 * What a filter says of one node: 0 if the pod may go there, else why not. The low five bits are a number below, the
 * bits above it say which resources fall short (resource number + 1; bit 0 is the number of pods). One integer, so that
 * hundreds of nodes can be judged without an object.
 */
export type Verdict = number;

export const FEASIBLE: Verdict = 0;

/** How a rejection counts: only `Unschedulable` nodes are candidates for preemption. */
export type StatusCode = 'Unschedulable' | 'UnschedulableAndUnresolvable';

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
  VolumeNodeAffinity: 14,
  VolumeBinding: 15,
  VolumeMissing: 16,
  /** What the profile adds for every pod. */
  AddedAffinity: 20,
} as const;

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
  {
    plugin: 'VolumeBinding',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match PersistentVolume's node affinity",
  },
  {
    plugin: 'VolumeBinding',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't find available persistent volumes to bind",
  },
  {
    plugin: 'VolumeBinding',
    code: 'UnschedulableAndUnresolvable',
    reason: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
  },
  undefined,
  undefined,
  undefined,
  {
    plugin: 'NodeAffinity',
    code: 'UnschedulableAndUnresolvable',
    reason: "node(s) didn't match scheduler-enforced node affinity",
  },
];

/** A verdict of NodeResourcesFit: `shortages` has a bit for each thing that falls short. */
export function resourceVerdict(shortages: number, forEver: boolean): Verdict {
  return (forEver ? Rejection.ResourcesForEver : Rejection.Resources) | (shortages << KIND_BITS);
}

export function pluginOf(verdict: Verdict): string {
  return TEXTS[verdict & KIND_MASK]!.plugin;
}

export function codeOf(verdict: Verdict): StatusCode {
  return TEXTS[verdict & KIND_MASK]!.code;
}

export function reasonsOf(cluster: ClusterState, verdict: Verdict): string[] {
  const shortages = verdict >>> KIND_BITS;
  if (shortages === 0) return [TEXTS[verdict & KIND_MASK]!.reason];
  const reasons = (shortages & 1) === 0 ? [] : ['Too many pods'];
  for (const [number, name] of cluster.resources.entries()) {
    if ((shortages & (2 << number)) !== 0) reasons.push(`Insufficient ${name}`);
  }
  return reasons;
}
