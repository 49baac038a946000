import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import type { ConditionStatus } from '../../api/objects/meta.js';
import type { Node, Taint } from '../../api/objects/node.js';
import type { NodeChange } from './node-writes.js';

export const NOT_READY_TAINT = 'node.kubernetes.io/not-ready';
export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable';

/** Taint of a condition by its status. kubernetes v1.36.3 pkg/controller/nodelifecycle: nodeConditionToTaintKeyStatusMap */
const TAINT_OF_CONDITION: Readonly<Record<string, Partial<Record<ConditionStatus, string>>>> = {
  Ready: { False: NOT_READY_TAINT, Unknown: UNREACHABLE_TAINT },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const OWN_KEYS: readonly string[] = [
  UNSCHEDULABLE_TAINT,
  ...Object.values(TAINT_OF_CONDITION).flatMap((byStatus) => Object.values(byStatus)),
];

export function readyStatus({ status }: Node): ConditionStatus {
  return conditionOf(status.conditions, 'Ready')?.status ?? 'Unknown';
}

/**
 * What gives the node those NoSchedule taints that its conditions ask for; nothing, if they are as they should be.
 * node_lifecycle_controller.go: doNoScheduleTaintingPass
 */
export function noScheduleChanges(node: Node, now: Micros): NodeChange[] {
  const wanted: string[] = [];
  for (const { type, status } of node.status.conditions ?? []) {
    const key = TAINT_OF_CONDITION[type]?.[status];
    if (key !== undefined) wanted.push(key);
  }
  if (node.spec.unschedulable === true) wanted.push(UNSCHEDULABLE_TAINT);
  const own = (node.spec.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && OWN_KEYS.includes(key));
  const missing = wanted.filter((key) => !own.some((taint) => taint.key === key));
  const add = missing.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now }));
  return swap(
    add,
    own.filter(({ key }) => !wanted.includes(key)),
  );
}

/**
 * What gives the node the NoExecute taint that this readiness asks for (none for a ready node); nothing, if it is as it should be.
 * node_lifecycle_controller.go: doNoExecuteTaintingPass, markNodeAsReachable
 */
export function noExecuteChanges(node: Node, status: ConditionStatus, now: Micros): NodeChange[] {
  const wanted = TAINT_OF_CONDITION['Ready']![status];
  const own = (node.spec.taints ?? []).filter(isOwnNoExecute);
  const isThere = wanted === undefined || own.some(({ key }) => key === wanted);
  return swap(
    isThere ? [] : [{ key: wanted, effect: 'NoExecute', timeAdded: now }],
    own.filter(({ key }) => key !== wanted),
  );
}

/** util/node/controller_utils.go: SwapNodeControllerTaint: first what comes, then what goes. */
function swap(add: readonly Taint[], remove: readonly Taint[]): NodeChange[] {
  return [...(add.length > 0 ? [{ add }] : []), ...(remove.length > 0 ? [{ remove }] : [])];
}

/** Has the node a NoExecute taint of this controller? */
export function hasNoExecute({ spec }: Node): boolean {
  return (spec.taints ?? []).some(isOwnNoExecute);
}

function isOwnNoExecute({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === NOT_READY_TAINT || key === UNREACHABLE_TAINT);
}
