import { conditionOf } from '../../api/conditions.js';
import type { Micros } from '../../../kernel/time.js';
import type { ConditionStatus } from '../../api/objects/meta.js';
import type { Node, Taint } from '../../api/objects/node.js';

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
 * The node's taints with those NoSchedule ones that its conditions ask for, or undefined if they are as they should be.
 * node_lifecycle_controller.go: doNoScheduleTaintingPass
 */
export function withNoSchedule(node: Node, now: Micros): readonly Taint[] | undefined {
  const wanted: string[] = [];
  for (const { type, status } of node.status.conditions ?? []) {
    const key = TAINT_OF_CONDITION[type]?.[status];
    if (key !== undefined) wanted.push(key);
  }
  if (node.spec.unschedulable === true) wanted.push(UNSCHEDULABLE_TAINT);
  const taints = node.spec.taints ?? [];
  const isOwn = ({ key, effect }: Taint): boolean => effect === 'NoSchedule' && OWN_KEYS.includes(key);
  const kept = taints.filter((taint) => !isOwn(taint) || wanted.includes(taint.key));
  const missing = wanted.filter((key) => !taints.some((taint) => isOwn(taint) && taint.key === key));
  if (missing.length === 0 && kept.length === taints.length) return undefined;
  const added = missing.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: now }));
  return [...kept, ...added];
}

/**
 * The node's taints with the NoExecute one that its readiness asks for (none for a ready node), or undefined if they are as
 * they should be. node_lifecycle_controller.go: doNoExecuteTaintingPass, markNodeAsReachable
 */
export function withNoExecute(node: Node, status: ConditionStatus, now: Micros): readonly Taint[] | undefined {
  const wanted = TAINT_OF_CONDITION['Ready']![status];
  const taints = node.spec.taints ?? [];
  const isOwn = ({ key, effect }: Taint): boolean =>
    effect === 'NoExecute' && (key === NOT_READY_TAINT || key === UNREACHABLE_TAINT);
  const kept = taints.filter((taint) => !isOwn(taint) || taint.key === wanted);
  const isThere = taints.some((taint) => isOwn(taint) && taint.key === wanted);
  if (kept.length === taints.length && (wanted === undefined || isThere)) return undefined;
  if (wanted === undefined || isThere) return kept;
  return [...kept, { key: wanted, effect: 'NoExecute', timeAdded: now }];
}

/** Has the node a NoExecute taint of this controller? */
export function hasNoExecute({ spec }: Node): boolean {
  return (spec.taints ?? []).some(
    ({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY_TAINT || key === UNREACHABLE_TAINT),
  );
}
