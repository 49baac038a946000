import { expect, test, vi } from 'vitest';
import { proceed } from '../../../src/cluster/scheduler/cycle.js';
import { node, pod, schedulerWorld } from './scheduler-world.js';

test('the pool is not searched for the next leftover while the timer for it is set', () => {
  const { world, addNode, addPod, run } = schedulerWorld();
  addNode(node('n1'));
  addPod(pod('huge', 64));
  run(10);
  const { scheduler } = world;
  expect(scheduler.queue.pods.get('pod-huge')?.place).toBe('unschedulable');
  expect(scheduler.leftoverFlushAt).toBeLessThan(Number.POSITIVE_INFINITY);
  const looks = vi.spyOn(scheduler.queue.pool, 'values');
  proceed(world);
  expect(looks).not.toHaveBeenCalled();
});
