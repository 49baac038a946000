import { conditionOf } from '../../api/conditions.js';
import { SECOND_US, type Micros } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import { kcmLister } from '../../api/kcm.js';
import { LEASE_NAMESPACE, lastRenewalAt, type NodeLease } from '../../api/leases.js';
import type { Condition, ConditionStatus } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, podCondition } from '../../api/pod-predicates.js';
import { disrupt, queueNoExecute, unqueueNoExecute } from './evictions.js';
import type { NodeLifecycleWorld } from './state.js';
import { hasNoExecute, readyStatus } from './taints.js';
import { isLeftOut, zoneKeyOf } from './zones.js';

/** kubernetes v1.36.3 pkg/controller/nodelifecycle/config/v1alpha1/defaults.go; cloud-provider: NodeMonitorPeriod */
export const MONITOR_PERIOD_US = 5 * SECOND_US;
const MONITOR_GRACE_US = 50 * SECOND_US;

/** What one pass over the nodes found and wants. */
export interface Pass {
  readonly requests: readonly ApiRequest[];
  /** Nodes whose NoExecute taints are to go. */
  readonly reachable: readonly string[];
  /** Nodes that have just stopped being ready. */
  readonly fallen: readonly Node[];
  /** Nothing is left to be watched. */
  readonly isQuiet: boolean;
}

/** One pass over all nodes, at `now`. kubernetes v1.36.3 node_lifecycle_controller.go: monitorNodeHealth */
export function monitorNodes(world: NodeLifecycleWorld, now: Micros): Pass {
  const { unready, fresh, isAllDisrupted } = world.controllers.nodeLifecycle;
  const requests: ApiRequest[] = [];
  const reachable: string[] = [];
  const fallen: Node[] = [];
  const zones = new Map<string, ConditionStatus[]>();
  let isQuiet = true;
  for (const node of kcmLister<Node>(world, 'Node').values()) {
    const { name } = node.metadata;
    const status = observedStatus(world, node, now);
    if (status === 'Unknown' && readyStatus(node) !== 'Unknown') requests.push(markUnknown(node, now));
    if (status !== 'True' && (unready.get(name) ?? 'True') === 'True' && !fresh.has(name)) fallen.push(node);
    if (status === 'True') unready.delete(name);
    else unready.set(name, status);
    if (status === 'True' && hasNoExecute(node)) reachable.push(name);
    if (status === 'True') unqueueNoExecute(world, node);
    else queueNoExecute(world, node);
    if (!isLeftOut(node)) {
      const zone = zones.get(zoneKeyOf(node));
      if (zone === undefined) zones.set(zoneKeyOf(node), [status]);
      else zone.push(status);
    }
    if (status !== 'True' || hasNoExecute(node) || !isRenewing(world, name)) isQuiet = false;
  }
  const relief = disrupt(world, zones, now) && !isAllDisrupted;
  if (!relief) return { requests, reachable, fallen, isQuiet };
  const tainted = [...kcmLister<Node>(world, 'Node').values()].filter(hasNoExecute);
  return { requests, reachable: tainted.map(({ metadata }) => metadata.name), fallen, isQuiet };
}

/**
 * Readiness as this pass sees it: a node that has shown no sign of life for the grace period is Unknown, whatever its object
 * says. The signs are counted from the pass that saw them. Passes drift by their own duration, so the tenth pass after
 * that one is already past the grace (recordings/07-node-fail).
 */
function observedStatus(world: NodeLifecycleWorld, node: Node, now: Micros): ConditionStatus {
  const { name } = node.metadata;
  const lease = kcmLister<NodeLease>(world, 'Lease').get(`${LEASE_NAMESPACE}/${name}`);
  const status = readyStatus(node);
  const renewedAt = lease === undefined ? node.metadata.creationTimestamp : lastRenewalAt(lease, now);
  const heartbeatAt = conditionOf(node.status.conditions, 'Ready')?.lastHeartbeatTime ?? 0;
  const signAt = Math.max(renewedAt, status === 'Unknown' ? 0 : heartbeatAt);
  const sincePass = Math.max(0, Math.floor((now - signAt) / MONITOR_PERIOD_US)) * MONITOR_PERIOD_US;
  const probedAt = Math.max(now - sincePass, world.controllers.nodeLifecycle.probedAt.get(name) ?? 0);
  return now - probedAt >= MONITOR_GRACE_US ? 'Unknown' : status;
}

function isRenewing(world: NodeLifecycleWorld, name: string): boolean {
  const lease = kcmLister<NodeLease>(world, 'Lease').get(`${LEASE_NAMESPACE}/${name}`);
  return lease?.spec.renewEveryUs !== undefined;
}

const MONITORED_CONDITIONS = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'];

function markUnknown(node: Node, now: Micros): ApiRequest {
  const conditions = (node.status.conditions ?? []).map((condition): Condition => {
    if (!MONITORED_CONDITIONS.includes(condition.type)) return condition;
    const reason = 'NodeStatusUnknown';
    const message = 'Kubelet stopped posting node status.';
    return { ...condition, status: 'Unknown', reason, message, lastTransitionTime: now };
  });
  return {
    verb: 'patch',
    kind: 'Node',
    namespace: '',
    name: node.metadata.name,
    subresource: 'status',
    body: { status: { conditions } },
  };
}

/** The pods of a node that aren't known to be unready. node_lifecycle_controller.go, controller_utils.go: MarkPodsNotReady */
export function podsToMark(world: NodeLifecycleWorld, nodeName: string): Pod[] {
  return [...kcmLister<Pod>(world, 'Pod').values()].filter((pod) => pod.spec.nodeName === nodeName && isReady(pod));
}

export function markPodUnready(pod: Pod, now: Micros): ApiRequest {
  const { namespace, name, uid } = pod.metadata;
  const ready = podCondition(pod, 'Ready')!;
  const conditions = [{ ...ready, status: 'False', lastTransitionTime: now }];
  return { verb: 'patch', kind: 'Pod', namespace, name, uid, subresource: 'status', body: { status: { conditions } } };
}
