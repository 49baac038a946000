import type { Change } from '../../api/informers.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ReplicaSet } from '../../api/objects/workload.js';
import { controlledBy } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { sameData } from '../../api/patch.js';
import { isActive } from '../../api/pod-predicates.js';
import { countReadySince } from '../shared/ready-since.js';
import {
  type CandidateTable,
  candidates,
  countOnNode,
  createCandidates,
  dropCandidate,
  type PodsByNode,
  putCandidate,
} from './candidates.js';
import { countPod, countPods, readySinceOf } from './counts.js';
import type { ReplicaOwner } from './replica-owner.js';
import type { KeptCounts, ReplicaSetMemory } from './state.js';

/** Up to so many active pods all are compared; of more, only those that may be among the first to go. */
const LOOK_AT_ALL_MAXIMUM = 2_000;

/** The counts of an owner: its pods are looked at the first time only, and when another look of them is wanted. */
export function keptCounts(world: KcmWorld, { counted }: ReplicaSetMemory, owner: ReplicaOwner): KeptCounts {
  const { uid } = owner.metadata;
  const kept = counted.get(uid);
  if (kept !== undefined && countsAlike(kept.owner, owner)) return kept;
  const own = controlledBy<Pod>(world.kcm.owned.Pod, uid);
  const readySince = readySinceOf(isPatient(owner) ? own.values() : []);
  const fresh = { owner, counts: countPods(owner, own.values()), readySince, candidates: undefined };
  counted.set(uid, fresh);
  return fresh;
}

/** Do two versions of an owner count their pods alike? */
function countsAlike(left: ReplicaOwner, right: ReplicaOwner): boolean {
  return (
    isPatient(left) === isPatient(right) &&
    sameData(left.spec.selector, right.spec.selector) &&
    sameData(left.spec.template.metadata?.labels, right.spec.template.metadata?.labels)
  );
}

function isPatient({ spec }: ReplicaOwner): boolean {
  return (spec.minReadySeconds ?? 0) > 0;
}

/** An owner came, went or has got another owner itself. */
export function forgetCounts({ counted, siblings }: ReplicaSetMemory, owner: ReplicaOwner): void {
  counted.delete(owner.metadata.uid);
  siblings.delete(controllerOf(owner)?.uid ?? owner.metadata.uid);
}

/** Takes a change of a pod into what is kept of its owners, former and new. */
export function recount(memory: ReplicaSetMemory, { type, object, before }: Change<Pod>): void {
  if (before !== undefined) count(memory, before, -1);
  if (type !== 'deleted') count(memory, object, 1);
  const from = before === undefined ? undefined : candidatesWith(memory, before);
  const to = type === 'deleted' ? undefined : candidatesWith(memory, object);
  if (from !== undefined && (from !== to || before!.metadata.uid !== object.metadata.uid)) dropCandidate(from, before!);
  if (to !== undefined) putCandidate(to, object);
}

function count({ counted, siblings }: ReplicaSetMemory, pod: Pod, by: 1 | -1): void {
  const kept = counted.get(controllerOf(pod)?.uid ?? '');
  if (kept === undefined) return;
  countPod(kept.counts, kept.owner, pod, by);
  if (isPatient(kept.owner) && isActive(pod)) countReadySince(kept.readySince, pod, by);
  const byNode = siblings.get(controllerOf(kept.owner)?.uid ?? '');
  if (byNode !== undefined && isActive(pod)) countOnNode(byNode, pod, by);
}

/** The candidates that an active pod belongs to. */
function candidatesWith({ counted }: ReplicaSetMemory, pod: Pod): CandidateTable | undefined {
  return isActive(pod) ? counted.get(controllerOf(pod)?.uid ?? '')?.candidates : undefined;
}

/** Active pods of an owner among which are the first `count` to be deleted. */
export function firstToGo(world: KcmWorld, memory: ReplicaSetMemory, owner: ReplicaOwner, count: number): Pod[] {
  const kept = keptCounts(world, memory, owner);
  if (kept.counts.active <= LOOK_AT_ALL_MAXIMUM) {
    kept.candidates = undefined;
    return activePods(world, owner);
  }
  const byNode = siblingsByNode(world, memory, owner);
  if (kept.candidates?.nodes !== byNode) kept.candidates = createCandidates(activePods(world, owner), byNode);
  return candidates(kept.candidates, world.kernel.now, count);
}

function activePods(world: KcmWorld, owner: ReplicaOwner): Pod[] {
  return [...controlledBy<Pod>(world.kcm.owned.Pod, owner.metadata.uid).values()].filter(isActive);
}

/** On the nodes of the pods: how many active pods all ReplicaSets with the controller of `owner` have there. */
export function ranksOf(
  world: KcmWorld,
  memory: ReplicaSetMemory,
  owner: ReplicaOwner,
  pods: readonly Pod[],
): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  if (pods.length === 0) return ranks;
  const { numbers, counts } = siblingsByNode(world, memory, owner);
  for (const { spec } of pods) {
    const { nodeName = '' } = spec;
    ranks.set(nodeName, counts[numbers.get(nodeName) ?? -1] ?? 0);
  }
  return ranks;
}

/** Those of an owner without a controller have no siblings, and don't count themselves. */
function siblingsByNode(world: KcmWorld, memory: ReplicaSetMemory, owner: ReplicaOwner): PodsByNode {
  const controller = controllerOf(owner)?.uid;
  const uid = controller ?? owner.metadata.uid;
  const known = memory.siblings.get(uid);
  if (known !== undefined) return known;
  const byNode: PodsByNode = { numbers: new Map(), counts: [] };
  memory.siblings.set(uid, byNode);
  if (controller === undefined) return byNode;
  for (const set of controlledBy<ReplicaSet>(world.kcm.owned.ReplicaSet, controller).values()) {
    keptCounts(world, memory, set); // so that changes of its pods are followed from now on
    for (const pod of activePods(world, set)) countOnNode(byNode, pod, 1);
  }
  return byNode;
}
