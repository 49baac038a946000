import { SECOND_US, type Micros, wholeSeconds } from '../../../kernel/time.js';
import { type ApiRequest, succeeded } from '../../api/calls.js';
import { type Controllers, enqueue, type SyncOutcome, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import { finishedCondition, type Job } from '../../api/objects/batch.js';
import { objectKey } from '../../api/store.js';
import { attempt, beginStory, RequestRefused, resumeStory, type Story } from '../../api/sync-story.js';

/** kubernetes v1.36.3 pkg/controller/ttlafterfinished/config/v1alpha1/defaults.go: ConcurrentTTLSyncs */
const WORKERS = 5;

interface TtlView {
  readonly job: Job;
  readonly now: Micros;
}

/** Deletes Jobs, pods first, a while after they have ended. Source: kubernetes v1.36.3 pkg/controller/ttlafterfinished. */
export function registerTtlAfterFinished<W extends KcmWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'ttl-after-finished-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const job = kcmLister<Job>(world, 'Job').get(key);
      return job === undefined ? SYNC_DONE : beginStory(world, teller, { job, now: world.kernel.now });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: deleteExpired };
  listeners.on<Job>(KCM, 'Job', (world, { type, object }) => {
    if (type !== 'deleted' && expiresAt(object) !== undefined) enqueue(world, controllerId, objectKey(object));
  });
}

/** The Job itself is asked for once more before it is deleted: its time may have been changed. Source: processJob. */
function* deleteExpired({ job, now }: TtlView): Story {
  const waiting = waitOutcome(job, now);
  if (waiting !== undefined) return waiting;
  const { namespace, name } = job.metadata;
  const found = yield* attempt({ verb: 'get', kind: 'Job', namespace, name });
  if (found.status === 404) return {};
  if (!succeeded(found)) throw new RequestRefused(found);
  const stillWaiting = waitOutcome(found.object as Job, now);
  if (stillWaiting !== undefined) return stillWaiting;
  const deletion: ApiRequest = { verb: 'delete', kind: 'Job', namespace, name, propagation: 'Foreground' };
  const deleted = yield* attempt({ ...deletion, uid: found.object!.metadata.uid });
  if (!succeeded(deleted) && deleted.status !== 404) throw new RequestRefused(deleted);
  return {};
}

/** What to do with a Job whose time is not over; undefined if it is. */
function waitOutcome(job: Job, now: Micros): SyncOutcome | undefined {
  const at = expiresAt(job);
  if (at === undefined) return {};
  return at > now ? { afterUs: at - now } : undefined;
}

/** When a Job that has ended is to be deleted, if it ever is. */
function expiresAt(job: Job): Micros | undefined {
  const { ttlSecondsAfterFinished: seconds } = job.spec;
  const end = finishedCondition(job);
  if (seconds === undefined || end === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  return (wholeSeconds(end.lastTransitionTime ?? 0) + seconds) * SECOND_US;
}
