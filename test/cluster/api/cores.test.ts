import { expect, it } from 'vitest';
import { issue, takeResult } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { API_PRESETS } from '../../../src/cluster/api/parameters.js';
import { constant } from '../../../src/kernel/distributions.js';
import { defineEvents } from '../../../src/kernel/events.js';
import { runUntil, scheduleAt } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { apiWorld } from './api-world.js';

const TestEvent = defineEvents('test-api', 1100, ['Answered', 'Send']);

/** Nothing takes time but the cores: 10 ms a request. */
const ONLY_CORES = {
  ...API_PRESETS.recorded,
  network: constant(0),
  front: constant(0),
  apply: constant(0),
  tailChance: 0,
  readService: constant(10 * MILLISECOND_US),
};

/** When reads that are sent at these times (ms) are answered (ms), in the order of the answers. */
function answeredAt(cores: number, sentAt: readonly number[]): number[] {
  const { world, handlers } = apiWorld({ ...ONLY_CORES, cores });
  const client = openClient(world, 'tester', CLIENT_LIMITS.heartbeat);
  const answers: number[] = [];
  handlers.on(TestEvent.Send, () => {
    issue(world, client, { verb: 'list', kind: 'Pod', namespace: '', name: '' }, TestEvent.Answered);
  });
  handlers.on(TestEvent.Answered, (w, _subject, call) => {
    takeResult(w, call);
    answers.push(Math.round(w.kernel.now / MILLISECOND_US));
  });
  for (const at of sentAt) scheduleAt(world, at * MILLISECOND_US, TestEvent.Send, 0, 0);
  runUntil(world, handlers, SECOND_US);
  return answers;
}

it('serves as many requests at once as there are cores, each in its time', () => {
  expect(answeredAt(2, [0, 0])).toEqual([10, 10]);
});

it('shares the cores evenly beyond that', () => {
  expect(answeredAt(2, [0, 0, 0, 0])).toEqual([20, 20, 20, 20]);
  // Alone for 5 ms, then half the speed for both: 5 left take 10; the second then has 5 left and is alone again.
  expect(answeredAt(1, [0, 5])).toEqual([15, 20]);
});

it('makes nobody wait where requests do not share cores', () => {
  expect(answeredAt(0, [0, 0, 0])).toEqual([0, 0, 0]);
});
