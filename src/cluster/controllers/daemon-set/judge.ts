import { type Micros, wholeSeconds } from '../../../kernel/time.js';
import type { Pod } from '../../api/objects/pod.js';
import { isAvailable, isReady } from '../../api/pod-predicates.js';
import { REVISION_LABEL } from '../shared/revision-history.js';
import type { Placement } from './placement.js';

/** What a DaemonSet asks of each of its nodes. */
export interface NodeRules {
  /** Of the template in force. */
  readonly hash: string;
  readonly minReadySeconds: number;
  /** May a new pod run beside the old one while they are exchanged? */
  readonly allowsSurge: boolean;
}

/**
 * Where a node stands in a rolling update. Its pod is to be exchanged: `replaceable` at once, as it does not serve,
 * `candidate` as far as the strategy allows. `busy`: an exchange, or something else that must end first, is under way.
 * `retirable`: the new pod serves, the old one beside it may go. Else it is at `rest`.
 */
export type Role = 'rest' | 'busy' | 'replaceable' | 'candidate' | 'retirable';

/** One node in the eyes of one DaemonSet. */
export interface Judgement {
  /** It should have a pod and has none. */
  readonly needsPod: boolean;
  /** Pods that must not be here, or not so many. */
  readonly surplus: readonly Pod[];
  /** Pods that failed: deleted, with back-off. */
  readonly failed: readonly Pod[];
  readonly succeeded: readonly Pod[];
  readonly role: Role;
  /** The outdated pod of a node that is not at rest. */
  readonly outdated: Pod | undefined;
  readonly counts: Counts;
  /** Time alone will change this. */
  readonly isTimed: boolean;
}

/** What the status sums up. */
export interface Counts {
  readonly desired: number;
  readonly current: number;
  readonly misscheduled: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
}

/**
 * Judges a node by its pods (without those that have ended and are being deleted). `placement` is undefined where the node
 * has gone.
 * Source: kubernetes v1.36.3 pkg/controller/daemon/daemon_controller.go: podsShouldBeOnNode, updateDaemonSetStatus, update.go:
 * rollingUpdate; reference/workloads.md section 6.
 */
export function judgeNode(
  rules: NodeRules,
  placement: Placement | undefined,
  unsorted: readonly Pod[],
  now: Micros,
): Judgement {
  const pods = unsorted.length > 1 ? [...unsorted].sort(byAge) : unsorted;
  const { failed, succeeded, surplus } = unwanted(rules, placement, pods, now);
  const shouldRun = placement?.shouldRun === true;
  return {
    needsPod: shouldRun && pods.length === 0,
    surplus,
    failed,
    succeeded,
    ...roleOf(rules, pods, shouldRun, now),
    counts: countsOf(rules, placement, pods[0], now),
    isTimed: pods.some((pod) => isReady(pod) && !isAvailable(pod, rules.minReadySeconds, now)),
  };
}

/** Bound before unbound, then older, then by name. Source: podByCreationTimestampAndPhase. */
function byAge(left: Pod, right: Pod): number {
  const bound = Number(right.spec.nodeName !== undefined) - Number(left.spec.nodeName !== undefined);
  if (bound !== 0) return bound;
  const age = wholeSeconds(left.metadata.creationTimestamp) - wholeSeconds(right.metadata.creationTimestamp);
  return age !== 0 ? age : left.metadata.name < right.metadata.name ? -1 : 1;
}

type Unwanted = Pick<Judgement, 'surplus' | 'failed' | 'succeeded'>;

const NONE: readonly Pod[] = [];
const ALL_WANTED: Unwanted = { surplus: NONE, failed: NONE, succeeded: NONE };

function unwanted(rules: NodeRules, placement: Placement | undefined, pods: readonly Pod[], now: Micros): Unwanted {
  if (pods.length === 0) return ALL_WANTED;
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  // Pods of a node that has gone are left to the pod garbage collector, which does not know of those without a node.
  if (placement === undefined)
    return { ...ALL_WANTED, surplus: alive.filter(({ spec }) => spec.nodeName === undefined) };
  if (!placement.shouldContinue) return { ...ALL_WANTED, surplus: alive };
  const failed = alive.filter(({ status }) => status.phase === 'Failed');
  const succeeded = alive.filter(({ status }) => status.phase === 'Succeeded');
  const running = alive.filter(({ status }) => status.phase !== 'Failed' && status.phase !== 'Succeeded');
  return { failed, succeeded, surplus: rules.allowsSurge ? beyondSurge(rules, running, now) : running.slice(1) };
}

/** While pods are exchanged there may be one of the new and one of the old template. */
function beyondSurge(rules: NodeRules, running: readonly Pod[], now: Micros): readonly Pod[] {
  if (running.length <= 1) return NONE;
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] === rules.hash;
  const newest = running.find(isNew);
  const oldest = running.find((pod) => !isNew(pod));
  const surplus = running.filter((pod) => pod !== newest && pod !== oldest);
  if (newest === undefined || oldest === undefined) return surplus;
  const isExchanged = !isReady(oldest) || isAvailable(newest, rules.minReadySeconds, now);
  return isExchanged ? [...surplus, oldest] : surplus;
}

/** Nodes that neither should have a pod nor have one play no part. Source: rollingUpdate, findUpdatedPodsOnNode. */
function roleOf(
  rules: NodeRules,
  pods: readonly Pod[],
  shouldRun: boolean,
  now: Micros,
): Pick<Judgement, 'role' | 'outdated'> {
  if (!shouldRun && pods.length === 0) return { role: 'rest', outdated: undefined };
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const updated = alive.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === rules.hash);
  const old = alive.filter((pod) => !updated.includes(pod));
  const [outdated] = old;
  if (updated.length > 1 || old.length > 1) return { role: 'busy', outdated };
  const isNewAvailable = updated.some((pod) => isAvailable(pod, rules.minReadySeconds, now));
  if (outdated === undefined) {
    // With surge the creation of what is missing is not counted: nothing is taken away for it.
    return { role: isNewAvailable || rules.allowsSurge ? 'rest' : 'busy', outdated };
  }
  if (updated.length === 0) {
    return { role: isAvailable(outdated, rules.minReadySeconds, now) ? 'candidate' : 'replaceable', outdated };
  }
  return { role: rules.allowsSurge && isNewAvailable ? 'retirable' : 'busy', outdated };
}

const NO_COUNTS: Counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };

/** The oldest pod speaks for its node. */
function countsOf(rules: NodeRules, placement: Placement | undefined, pod: Pod | undefined, now: Micros): Counts {
  if (placement === undefined) return NO_COUNTS;
  if (!placement.shouldRun) return pod === undefined ? NO_COUNTS : { ...NO_COUNTS, misscheduled: 1 };
  if (pod === undefined) return { ...NO_COUNTS, desired: 1 };
  return {
    desired: 1,
    current: 1,
    misscheduled: 0,
    ready: Number(isReady(pod)),
    available: Number(isAvailable(pod, rules.minReadySeconds, now)),
    updated: Number(pod.metadata.labels?.[REVISION_LABEL] === rules.hash),
  };
}
