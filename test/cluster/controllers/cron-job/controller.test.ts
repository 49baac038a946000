import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '../../../../src/cluster/api/objects/batch.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { registerCronJob } from '../../../../src/cluster/controllers/cron-job/controller.js';
import { registerJob } from '../../../../src/cluster/controllers/job/controller.js';
import { createJobState, type JobWorld } from '../../../../src/cluster/controllers/job/state.js';
import { MILLISECOND_US, MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';
import { endPod } from '../job/end-pod.js';

type World = TestWorld & JobWorld;

/** 2026-01-01T00:00:00Z, when a run begins, in minutes since 1970. */
const FIRST_MINUTE = 29_453_760;

function createTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { job: createJobState() },
    register: (controllers, listeners) => {
      registerJob(controllers, listeners);
      registerCronJob(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  return tank;
}

function tickJob(spec: Readonly<Record<string, unknown>> = {}): unknown {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tick:v1' }] } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { metadata: { labels: { kind: 'tick' } }, spec: { template } },
      ...spec,
    },
  };
}

const cronJob = (tank: TestTank<World>): CronJob => tank.get<CronJob>('CronJob', 'tick')!;
const names = (tank: TestTank<World>): string[] => tank.all<Job>('Job').map(({ metadata }) => metadata.name);
const tick = (minute: number): string => `tick-${FIRST_MINUTE + minute}`;

function endRunning(tank: TestTank<World>): void {
  for (const pod of tank.all<Pod>('Pod')) if (pod.status.phase === 'Running') endPod(tank, pod, 0);
}

/** Plays to a time of the run. */
function playTo(tank: TestTank<World>, at: number): void {
  tank.run(at - tank.world.kernel.now);
}

describe('a CronJob', () => {
  it('makes a Job a little after its time, named after it', () => {
    const tank = createTank();
    tank.create(tickJob());
    playTo(tank, MINUTE_US + 90 * MILLISECOND_US);
    expect(names(tank)).toEqual([]);
    playTo(tank, MINUTE_US + 200 * MILLISECOND_US);
    expect(names(tank)).toEqual([tick(1)]);
    const made = tank.all<Job>('Job')[0]!;
    expect(made.metadata.labels).toMatchObject({ kind: 'tick' });
    expect(made.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z',
    });
    expect(cronJob(tank).status).toMatchObject({ lastScheduleTime: MINUTE_US, active: [{ name: tick(1) }] });
    expect(tank.events('SuccessfulCreate')[0]!.message).toBe(`Created job ${tick(1)}`);
  });

  it('notes what has become of its Jobs and keeps the last ones', () => {
    const tank = createTank();
    tank.create(tickJob({ successfulJobsHistoryLimit: 2 }));
    for (let minute = 1; minute <= 4; minute++) {
      playTo(tank, minute * MINUTE_US + 5 * SECOND_US);
      endRunning(tank);
    }
    tank.run(5 * SECOND_US);
    expect(names(tank)).toEqual([tick(3), tick(4)]);
    const { active, lastSuccessfulTime } = cronJob(tank).status;
    expect(active).toBeUndefined();
    expect(lastSuccessfulTime).toBeGreaterThan(4 * MINUTE_US);
    expect(tank.events('SawCompletedJob')[0]!.message).toBe(`Saw completed job: ${tick(1)}, condition: Complete`);
    expect(tank.events('SuccessfulDelete').map(({ message }) => message)).toContain(`Deleted job ${tick(2)}`);
  });

  it('under Forbid lets a time pass while a Job runs, and makes up for the last one when it ends', () => {
    const tank = createTank();
    tank.create(tickJob({ concurrencyPolicy: 'Forbid' }));
    playTo(tank, 2.5 * MINUTE_US);
    expect(names(tank)).toEqual([tick(1)]);
    expect(tank.events('JobAlreadyActive')).toHaveLength(1);
    endRunning(tank);
    tank.run(5 * SECOND_US);
    expect(names(tank)).toEqual([tick(1), tick(2)]);
  });

  it('under Replace ends what runs, under Allow lets it run', () => {
    const replaced = createTank();
    replaced.create(tickJob({ concurrencyPolicy: 'Replace' }));
    playTo(replaced, 2.5 * MINUTE_US);
    expect(names(replaced)).toEqual([tick(2)]);
    expect(cronJob(replaced).status.active).toHaveLength(1);
    const allowed = createTank();
    allowed.create(tickJob());
    playTo(allowed, 2.5 * MINUTE_US);
    expect(names(allowed)).toEqual([tick(1), tick(2)]);
  });

  it('starts the last time that it missed while it was suspended, unless it is too late', () => {
    const tank = createTank();
    tank.create(tickJob({ suspend: true, schedule: '*/2 * * * *' }));
    playTo(tank, 5.5 * MINUTE_US);
    tank.patch('CronJob', 'tick', { spec: { suspend: false } });
    tank.run(SECOND_US);
    expect(names(tank)).toEqual([tick(4)]);
    const late = createTank();
    late.create(tickJob({ suspend: true, schedule: '*/2 * * * *', startingDeadlineSeconds: 20 }));
    playTo(late, 5.5 * MINUTE_US);
    late.patch('CronJob', 'tick', { spec: { suspend: false } });
    late.run(SECOND_US);
    expect(names(late)).toEqual([]);
    playTo(late, 6 * MINUTE_US + SECOND_US);
    expect(names(late)).toEqual([tick(6)]);
  });

  it('says when it has missed more than a hundred times', () => {
    const tank = createTank();
    tank.create(tickJob({ suspend: true }));
    playTo(tank, 105.5 * MINUTE_US);
    tank.patch('CronJob', 'tick', { spec: { suspend: false } });
    tank.run(SECOND_US);
    expect(names(tank)).toEqual([tick(105)]);
    expect(tank.events('TooManyMissedTimes')).toHaveLength(1);
  });

  it('keeps the time of its zone', () => {
    const tank = createTank();
    tank.create(tickJob({ schedule: '30 5 * * *', timeZone: 'Asia/Kolkata' })); // midnight of UTC has just passed there
    playTo(tank, 24 * 60 * MINUTE_US + SECOND_US);
    expect(names(tank)).toEqual([tick(24 * 60)]);
    const { annotations } = tank.all<Job>('Job')[0]!.metadata;
    expect(Object.values(annotations!)).toEqual(['2026-01-02T05:30:00+05:30']);
  });

  it('is refused in a zone that there is not, and in one whose clocks are not known', () => {
    const tank = createTank();
    const timeZones = ['Mars/Base', 'Asia/Gaza', 'local'];
    const messages = timeZones.map((timeZone) => {
      const body = tickJob({ timeZone });
      return tank.ask({ verb: 'create', kind: 'CronJob', namespace: 'default', name: '', body }).message;
    });
    expect(messages[0]).toContain('unknown time zone Mars/Base');
    expect(messages[1]).toContain('not simulated: its clocks follow the moon');
    expect(messages[2]).toContain('timeZone must be an explicit time zone');
  });
});
