import type { ApiRequest, ApiResult } from '../../../src/cluster/api/calls.js';
import { finishedCondition, type Job } from '../../../src/cluster/api/objects/batch.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { NO_FAILURES } from '../../../src/cluster/controllers/job/back-off.js';
import { syncJob } from '../../../src/cluster/controllers/job/decide.js';
import { COMPLETION_INDEX, hasTrackingFinalizer } from '../../../src/cluster/controllers/job/pods.js';
import {
  createJobState,
  type JobState,
  keepJobNote,
  releaseObserved,
} from '../../../src/cluster/controllers/job/state.js';
import type { JobNote, WakeNote } from '../../../src/cluster/controllers/job/tracking.js';
import {
  creationObserved,
  deletionObserved,
  isSatisfied,
} from '../../../src/cluster/controllers/shared/expectations.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { answered, playStory } from '../../cluster/controllers/play-story.js';
import { type Checker, difference } from './checker.js';

interface PodPlan {
  readonly fail: boolean;
  readonly exitCode?: number;
  readonly runSeconds: number;
}

interface Happening {
  readonly t: number;
  readonly do: 'create' | 'succeed' | 'fail' | 'delete';
  readonly pod: number;
  readonly index?: string;
}

interface Case {
  readonly job: Job;
  readonly podPlan: readonly PodPlan[];
  readonly suspendAt: number;
  readonly resumeAt: number;
  readonly expected: {
    readonly events: readonly Happening[];
    readonly final: {
      readonly active: number;
      readonly succeeded: number;
      readonly failed: number;
      readonly completedIndexes: string;
      readonly failedIndexes: string;
      readonly seenFinishedBySecond: number;
      readonly conditions: readonly { type: string; status: string; reason: string; message: string }[];
    };
  };
}

/** A pod and its fate. */
interface PlannedPod {
  pod: Pod;
  readonly number: number;
  /** When it began to run (s). */
  since: number | undefined;
}

/** The controller, a store that answers at once, and a kubelet that lets each pod run as planned, in steps of a second. */
interface Tank {
  readonly given: Case;
  readonly state: JobState;
  second: number;
  job: Job;
  readonly pods: Map<string, PlannedPod>;
  readonly attempts: Map<string, number>;
  created: number;
  version: number;
  readonly happenings: Happening[];
  /** When the Job is looked at next (us). */
  dueAt: number;
}

const KEY = 'default/job';
/** No case lasts longer. */
const LAST_SECOND = 20_000;
/** Pods of an Indexed Job have so many fates for each index. */
const FATES_PER_INDEX = 5;

/** `misc.job`: what becomes of a Job and its pods. */
export const jobs: Checker = {
  kind: 'misc.job',
  check(given: Case) {
    const tank = createTank(given);
    settle(tank);
    while (finishedCondition(tank.job) === undefined && tank.second < LAST_SECOND) {
      tank.second += 1;
      settle(tank);
      runPods(tank);
      settle(tank);
      if (given.suspendAt > 0 && tank.second === given.suspendAt) suspend(tank, true);
      if (given.resumeAt > 0 && tank.second === given.resumeAt) suspend(tank, false);
    }
    return difference(
      { events: sorted(tank.happenings), final: finalOf(tank) },
      { ...given.expected, events: sorted(given.expected.events) },
    );
  },
};

function createTank(given: Case): Tank {
  const metadata = { ...given.job.metadata, resourceVersion: 1, generation: 1, creationTimestamp: 0 };
  return {
    given,
    state: createJobState(),
    second: 0,
    job: { ...given.job, metadata, status: {} },
    pods: new Map(),
    attempts: new Map(),
    created: 0,
    version: 1,
    happenings: [],
    dueAt: 0,
  };
}

function nowOf(tank: Tank): number {
  return tank.second * SECOND_US;
}

function wake(tank: Tank, afterUs: number): void {
  tank.dueAt = Math.min(tank.dueAt, nowOf(tank) + afterUs);
}

function settle(tank: Tank): void {
  while (tank.dueAt <= nowOf(tank)) {
    tank.dueAt = Number.POSITIVE_INFINITY;
    if (finishedCondition(tank.job) === undefined) sync(tank);
  }
}

function sync(tank: Tank): void {
  const { job, state } = tank;
  const now = nowOf(tank);
  const story = syncJob({
    job,
    candidates: [...tank.pods.values()].map(({ pod }) => pod),
    mayManage: isSatisfied(state.expectations, KEY, now),
    backOff: state.backOffs.get(KEY) ?? NO_FAILURES,
    released: [...(state.released.get(KEY) ?? [])],
    now,
  });
  const heard = (note: unknown): void => {
    const told = note as JobNote | WakeNote;
    if (told.type === 'wake') wake(tank, told.afterUs);
    else keepJobNote(state, KEY, told, now);
  };
  const { outcome } = playStory(story, (request) => answer(tank, request), heard);
  if (outcome.retry === true) wake(tank, SECOND_US);
}

function answer(tank: Tank, request: ApiRequest): ApiResult {
  if (request.kind === 'Job') return answered(storeJob(tank, (request.body as Job).status));
  if (request.verb === 'create') return answered(createPod(tank, request.body as Pod));
  const planned = tank.pods.get(request.name);
  if (planned === undefined) return { status: 404, reason: 'NotFound', message: '' };
  if (request.verb === 'delete') {
    tell(tank, 'delete', planned);
    change(tank, planned, { metadata: { ...planned.pod.metadata, deletionTimestamp: nowOf(tank) } });
  } else {
    const { finalizers } = (request.body as Pod).metadata;
    change(tank, planned, { metadata: { ...planned.pod.metadata, finalizers: finalizers! } });
  }
  return answered(planned.pod);
}

function storeJob(tank: Tank, status: Job['status']): Job {
  tank.version += 1;
  tank.job = { ...tank.job, metadata: { ...tank.job.metadata, resourceVersion: tank.version }, status };
  wake(tank, SECOND_US);
  return tank.job;
}

function suspend(tank: Tank, isSuspended: boolean): void {
  if (finishedCondition(tank.job) !== undefined) return;
  tank.job = { ...tank.job, spec: { ...tank.job.spec, suspend: isSuspended } };
  wake(tank, 0);
  settle(tank);
}

function createPod(tank: Tank, draft: Pod): Pod {
  const { annotations, finalizers, ownerReferences, labels } = draft.metadata;
  const index = annotations?.[COMPLETION_INDEX];
  const attempt = tank.attempts.get(index ?? '') ?? 0;
  tank.attempts.set(index ?? '', attempt + 1);
  const number = index === undefined ? attempt : FATES_PER_INDEX * Number(index) + attempt;
  tank.created += 1;
  const name = `job-${String(tank.created).padStart(4, '0')}`;
  const pod = {
    ...draft,
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: nowOf(tank),
      annotations,
      finalizers,
      ownerReferences,
      labels,
    },
    status: { phase: 'Pending' },
  } as Pod;
  tank.pods.set(name, { pod, number, since: undefined });
  tank.happenings.push({ t: tank.second, do: 'create', pod: number, ...(index === undefined ? {} : { index }) });
  creationObserved(tank.state.expectations, KEY);
  wake(tank, SECOND_US);
  return pod;
}

/** As the informer shows it to the controller at once. */
function change(tank: Tank, planned: PlannedPod, fields: Partial<Pod>): void {
  planned.pod = { ...planned.pod, ...fields };
  const { name, uid, deletionTimestamp, finalizers = [] } = planned.pod.metadata;
  if (deletionTimestamp !== undefined) deletionObserved(tank.state.expectations, KEY, `default/${name}`);
  if (deletionTimestamp !== undefined && finalizers.length === 0) tank.pods.delete(name);
  if (!hasTrackingFinalizer(planned.pod)) releaseObserved(tank.state, KEY, uid);
  wake(tank, SECOND_US);
}

function tell(tank: Tank, what: Happening['do'], { number }: PlannedPod): void {
  tank.happenings.push({ t: tank.second, do: what, pod: number });
}

/** Pods begin to run in the second in which the kubelet first finds them, and end as planned. */
function runPods(tank: Tank): void {
  for (const planned of tank.pods.values()) {
    const { status } = planned.pod;
    const { runSeconds, fail, exitCode = 0 } = tank.given.podPlan[planned.number]!;
    if (planned.since === undefined) {
      planned.since = tank.second;
      change(tank, planned, { status: { phase: 'Running' } });
    } else if (status.phase === 'Running' && tank.second >= planned.since + runSeconds) {
      tell(tank, fail ? 'fail' : 'succeed', planned);
      const terminated = { exitCode, finishedAt: nowOf(tank) };
      const containerStatuses = [{ name: 'main', ready: false, restartCount: 0, state: { terminated } }];
      change(tank, planned, { status: { phase: fail ? 'Failed' : 'Succeeded', containerStatuses } });
    }
  }
}

function finalOf({ job, second }: Tank): Case['expected']['final'] {
  const {
    active = 0,
    succeeded = 0,
    failed = 0,
    completedIndexes = '',
    failedIndexes = '',
    conditions = [],
  } = job.status;
  return {
    active,
    succeeded,
    failed,
    completedIndexes,
    failedIndexes,
    seenFinishedBySecond: second,
    conditions: conditions.map(({ type, status, reason = '', message = '' }) => ({ type, status, reason, message })),
  };
}

/** Within a second things happen side by side. */
function sorted(happenings: readonly Happening[]): Happening[] {
  return [...happenings].sort(
    (one, other) => one.t - other.t || (one.do < other.do ? -1 : one.do > other.do ? 1 : 0) || one.pod - other.pod,
  );
}
