import type { ClusterState, NodeIndex } from './cluster.js';
import { filterBy, filterNode, type Filters } from './filter-node.js';
import { filterResources } from './plugins/node-resources-fit.js';
import { FEASIBLE, type Verdict } from './plugins/verdict.js';

/**
 * `filterNode` with what is remembered of the nodes (placement-rules.ts, up to date): the verdict of the filters that look at the node
 * object alone is known. In most profiles the filters have the order of the default one, where they come first.
 */
export function verdictWith(cluster: ClusterState, filters: Filters, node: NodeIndex): Verdict {
  const { pod, rest } = filters;
  const { placement, fit } = pod;
  const isNamed = pod.nodeNames === undefined || pod.nodeNames.has(cluster.names[node]!);
  if (!placement.inUsualOrder || !isNamed) return filterNode(cluster, filters, node);
  const known = placement.verdicts[node]!;
  if (known !== FEASIBLE) return known;
  // Of the rest, ports are looked at before resources.
  const first = rest[0] === 'NodePorts' ? filterBy('NodePorts', cluster, filters, node) : FEASIBLE;
  if (first !== FEASIBLE) return first;
  const second = fit.filtersResources ? filterResources(cluster, pod, node) : FEASIBLE;
  if (second !== FEASIBLE) return second;
  for (const plugin of rest) {
    const verdict = filterBy(plugin, cluster, filters, node);
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
