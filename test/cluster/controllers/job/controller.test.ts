import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../src/cluster/api/objects/batch.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import {
  createGarbageCollectorState,
  type GarbageCollectorWorld,
} from '../../../../src/cluster/controllers/garbage-collector/graph.js';
import { registerGarbageCollector } from '../../../../src/cluster/controllers/garbage-collector/controller.js';
import { registerJob } from '../../../../src/cluster/controllers/job/controller.js';
import { hasTrackingFinalizer } from '../../../../src/cluster/controllers/job/pods.js';
import { createJobState, type JobWorld } from '../../../../src/cluster/controllers/job/state.js';
import { registerTtlAfterFinished } from '../../../../src/cluster/controllers/ttl-after-finished/controller.js';
import { MILLISECOND_US, MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';
import { endPod } from './end-pod.js';

type World = TestWorld & JobWorld & GarbageCollectorWorld;

function createTank(): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { job: createJobState(), garbageCollector: createGarbageCollectorState() },
    register: (controllers, listeners) => {
      registerJob(controllers, listeners);
      registerTtlAfterFinished(controllers, listeners);
      registerGarbageCollector(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  return tank;
}

function workJob(spec: Readonly<Record<string, unknown>> = {}, restartPolicy = 'Never'): unknown {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      ...spec,
      template: {
        metadata: { labels: { app: 'work' } },
        spec: { restartPolicy, containers: [{ name: 'main', image: 'work:v1' }] },
      },
    },
  };
}

const job = (tank: TestTank<World>): Job => tank.get<Job>('Job', 'work')!;
const pods = (tank: TestTank<World>): Pod[] => tank.all<Pod>('Pod');
const running = (tank: TestTank<World>): Pod[] => pods(tank).filter(({ status }) => status.phase === 'Running');
const conditions = (tank: TestTank<World>): string[] =>
  (job(tank).status.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

/** Ends all running pods. */
function endAll(tank: TestTank<World>, exitCode: number): void {
  for (const pod of running(tank)) endPod(tank, pod, exitCode);
}

describe('a Job', () => {
  it('runs its completions, so many at a time, and counts each pod before it lets go of it', () => {
    const tank = createTank();
    tank.create(workJob({ completions: 3, parallelism: 2 }));
    tank.run(1500 * MILLISECOND_US);
    expect(running(tank)).toHaveLength(2);
    expect(pods(tank).every(hasTrackingFinalizer)).toBe(true);
    expect(pods(tank)[0]!.metadata.labels).toMatchObject(job(tank).metadata.labels!);
    endAll(tank, 0);
    tank.run(3 * SECOND_US);
    expect(job(tank).status).toMatchObject({ active: 1, ready: 1, succeeded: 2, uncountedTerminatedPods: {} });
    endAll(tank, 0);
    tank.run(3 * SECOND_US);
    expect(job(tank).status).toMatchObject({ active: 0, succeeded: 3 });
    expect(job(tank).status.completionTime).toBeDefined();
    expect(conditions(tank)).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ]);
    expect(pods(tank).some(hasTrackingFinalizer)).toBe(false);
    expect(tank.events('Completed')).toHaveLength(1);
  });

  it('waits longer after each failure, and fails with the last of them (E13)', () => {
    const tank = createTank();
    const created: number[] = [];
    const failed: number[] = [];
    tank.listeners.on<Pod>('probe', 'Pod', (world, { type }) => {
      if (type === 'added') created.push(world.kernel.now);
    });
    tank.create(workJob());
    for (let failures = 0; failures < 7; failures++) {
      while (running(tank).length === 0) tank.run(100 * MILLISECOND_US);
      tank.run(4 * SECOND_US);
      failed.push(tank.world.kernel.now);
      endAll(tank, 1);
    }
    tank.run(3 * SECOND_US);
    const waits = created.slice(1).map((at, index) => (at - failed[index]!) / SECOND_US);
    for (const [index, wait] of [10, 20, 40, 80, 160, 320].entries()) {
      // Times are stored in whole seconds, wake-ups gathered for one.
      expect(waits[index]).toBeGreaterThan(wait - 1);
      expect(waits[index]).toBeLessThan(wait + 1.1);
    }
    expect(created).toHaveLength(7);
    expect(job(tank).status).toMatchObject({ active: 0, failed: 7 });
    expect(conditions(tank)).toEqual(['FailureTarget=True BackoffLimitExceeded', 'Failed=True BackoffLimitExceeded']);
    expect(tank.events('BackoffLimitExceeded')[0]!.message).toBe('Job has reached the specified backoff limit');
  });

  it('gives its pods back when it is suspended, and starts anew when it is resumed', () => {
    const tank = createTank();
    tank.create(workJob({ completions: 2, parallelism: 2, activeDeadlineSeconds: 20 }));
    tank.run(10 * SECOND_US);
    tank.patch('Job', 'work', { spec: { suspend: true } });
    tank.run(30 * SECOND_US);
    expect(pods(tank)).toHaveLength(0);
    expect(job(tank).status.startTime).toBeUndefined();
    expect(conditions(tank)).toEqual(['Suspended=True JobSuspended']);
    tank.patch('Job', 'work', { spec: { suspend: false } });
    tank.run(10 * SECOND_US);
    expect(running(tank)).toHaveLength(2);
    expect(job(tank).status.failed ?? 0).toBe(0);
    tank.run(15 * SECOND_US);
    expect(conditions(tank)).toEqual([
      'Suspended=False JobResumed',
      'FailureTarget=True DeadlineExceeded',
      'Failed=True DeadlineExceeded',
    ]);
    expect(job(tank).status).toMatchObject({ failed: 2, active: 0, terminating: 0 });
  });

  it('gives each index a pod that knows it, and a failed one another', () => {
    const tank = createTank();
    tank.create(workJob({ completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 }));
    tank.run(1500 * MILLISECOND_US);
    expect(pods(tank).map(({ spec }) => spec.hostname)).toEqual(['work-0', 'work-1', 'work-2']);
    expect(pods(tank)[2]!.metadata.name).toMatch(/^work-2-/);
    expect(pods(tank)[2]!.spec.containers[0]!.env).toMatchObject([{ name: 'JOB_COMPLETION_INDEX' }]);
    for (const [index, pod] of running(tank).entries()) endPod(tank, pod, index === 1 ? 1 : 0);
    tank.run(5 * SECOND_US);
    expect(job(tank).status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '' });
    tank.run(10 * SECOND_US);
    endAll(tank, 1);
    tank.run(5 * SECOND_US);
    expect(job(tank).status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1', failed: 2 });
    expect(conditions(tank).at(-1)).toBe('Failed=True FailedIndexes');
  });

  it('ends when its success policy is met, whatever still runs', () => {
    const tank = createTank();
    const successPolicy = { rules: [{ succeededIndexes: '0' }] };
    tank.create(workJob({ completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy }));
    tank.run(1500 * MILLISECOND_US);
    endPod(tank, running(tank)[0]!, 0);
    tank.run(5 * SECOND_US);
    expect(conditions(tank)).toEqual(['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy']);
    expect(job(tank).status).toMatchObject({ succeeded: 1, active: 0 });
    expect(running(tank)).toHaveLength(0);
  });

  it('leaves Jobs to the controller that they name', () => {
    const tank = createTank();
    tank.create(workJob({ managedBy: 'example.com/other' }));
    tank.run(MINUTE_US);
    expect(pods(tank)).toHaveLength(0);
    expect(job(tank).status).toEqual({});
  });

  it('is cleaned up with its pods when its time after the end is over', () => {
    const tank = createTank();
    tank.create(workJob({ ttlSecondsAfterFinished: 30 }));
    tank.run(2 * SECOND_US);
    endAll(tank, 0);
    tank.run(25 * SECOND_US);
    expect(pods(tank)).toHaveLength(1);
    tank.run(10 * SECOND_US);
    expect(job(tank)).toBeUndefined();
    expect(pods(tank)).toHaveLength(0);
  });

  it('lets go of pods that are left when it is deleted', () => {
    const tank = createTank();
    tank.create(workJob({ completions: 2, parallelism: 2 }));
    tank.run(3 * SECOND_US);
    tank.delete('Job', 'work');
    tank.run(5 * SECOND_US);
    expect(pods(tank)).toHaveLength(0);
  });
});
