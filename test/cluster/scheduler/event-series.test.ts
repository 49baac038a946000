import { expect, it } from 'vitest';
import { recordPodEvent } from '../../../src/cluster/scheduler/event-series.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MINUTE_US, SECOND_US } from '../../../src/kernel/time.js';
import { pod, schedulerWorld } from './scheduler-world.js';

const podOf = (resourceVersion: number) => {
  const plain = pod('p');
  return { ...plain, metadata: { ...plain.metadata, resourceVersion } };
};

it('makes a series of events about one version of a pod with one patch, and starts anew after 6 to 12 quiet minutes', () => {
  const { world, handlers } = schedulerWorld();
  const record = (at: number, message: string, resourceVersion = 2): void => {
    runUntil(world, handlers, at);
    recordPodEvent(world, podOf(resourceVersion), 'Warning', 'FailedScheduling', message);
  };
  record(0, 'Insufficient cpu', 1);
  record(SECOND_US, 'Insufficient cpu'); // its condition was written in between
  record(2 * SECOND_US, 'untolerated taint');
  record(3 * SECOND_US, 'Insufficient cpu');
  record(MINUTE_US, 'Insufficient cpu');
  // Looked at after 6 minutes, when it had been quiet for 5, and after 12: the time between is free for one more.
  record(12 * MINUTE_US - 1, 'Insufficient cpu');
  record(24 * MINUTE_US, 'Insufficient cpu');
  runUntil(world, handlers, 25 * MINUTE_US);
  const { columns } = world.kernel.probe.tables.get('events')!;
  expect(columns[7]!.map((message, row) => [columns[0]![row], message, columns[8]![row]])).toEqual([
    [0, 'Insufficient cpu', 1],
    [1, 'Insufficient cpu', 1],
    [2, 'Insufficient cpu', 2],
    [1440, 'Insufficient cpu', 1],
  ]);
});
