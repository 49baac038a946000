/** Clusters smaller than this are searched as a whole (schedule_one.go: minFeasibleNodesToFind). */
const MINIMUM_FEASIBLE_NODES = 100;
const MINIMUM_PERCENTAGE = 5;
/** The percentage starts here and falls by one every 125 nodes (schedule_one.go: numFeasibleNodesToFind). */
const BASE_PERCENTAGE = 50;
const NODES_PER_PERCENT = 125;

/** How many feasible nodes are enough; a percentageOfNodesToScore of 0 goes by the size of the cluster. */
export function feasibleNodesToFind(nodes: number, percentageOfNodesToScore: number): number {
  if (nodes < MINIMUM_FEASIBLE_NODES) return nodes;
  const adaptive = Math.max(MINIMUM_PERCENTAGE, BASE_PERCENTAGE - Math.trunc(nodes / NODES_PER_PERCENT));
  const percentage = percentageOfNodesToScore === 0 ? adaptive : percentageOfNodesToScore;
  return Math.max(MINIMUM_FEASIBLE_NODES, Math.trunc((nodes * percentage) / 100));
}
