import type { NodePool } from '../../cluster/nodes/node-objects.js';
import type { ClusterState, NodeIndex } from '../../cluster/scheduler/cluster.js';
import { nodeOrder } from '../../cluster/scheduler/cluster-nodes.js';
import { occupy } from '../../cluster/scheduler/cluster-pods.js';
import { roomFor } from '../../cluster/scheduler/node-room.js';
import { FEASIBLE } from '../../cluster/scheduler/plugins/verdict.js';
import { type PodClass, podClassOf } from '../../cluster/scheduler/pod-class.js';
import { CLASS_COST } from './placing.js';
import { leftOf, type Plan } from './plan.js';

// What resources alone say of the nodes that are missing: where the search begins, and where it need not look.

/** About how many nodes of the pool take what is left, by their resources, and what it costs to place it, in attempts. */
export function askRoom(plan: Plan, { pool, zones }: NodePool): { readonly nodes: number; readonly cost: number } {
  const { cluster } = plan.fitted;
  const samples = zones.flatMap((_, index) => cluster.indexByName.get(`${pool}-${index + 1}`) ?? []);
  let [nodes, cost] = [0, 0];
  for (const line of plan.lines) {
    const [first] = line.waiting;
    if (first === undefined || plan.outside.has(line)) continue;
    const podClass = podClassOf(cluster, first.pod);
    const room = samples.reduce((sum, node) => sum + roomBesideDaemons(cluster, podClass, node), 0) / samples.length;
    if (!(room > 0)) continue;
    const left = leftOf(plan, line);
    nodes += left / room;
    cost += left * (podClass.members.size < line.placed ? 1 + CLASS_COST : 1);
  }
  return { nodes: Math.ceil(nodes), cost };
}

/** How many pods of the class a node takes that has no others than those of DaemonSets, which name it. */
function roomBesideDaemons(cluster: ClusterState, podClass: PodClass, node: NodeIndex): number {
  if (podClass.placement.verdicts[node] !== FEASIBLE) return 0;
  const others = cluster.podsOnNode[node]!.filter((placed) => placed.podClass.nodeNames === undefined);
  for (const other of others) occupy(cluster, other, node, -1);
  const room = roomFor(cluster, podClass, node);
  for (const other of others) occupy(cluster, other, node, 1);
  return room;
}

/** Fewer nodes of the pool than this have not got, with the others, what all pods ask for together. */
export function leastByResources({ fitted: { cluster }, lines }: Plan, pool: string): number {
  const node = cluster.indexByName.get(`${pool}-1`);
  if (node === undefined) return 0;
  const waiting = lines.filter(({ waiting: [first] }) => first !== undefined);
  const askedOf = (wantedBy: (pod: PodClass) => number): number =>
    waiting.reduce((sum, { source, placed, waiting: [first] }) => {
      return sum + (source.replicas - placed) * wantedBy(podClassOf(cluster, first!.pod));
    }, 0);
  const nodesFor = (asked: number, amounts: ArrayLike<number>, used: ArrayLike<number>): number => {
    let free = 0;
    for (const one of nodeOrder(cluster)) free += Math.max(0, amounts[one]! - used[one]!);
    return asked === 0 || amounts[node] === 0 ? 0 : Math.ceil((asked - free) / amounts[node]!);
  };
  let least = nodesFor(
    askedOf(() => 1),
    cluster.allowedPods,
    cluster.podCounts,
  );
  for (const [resource, amounts] of cluster.allocatable.entries()) {
    const asked = askedOf(({ filteredRequest }) => filteredRequest[resource] ?? 0);
    least = Math.max(least, nodesFor(asked, amounts, cluster.requested[resource]!));
  }
  return least;
}
