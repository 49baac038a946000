import { clientOf, type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import { parseCronSchedule } from '../../api/cron-schedule.js';
import { recordEvent } from '../../api/event-recorder.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { CronJob, Job } from '../../api/objects/batch.js';
import { controlledBy } from '../../api/owner-index.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { timeZoneOf, UTC } from '../../api/time-zones.js';
import { syncCronJob } from './decide.js';
import { untilNextUs } from './due.js';

/** kubernetes v1.36.3 pkg/controller/cronjob/config/v1alpha1/defaults.go: ConcurrentCronJobSyncs */
const WORKERS = 5;

/** The CronJob controller. Source: kubernetes v1.36.3 pkg/controller/cronjob; reference/workloads.md 7.2. */
export function registerCronJob<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'cronjob-controller',
    workers: WORKERS,
    sync: (world, key) => {
      const cronJob = kcmLister<CronJob>(world, 'CronJob').get(key);
      if (cronJob === undefined) return SYNC_DONE;
      const jobs = [...controlledBy<Job>(world.kcm.owned.Job, cronJob.metadata.uid).values()];
      return beginStory(world, teller, { cronJob, jobs, now: world.kernel.now });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: syncCronJob };
  listeners.on<CronJob>(KCM, 'CronJob', (world, change) => observe(world, controllerId, change));
  listeners.on<Job>(KCM, 'Job', (world, { object, before }) => {
    const key = controllerKey(world, 'CronJob', object);
    if (key !== undefined) enqueue(world, controllerId, key);
    const former = before === undefined ? undefined : controllerKey(world, 'CronJob', before);
    if (former !== undefined && former !== key) enqueue(world, controllerId, former);
  });
}

/** A new schedule counts from its own next time on. Source: cronjob_controllerv2.go: updateCronJob. */
function observe(world: KcmWorld, controllerId: number, { object, before }: Change<CronJob>): void {
  const key = objectKey(object);
  const { schedule, timeZone } = object.spec;
  if (before === undefined || (before.spec.schedule === schedule && before.spec.timeZone === timeZone)) {
    enqueue(world, controllerId, key);
    return;
  }
  const parsed = parseCronSchedule(schedule);
  const zone = timeZone === undefined ? UTC : timeZoneOf(timeZone);
  if (!parsed.ok || zone === undefined) {
    const message = `unparseable schedule for cronjob: ${schedule}`;
    recordEvent(world, clientOf(world, controllerId), object, 'Warning', 'UnParseableCronJobSchedule', message);
    return;
  }
  const afterUs = untilNextUs({ cronJob: object, schedule: parsed.schedule, zone, now: world.kernel.now });
  if (afterUs !== undefined) enqueueAfter(world, controllerId, key, afterUs);
}
