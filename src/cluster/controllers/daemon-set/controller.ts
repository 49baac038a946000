import type { ApiResult } from '../../api/calls.js';
import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister } from '../../api/kcm.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import type { DaemonSet } from '../../api/objects/workload.js';
import { controllerOf } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import type { Micros } from '../../../kernel/time.js';
import { creationObserved, deletionObserved } from '../shared/expectations.js';
import { enqueueWhenAvailable, formerOwner, isGoing, possibleOwners } from '../shared/pod-changes.js';
import { forgetOwner, isBehind } from '../shared/pod-memory.js';
import { revisionsOf } from '../shared/revision-history.js';
import { type DaemonView, syncDaemonSet } from './decide.js';
import { ledgerOf, manageView, mayManage, rollView, statusView } from './gather.js';
import { dropNode, dropPod, enterNode, enterPod, setHash } from './ledger.js';
import { type DaemonNote, type DaemonSetWorld, forgetBackOffs, keepDaemonNote } from './state.js';

/** kubernetes v1.36.3 pkg/controller/daemon/config/v1alpha1/defaults.go */
const WORKERS = 2;

/** A sync between two of its writes. */
interface DaemonSync {
  readonly part: DaemonView['part'];
  readonly set: DaemonSet;
  /** Was a request refused that nobody expected to be? */
  readonly isFailed: boolean;
  readonly isObserved: boolean;
  readonly afterUs: Micros | undefined;
  readonly story: unknown;
}

/** The DaemonSet controller. Source: kubernetes v1.36.3 pkg/controller/daemon; reference/workloads.md section 6. */
export function registerDaemonSet<W extends DaemonSetWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'daemonset-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const set = kcmLister<DaemonSet>(world, 'DaemonSet').get(key);
      if (set === undefined) forgetOwner(world.controllers.daemonSet, key); // notes of a sync that was under way
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return SYNC_DONE;
      if (isBehind(world, world.controllers.daemonSet, set)) return { requests: [], outcome: { retry: true } };
      const view: DaemonView = { part: 'history', set, revisions: revisionsOf(world, set) };
      const sync = { part: view.part, set, isFailed: false, isObserved: false, afterUs: undefined, story: undefined };
      return follow(world, controllerId, sync, beginStory(world, tellerOf(controllerId), view));
    },
    resume: (world, _key, memory, results: readonly ApiResult[]) => {
      const sync = memory as DaemonSync;
      return follow(world, controllerId, sync, resumeStory(world, tellerOf(controllerId), sync.story, results));
    },
  });
  listeners.on<DaemonSet>(KCM, 'DaemonSet', (world, change) => observeSet(world, controllerId, change));
  listeners.on<Pod>(KCM, 'Pod', (world, change) => observePod(world, controllerId, change));
  listeners.on<Node>(KCM, 'Node', (world, change) => observeNode(world, controllerId, change));
}

function tellerOf<W extends DaemonSetWorld>(controllerId: number) {
  return {
    controllerId,
    story: syncDaemonSet,
    onNote: (world: W, { set }: DaemonView, text: unknown): void => {
      const note = text as DaemonNote;
      if (note.type === 'hash') setHash(ledgerOf(world, set), note.hash);
      else keepDaemonNote(world.controllers.daemonSet, objectKey(set), note, world.kernel.now);
    },
  };
}

/** Begins the next part when one has ended. */
function follow(world: DaemonSetWorld, controllerId: number, before: DaemonSync, given: SyncStep): SyncStep {
  let sync = before;
  let step = given;
  while (step.memory === undefined) {
    const isFailed = sync.isFailed || step.outcome?.retry === true;
    sync = { ...sync, isFailed, afterUs: earlier(sync.afterUs, step.outcome?.afterUs) };
    const view = nextView(world, sync);
    if (view === undefined) {
      if (isFailed) return { requests: [], outcome: { retry: true } };
      return { requests: [], outcome: sync.afterUs === undefined ? {} : { afterUs: sync.afterUs } };
    }
    const isObserved = sync.isObserved || view.part === 'manage';
    sync = { ...sync, part: view.part, isObserved };
    step = beginStory(world, tellerOf(controllerId), view);
  }
  return { ...step, memory: { ...sync, story: step.memory } satisfies DaemonSync };
}

/** While pods are awaited that were asked for, only the status is written; after a refusal, too. */
function nextView(world: DaemonSetWorld, { part, set, isFailed, isObserved }: DaemonSync): DaemonView | undefined {
  switch (part) {
    case 'history':
      if (isFailed) return undefined;
      return mayManage(world, set) ? manageView(world, set) : statusView(world, set, isObserved);
    case 'manage':
      return isFailed ? statusView(world, set, isObserved) : rollView(world, set);
    case 'roll':
      return statusView(world, set, isObserved);
    case 'status':
      return undefined;
  }
}

function earlier(left: Micros | undefined, right: Micros | undefined): Micros | undefined {
  return left === undefined || (right !== undefined && right < left) ? right : left;
}

function observeSet(world: DaemonSetWorld, controllerId: number, { type, object, before }: Change<DaemonSet>): void {
  const key = objectKey(object);
  const state = world.controllers.daemonSet;
  const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
  if (type === 'deleted' || isAnother) {
    const { uid } = (isAnother ? before : object).metadata;
    forgetOwner(state, key);
    forgetBackOffs(state, uid);
    state.ledgers.delete(uid);
  }
  enqueue(world, controllerId, key);
}

/** Source: daemon_controller.go: addPod, updatePod, deletePod. */
function observePod(world: DaemonSetWorld, controllerId: number, change: Change<Pod>): void {
  const { type, object } = change;
  const { expectations } = world.controllers.daemonSet;
  enterChange(world, change);
  const former = formerOwner(world, 'DaemonSet', change);
  if (former !== undefined) enqueue(world, controllerId, former);
  const key = controllerKey(world, 'DaemonSet', object);
  if (key === undefined) {
    for (const owner of possibleOwners(world, 'DaemonSet', selects, change)) enqueue(world, controllerId, owner);
    return;
  }
  if (isGoing(change)) deletionObserved(expectations, key, objectKey(object));
  else if (type === 'added') creationObserved(expectations, key);
  enqueue(world, controllerId, key);
  enqueueWhenAvailable(world, controllerId, 'DaemonSet', key, change);
}

/** Takes a change of a pod into the ledgers of its owners, former and new. */
function enterChange({ controllers }: DaemonSetWorld, { type, object, before }: Change<Pod>): void {
  const { ledgers } = controllers.daemonSet;
  const owner = controllerOf(object);
  const former = before === undefined ? undefined : controllerOf(before);
  const left = former === undefined || former.uid === owner?.uid ? undefined : ledgers.get(former.uid);
  if (left !== undefined) dropPod(left, before!);
  const ledger = owner === undefined ? undefined : ledgers.get(owner.uid);
  if (ledger === undefined) return;
  if (type === 'deleted') dropPod(ledger, object);
  else enterPod(ledger, object);
}

function selects({ spec }: DaemonSet, labels: StringMap | undefined): boolean {
  return matchesSelector(spec.selector, labels);
}

/**
 * Only labels and taints matter. The end of a node wakes nobody: that of its pods does.
 * Source: daemon_controller.go: addNode, updateNode, syncNodeUpdate.
 */
function observeNode(world: DaemonSetWorld, controllerId: number, { type, object, before }: Change<Node>): void {
  const { ledgers } = world.controllers.daemonSet;
  const { name, labels } = object.metadata;
  if (type === 'deleted') {
    for (const ledger of ledgers.values()) dropNode(ledger, name);
    return;
  }
  if (before !== undefined && before.metadata.labels === labels && before.spec.taints === object.spec.taints) return;
  for (const [key, { metadata, status }] of kcmLister<DaemonSet>(world, 'DaemonSet')) {
    const ledger = ledgers.get(metadata.uid);
    if (ledger === undefined) continue;
    const { shouldRun, shouldContinue } = enterNode(ledger, object);
    const hasPods = ledger.pods.has(name);
    const isWanted = hasPods ? !shouldContinue || status.numberMisscheduled > 0 : shouldRun;
    if (isWanted) enqueue(world, controllerId, key);
  }
}
