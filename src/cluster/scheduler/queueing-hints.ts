import { matchesNodeAffinity } from '../api/node-affinity.js';
import type { StringMap } from '../api/objects/meta.js';
import type { Node } from '../api/objects/node.js';
import type { Pod } from '../api/objects/pod.js';
import { sameData } from '../api/patch.js';
import { matchesSelector } from '../api/selectors.js';
import { hasUntoleratedTaint } from '../api/tolerations.js';
import { hostPortsOf, portsConflict } from '../api/host-ports.js';
import type { ClusterState } from './cluster.js';
import type { ClusterEvent } from './cluster-event.js';
import { devicesMayHelp } from './device-hints.js';
import { podFitsEmptyNode, roomGrew } from './node-room.js';
import { TOLERATED } from './placement-rules.js';
import type { InterPodTerm } from './plugins/inter-pod-affinity-terms.js';
import { matchesAdded } from './plugins/node-affinity.js';
import { toleratesCordon } from './plugins/node-unschedulable.js';
import type { PodClass } from './pod-class.js';
import { requestVector } from './resources.js';
import { refreshSpread } from './spread-counts.js';
import { VOLUME_HINTS } from './volume-hints.js';

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

/**
 * A plugin that listens to new nodes but not to taints is asked again after every change of taints
 * (kubernetes v1.36.3 pkg/scheduler/scheduler.go: buildQueueingHintMap): the `NodeTaint` of most plugins below.
 */
const HINTS: Readonly<Record<string, Hint>> = {
  SchedulingGates: (_cluster, _pod, event) => event.type === 'OwnGates',

  NodeName: (_cluster, _pod, event) => event.type === 'NodeAdd' || event.type === 'NodeTaint',

  NodeUnschedulable: (_cluster, _pod, event) => {
    if (event.type === 'OwnToleration') return toleratesCordon(event.pod.spec.tolerations);
    if (event.type === 'NodeAdd') return event.node.spec.unschedulable !== true;
    return (
      event.type === 'NodeTaint' && event.before.spec.unschedulable === true && event.node.spec.unschedulable !== true
    );
  },

  TaintToleration: (_cluster, pod, event) => {
    if (event.type === 'OwnToleration') return true;
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
    switch (event.type) {
      case 'PodDelete':
      case 'OwnScaleDown':
      case 'NodeTaint':
        return true;
      case 'PodScaleDown':
        return pod.request.some((wanted, resource) => wanted > 0 && shrank(cluster, event, resource));
      case 'NodeAdd':
        return podFitsEmptyNode(cluster, pod, event.node);
      case 'NodeAllocatable':
        return podFitsEmptyNode(cluster, pod, event.node) && roomGrew(cluster, pod, event.before, event.node);
      default:
        return false;
    }
  },

  ...VOLUME_HINTS,

  PodTopologySpread: (cluster, pod, event) => {
    const { hard } = refreshSpread(cluster, pod);
    const counts = ({ metadata }: Pod): boolean =>
      metadata.namespace === pod.namespace &&
      hard.some(({ constraint }) => matchesSelector(constraint.selector, metadata.labels));
    const valuesOf = (node: Node) => hard.map(({ constraint }) => valueAt(cluster, node, constraint.topology));
    const isDomain = (node: Node): boolean => !valuesOf(node).includes(undefined);
    switch (event.type) {
      case 'PodAdd':
      case 'PodDelete':
        return counts(event.pod);
      case 'PodLabel':
      case 'OwnLabel':
        return counts(event.pod) !== counts(event.before);
      case 'OwnToleration':
        return hard.some(({ constraint }) => (constraint.inclusion & TOLERATED) !== 0);
      case 'NodeAdd':
      case 'NodeDelete':
        return isDomain(event.node);
      case 'NodeLabel':
      case 'NodeTaint': {
        const { before, node } = event;
        if (isDomain(before) !== isDomain(node)) return true;
        if (!isDomain(node)) return false;
        return !sameData(valuesOf(before), valuesOf(node)) || !sameData(before.spec.taints, node.spec.taints);
      }
      default:
        return false;
    }
  },

  InterPodAffinity: (cluster, pod, event) => {
    const affinity = pod.terms?.affinity ?? [];
    const anti = pod.terms?.antiAffinity ?? [];
    switch (event.type) {
      case 'NodeTaint':
      case 'OwnLabel':
        return true;
      case 'PodAdd':
        return matchesAll(affinity, event.pod);
      case 'PodDelete':
        return matchesAll(anti, event.pod) || isRepelledBy(pod, event.podClass);
      case 'PodLabel':
        if (matchesAll(affinity, event.pod) && !matchesAll(affinity, event.before)) return true;
        return matchesAll(anti, event.before) && !matchesAll(anti, event.pod);
      case 'NodeAdd':
        return anti.length > 0 || affinity.some(({ topology }) => valueAt(cluster, event.node, topology) !== undefined);
      case 'NodeLabel': {
        const was = (topology: number) => valueAt(cluster, event.before, topology);
        const is = (topology: number) => valueAt(cluster, event.node, topology);
        const attracts = ({ topology }: InterPodTerm) => is(topology) !== undefined && was(topology) !== is(topology);
        const repels = ({ topology }: InterPodTerm) => was(topology) !== undefined && was(topology) !== is(topology);
        return affinity.some(attracts) || anti.some(repels);
      }
      default:
        return false;
    }
  },

  DynamicResources: devicesMayHelp,

  NodeDeclaredFeatures: (_cluster, _pod, event) => {
    return event.type === 'NodeAdd' || event.type === 'NodeFeatures' || event.type === 'NodeTaint';
  },
};

function shrank(
  cluster: ClusterState,
  { before, pod }: { readonly before: Pod; readonly pod: Pod },
  resource: number,
): boolean {
  const was = requestVector(cluster, before.spec)[resource] ?? 0;
  return was > (requestVector(cluster, pod.spec)[resource] ?? 0);
}

function untolerated(pod: PodClass, node: Node): boolean {
  return hasUntoleratedTaint(node.spec.taints, pod.spec.tolerations);
}

function valueAt(cluster: ClusterState, node: Node, topology: number): string | undefined {
  return node.metadata.labels?.[cluster.topologies[topology]!.key];
}

/** Here a term with a namespace selector is asked about a namespace without labels, as no plugin looks them up. */
function matchesAll(terms: readonly InterPodTerm[], { metadata }: Pod): boolean {
  return terms.length > 0 && terms.every((term) => mayMatch(term, metadata.namespace, metadata.labels ?? {}));
}

function isRepelledBy(pod: PodClass, { terms }: PodClass): boolean {
  const theirs = terms?.antiAffinity ?? [];
  return theirs.length > 0 && theirs.every((term) => mayMatch(term, pod.namespace, pod.labels));
}

function mayMatch(term: InterPodTerm, namespace: string, labels: StringMap): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  const inNamespace =
    namespaces.includes(namespace) || (namespaceSelector !== undefined && matchesSelector(namespaceSelector, {}));
  return inNamespace && matchesSelector(selector, labels);
}
