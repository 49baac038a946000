import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PlacementWish } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodename/node_name.go: Filter. */
export function filterNodeName(cluster: ClusterState, pod: PlacementWish, node: NodeIndex): Verdict {
  const wanted = pod.wantedNodeName;
  return wanted === '' || wanted === cluster.names[node] ? FEASIBLE : Rejection.NodeName;
}
