import { claimNamesOf } from '../api/claims.js';
import { matchesNodeAffinity } from '../api/node-affinity.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import type { PersistentVolumeClaim } from '../api/objects/storage.js';
import { matchesSelector } from '../api/selectors.js';
import { hasUntoleratedTaint } from '../api/tolerations.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent, OwnEvent } from './cluster-event.js';
import { podFitsEmptyNode, roomGrew } from './node-room.js';
import { matchesAdded } from './plugins/node-affinity.js';
import { termMatches } from './plugins/inter-pod-affinity-terms.js';
import { hostPortsOf, portsConflict } from './plugins/node-ports.js';
import { type PodClass, podClassOf } from './pod-class.js';
import { refreshSpread } from './spread-counts.js';

/** May the event let a pod of this class pass the plugin that rejected it? (reference/scheduling.md 1.4) */
type Hint = (cluster: ClusterState, pod: PodClass, event: ClusterEvent) => boolean;

/** May one of the plugins that rejected a pod of this class now let it pass? */
export function mayHelp(
  cluster: ClusterState,
  pod: PodClass,
  plugins: readonly string[],
  event: ClusterEvent,
): boolean {
  if (plugins.length === 0 || event.type === 'Timeout') return true;
  return plugins.some((plugin) => HINTS[plugin]?.(cluster, pod, event) === true);
}

/** The same for a change of the pod itself. */
export function changeHelps(plugins: readonly string[], change: OwnEvent): boolean {
  if (plugins.length === 0) return true;
  return plugins.some((plugin) => OWN_CHANGES[plugin]?.includes(change) === true);
}

const OWN_CHANGES: Readonly<Record<string, readonly OwnEvent[]>> = {
  SchedulingGates: ['Gates'],
  NodeUnschedulable: ['Toleration'],
  TaintToleration: ['Toleration'],
  NodeResourcesFit: ['ScaleDown'],
  PodTopologySpread: ['Label', 'Toleration'],
  InterPodAffinity: ['Label'],
};

/**
 * A plugin that listens to new nodes but not to taints is asked again after every change of taints
 * (kubernetes v1.36.3 pkg/scheduler/scheduler.go: buildQueueingHintMap): the `NodeTaint` of most plugins below.
 */
const HINTS: Readonly<Record<string, Hint>> = {
  NodeName: (_cluster, _pod, event) => event.type === 'NodeAdd' || event.type === 'NodeTaint',

  NodeUnschedulable: (_cluster, _pod, event) => {
    if (event.type === 'NodeAdd') return event.node.spec.unschedulable !== true;
    return (
      event.type === 'NodeTaint' && event.before.spec.unschedulable === true && event.node.spec.unschedulable !== true
    );
  },

  TaintToleration: (_cluster, pod, event) => {
    if (event.type === 'NodeAdd') return !untolerated(pod, event.node);
    return event.type === 'NodeTaint' && untolerated(pod, event.before) && !untolerated(pod, event.node);
  },

  NodeAffinity: (_cluster, pod, event) => {
    if (event.type === 'NodeTaint') return true;
    const matches = (node: Node): boolean =>
      matchesAdded(pod.profile.args.addedAffinity, node) && matchesNodeAffinity(pod.spec, node);
    if (event.type === 'NodeAdd') return matches(event.node);
    // What the profile adds is looked at only as it is now.
    return event.type === 'NodeLabel' && matches(event.node) && !matchesNodeAffinity(pod.spec, event.before);
  },

  NodePorts: (_cluster, pod, event) => {
    if (event.type === 'PodDelete') return portsConflict(pod.hostPorts, hostPortsOf(event.pod.spec));
    return event.type === 'NodeAdd' || event.type === 'NodeTaint';
  },

  NodeResourcesFit: (cluster, pod, event) => {
    if (event.type === 'PodDelete' || event.type === 'PodScaleDown' || event.type === 'NodeTaint') return true;
    if (event.type === 'NodeAdd') return podFitsEmptyNode(cluster, pod, event.node);
    if (event.type !== 'NodeAllocatable') return false;
    return podFitsEmptyNode(cluster, pod, event.node) && roomGrew(cluster, pod, event.before, event.node);
  },

  VolumeRestrictions: (_cluster, pod, event) => {
    if (event.type === 'ClaimAdd') return isOurs(pod, event.claim);
    if (event.type === 'PodDelete') {
      const { metadata, spec } = event.pod;
      return metadata.namespace === pod.namespace && claimNamesOf(spec).some((name) => pod.claims.includes(name));
    }
    return event.type === 'NodeAdd' || event.type === 'NodeTaint';
  },

  VolumeBinding: (_cluster, pod, event) => {
    if (event.type === 'ClaimAdd' || event.type === 'ClaimUpdate') return isOurs(pod, event.claim);
    return VOLUME_EVENTS.includes(event.type);
  },

  PodTopologySpread: (cluster, pod, event) => {
    const { hard } = refreshSpread(cluster, pod);
    const counts = (other: Pod): boolean =>
      other.metadata.namespace === pod.namespace &&
      hard.some(({ constraint }) => matchesSelector(constraint.counted, other.metadata.labels));
    const domains = (node: Node): string =>
      JSON.stringify(
        hard.map(({ constraint }) => node.metadata.labels?.[cluster.topologies[constraint.topology]!.key] ?? null),
      );
    const isDomain = (node: Node): boolean => !domains(node).includes('null');
    switch (event.type) {
      case 'PodAdd':
      case 'PodDelete':
        return counts(event.pod);
      case 'PodLabel':
        return counts(event.pod) !== counts(event.before);
      case 'NodeAdd':
      case 'NodeDelete':
        return isDomain(event.node);
      case 'NodeLabel':
        return domains(event.before) !== domains(event.node) && (isDomain(event.before) || isDomain(event.node));
      case 'NodeTaint':
        return isDomain(event.node);
      default:
        return false;
    }
  },

  InterPodAffinity: (cluster, pod, event) => {
    if (event.type === 'NodeTaint') return true;
    const affinity = pod.terms?.affinity ?? [];
    const anti = pod.terms?.antiAffinity ?? [];
    const valueAt = (node: Node, topology: number) => node.metadata.labels?.[cluster.topologies[topology]!.key];
    switch (event.type) {
      case 'PodAdd':
        return matchesAll(cluster, affinity, event.pod);
      case 'PodDelete': {
        if (matchesAll(cluster, anti, event.pod)) return true;
        const theirs = podClassOf(cluster, event.pod).terms?.antiAffinity ?? [];
        return theirs.length > 0 && theirs.every((term) => termMatches(cluster, term, pod.namespace, pod.labels));
      }
      case 'PodLabel': {
        if (matchesAll(cluster, affinity, event.pod) && !matchesAll(cluster, affinity, event.before)) return true;
        return matchesAll(cluster, anti, event.before) && !matchesAll(cluster, anti, event.pod);
      }
      case 'NodeAdd':
        return anti.length > 0 || affinity.some(({ topology }) => valueAt(event.node, topology) !== undefined);
      case 'NodeLabel':
        return [...affinity, ...anti].some(
          ({ topology }) => valueAt(event.before, topology) !== valueAt(event.node, topology),
        );
      default:
        return false;
    }
  },
};

const VOLUME_EVENTS: readonly ClusterEvent['type'][] = [
  'VolumeAdd',
  'VolumeUpdate',
  'ClassAdd',
  'ClassTopology',
  'NodeAdd',
  'NodeLabel',
  'NodeTaint',
];

function isOurs(pod: PodClass, { metadata }: PersistentVolumeClaim): boolean {
  return metadata.namespace === pod.namespace && pod.claims.includes(metadata.name);
}

function untolerated(pod: PodClass, node: Node): boolean {
  return hasUntoleratedTaint(node.spec.taints, pod.spec.tolerations);
}

function matchesAll(
  cluster: ClusterState,
  terms: NonNullable<PodClass['terms']>['affinity'],
  { metadata }: Pod,
): boolean {
  if (terms.length === 0) return false;
  return terms.every((term) => termMatches(cluster, term, metadata.namespace, metadata.labels ?? {}));
}
