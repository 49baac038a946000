import type { Node } from '../../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { type ClusterState, createCluster } from '../../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../../src/cluster/scheduler/cluster-pods.js';
import { type Explanation, explainPod } from '../../../../src/cluster/scheduler/explain.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import {
  DEFAULT_ARGUMENTS,
  DEFAULT_PROFILE,
  type PluginArguments,
  type SchedulingProfile,
  type ScorePlugin,
} from '../../../../src/cluster/scheduler/profile.js';
import { schedulePod } from '../../../../src/cluster/scheduler/schedule-pod.js';
import { pod as podOf } from '../scheduler-world.js';

/** The default profile with some arguments of its own. */
export function profileWith(args: Partial<PluginArguments>, more: Partial<SchedulingProfile> = {}): SchedulingProfile {
  return { ...DEFAULT_PROFILE, ...more, args: { ...DEFAULT_ARGUMENTS, ...args } };
}

export interface Placed {
  readonly pod: Pod;
  readonly on: string;
}

export function clusterOf(
  nodes: readonly Node[],
  placed: readonly Placed[],
  profile: SchedulingProfile = DEFAULT_PROFILE,
): ClusterState {
  const cluster = createCluster([profile]);
  for (const node of nodes) addNode(cluster, node);
  for (const { pod, on } of placed) placePod(cluster, pod, on);
  return cluster;
}

/** What a plugin gives to each node by name, after normalising; undefined if it was skipped. */
export function scoresOf(cluster: ClusterState, pod: Pod, plugin: ScorePlugin): Record<string, number> | undefined {
  const { scores, totals } = explainPod(cluster, podClassOf(cluster, pod));
  expectFastTotals(cluster, pod, totals);
  const found = scores.get(plugin)?.normalized;
  return found === undefined
    ? undefined
    : Object.fromEntries([...found].map(([node, score]) => [cluster.names[node]!, score]));
}

/** The fast way gives the same totals, the marks of TaintToleration aside, which it leaves out where all have them. */
function expectFastTotals(cluster: ClusterState, pod: Pod, totals: Explanation['totals']): void {
  const { feasible } = schedulePod(cluster, podClassOf(cluster, pod));
  if (feasible < 2) return;
  const { hasTaintScores } = podClassOf(cluster, pod).placement;
  const { TaintToleration } = podClassOf(cluster, pod).profile.weights;
  const constant = hasTaintScores ? 0 : 100 * TaintToleration;
  for (let index = 0; index < feasible; index++) {
    const [fast, plain] = [cluster.totals[index]! + constant, totals.get(cluster.feasible[index]!)];
    if (fast !== plain) throw new Error(`${cluster.names[cluster.feasible[index]!]}: fast ${fast}, plain ${plain}`);
  }
}

/** A pod that asks for these amounts. */
export function asking(name: string, requests: Readonly<Record<string, string | number>>): Pod {
  return podOf(name, 0, { containers: [{ name: 'c', image: 'web', resources: { requests } }] });
}

/** A node with these amounts. */
export function offering(name: string, amounts: Readonly<Record<string, string | number>>, labels = {}): Node {
  const allocatable = { pods: 110, ...amounts };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      namespace: '',
      uid: `node-${name}`,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      labels: { 'kubernetes.io/hostname': name, ...labels },
    },
    spec: {},
    status: { capacity: allocatable, allocatable },
  };
}
