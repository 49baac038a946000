import { portsConflict } from '../../api/host-ports.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, Rejection, type Verdict } from './verdict.js';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/nodeports/node_ports.go: Filter. */
export function filterPorts(cluster: ClusterState, pod: PodClass, node: NodeIndex): Verdict {
  if (pod.hostPorts.length === 0) return FEASIBLE;
  const used = cluster.usedPorts.get(node);
  if (used === undefined) return FEASIBLE;
  return portsConflict(pod.hostPorts, used) ? Rejection.NodePorts : FEASIBLE;
}
