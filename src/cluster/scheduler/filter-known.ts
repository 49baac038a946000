import type { ClusterState, NodeIndex } from './cluster.js';
import { filterBy, filterNode, type Filters } from './filter-node.js';
import { isNodeObjectFilter } from './placement-rules.js';
import { FEASIBLE, type Verdict } from './plugins/verdict.js';

/**
 * `filterNode` with what is remembered of the nodes (placement-rules.ts, up to date): the verdict of the filters that look at the node
 * object alone is known, and in most profiles they come first.
 */
export function verdictWith(cluster: ClusterState, filters: Filters, node: NodeIndex): Verdict {
  const { placement, profile } = filters.pod;
  const known = placement.verdicts[node]!;
  if (known !== FEASIBLE) return placement.comesFirst ? known : filterNode(cluster, filters, node);
  for (const plugin of profile.filters) {
    const verdict = isNodeObjectFilter(plugin) ? FEASIBLE : filterBy(plugin, cluster, filters, node);
    if (verdict !== FEASIBLE) return verdict;
  }
  return FEASIBLE;
}

/** The filters that most pods don't need. Their place among the others matters for the verdict only, not for feasibility. */
export function passesRest(cluster: ClusterState, filters: Filters, node: NodeIndex): boolean {
  for (const plugin of filters.rest) {
    if (filterBy(plugin, cluster, filters, node) !== FEASIBLE) return false;
  }
  return true;
}
