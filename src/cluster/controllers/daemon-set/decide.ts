import { type Micros, SECOND_US } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import type { Pod, PodSpec } from '../../api/objects/pod.js';
import type { ControllerRevision, DaemonSet, DaemonSetStatus } from '../../api/objects/workload.js';
import { claimObjects, claimVerdict, controllerReference } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { objectKey } from '../../api/store.js';
import { note, RequestRefused, type Story, type StoryEvent, tellAll } from '../../api/sync-story.js';
import { templateGenerationOf } from '../../api/template-generation.js';
import { writeOwnerStatus } from '../shared/owner-status.js';
import { createExpectedPods, deleteExpectedPods } from '../shared/pod-control.js';
import { forgetRevisions, latestRevision, REVISION_LABEL } from '../shared/revision-history.js';
import type { Counts } from './judge.js';
import { affinityTo } from './placement.js';
import type { DaemonNote } from './state.js';

/**
 * A sync of a DaemonSet, in four parts, each of which looks at what the informers have shown until then.
 * Source: kubernetes v1.36.3 pkg/controller/daemon/daemon_controller.go: syncDaemonSet; reference/workloads.md section 6.
 */
export type DaemonView = HistoryView | ManageView | RollView | StatusView;

/** Finds the revision of the template. */
export interface HistoryView {
  readonly part: 'history';
  readonly set: DaemonSet;
  readonly revisions: readonly ControllerRevision[];
}

export interface FailedPod {
  readonly pod: Pod;
  readonly node: string;
  /** Of its back-off. */
  readonly key: string;
}

/** What pods are made of. */
interface PodMaker {
  readonly set: DaemonSet;
  /** The template's, with a daemon's tolerations. */
  readonly podSpec: PodSpec;
  readonly hash: string;
}

/** Makes pods where there are none and deletes those that should not be. */
export interface ManageView extends PodMaker {
  readonly part: 'manage';
  /** Own pods that do not match any more, and orphans that do. */
  readonly candidates: readonly Pod[];
  readonly needing: readonly string[];
  readonly failed: readonly FailedPod[];
  readonly succeeded: readonly Pod[];
  /** All that go, those that failed and succeeded included. */
  readonly victims: readonly Pod[];
  /** Until a failed pod is due that is left lying now. */
  readonly waitUs: Micros | undefined;
}

/** Exchanges outdated pods as far as the strategy allows, and forgets old revisions. */
export interface RollView extends PodMaker {
  readonly part: 'roll';
  /** Nodes that get a new pod beside the old one. */
  readonly nodes: readonly string[];
  readonly victims: readonly Pod[];
  readonly forgotten: readonly ControllerRevision[];
}

export interface StatusView {
  readonly part: 'status';
  readonly set: DaemonSet;
  readonly counts: Counts;
  /** Was this generation acted on? */
  readonly isObserved: boolean;
}

/** Tells one part of a sync. */
export function syncDaemonSet(view: DaemonView): Story {
  switch (view.part) {
    case 'history':
      return findRevision(view);
    case 'manage':
      return manage(view);
    case 'roll':
      return roll(view);
    case 'status':
      return updateStatus(view);
  }
}

function* findRevision({ set, revisions }: HistoryView): Story {
  const matches = (revision: ControllerRevision): boolean =>
    matchesSelector(set.spec.selector, revision.metadata.labels);
  const known = yield* claimObjects(
    set,
    (labels) => matchesSelector(set.spec.selector, labels),
    revisions.filter(matches),
  );
  const { revision } = yield* latestRevision(set, known, REVISION_LABEL);
  const hash = revision.metadata.labels?.[REVISION_LABEL] ?? '';
  yield* note({ type: 'hash', uid: set.metadata.uid, hash } satisfies DaemonNote);
}

function* manage(view: ManageView): Story {
  const { set, candidates, needing, failed, victims, waitUs } = view;
  const matches = (labels: Pod['metadata']['labels']): boolean => matchesSelector(set.spec.selector, labels);
  if (candidates.some((pod) => claimVerdict(set, matches, pod) !== 'ignore')) {
    // The pods' events bring the next sync, which sees whose they are.
    yield* claimObjects(set, matches, candidates);
    return {};
  }
  yield* tellAll(() => endedPodEvents(view));
  for (const { key } of failed) yield* note({ type: 'failedPod', key } satisfies DaemonNote);
  yield* syncPods(view, needing, victims);
  return waitUs === undefined ? {} : { afterUs: waitUs };
}

function* roll(view: RollView): Story {
  yield* syncPods(view, view.nodes, view.victims);
  yield* forgetRevisions(view.forgotten);
}

/** Source: syncNodes. */
function* syncPods(maker: PodMaker, nodes: readonly string[], victims: readonly Pod[]): Story<undefined> {
  if (nodes.length + victims.length === 0) return undefined;
  const deletions = victims.map(objectKey);
  yield* note({ type: 'expect', creations: nodes.length, deletions } satisfies DaemonNote);
  const requests = nodes.map((node) => podRequest(maker, node));
  const notCreated = yield* createExpectedPods(maker.set, requests);
  const notDeleted = victims.length === 0 ? undefined : yield* deleteExpectedPods(maker.set, victims);
  const refused = notCreated ?? notDeleted;
  if (refused !== undefined) throw new RequestRefused(refused);
  return undefined;
}

/** Label that tells the count of the template's changes (pkg/controller/daemon/util: CreatePodTemplate). */
const GENERATION_LABEL = 'pod-template-generation';

export function podRequest({ set, podSpec, hash }: PodMaker, node: string): ApiRequest {
  const { name, namespace } = set.metadata;
  const { metadata = {} } = set.spec.template;
  const generation = templateGenerationOf(set);
  const counted = generation === undefined ? {} : { [GENERATION_LABEL]: generation };
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      namespace,
      labels: { ...metadata.labels, ...counted, [REVISION_LABEL]: hash },
      ownerReferences: [controllerReference(set)],
    },
    spec: { ...podSpec, affinity: affinityTo(node, podSpec.affinity) },
  };
  return { verb: 'create', kind: 'Pod', namespace, name: '', body };
}

function endedPodEvents({ set, failed, succeeded: ended }: ManageView): readonly StoryEvent[] {
  const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
  return [
    ...failed.map(({ pod, node }) => ({
      about: set,
      type: 'Warning' as const,
      reason: 'FailedDaemonPod',
      message: `Found failed daemon pod ${nameOf(pod)} on node ${node}, will try to kill it`,
    })),
    ...ended.map((pod) => ({
      about: set,
      type: 'Normal' as const,
      reason: 'SucceededDaemonPod',
      message: `Found succeeded daemon pod ${nameOf(pod)} on node ${pod.spec.nodeName ?? ''}, will try to delete it`,
    })),
  ];
}

function* updateStatus({ set, counts, isObserved }: StatusView): Story {
  const status: DaemonSetStatus = {
    ...set.status,
    observedGeneration: isObserved ? set.metadata.generation : (set.status.observedGeneration ?? 0),
    desiredNumberScheduled: counts.desired,
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    numberReady: counts.ready,
    updatedNumberScheduled: counts.updated,
    numberAvailable: counts.available,
    numberUnavailable: counts.desired - counts.available,
  };
  if (!sameStatus(status, set.status)) yield* writeOwnerStatus(set, status);
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const isWaiting = minReadySeconds > 0 && counts.ready !== counts.available;
  return isWaiting ? { afterUs: minReadySeconds * SECOND_US } : {};
}

function sameStatus(left: DaemonSetStatus, right: DaemonSetStatus): boolean {
  return (
    left.observedGeneration === (right.observedGeneration ?? 0) &&
    left.desiredNumberScheduled === right.desiredNumberScheduled &&
    left.currentNumberScheduled === right.currentNumberScheduled &&
    left.numberMisscheduled === right.numberMisscheduled &&
    left.numberReady === right.numberReady &&
    left.updatedNumberScheduled === (right.updatedNumberScheduled ?? 0) &&
    left.numberAvailable === (right.numberAvailable ?? 0) &&
    left.numberUnavailable === (right.numberUnavailable ?? 0)
  );
}
