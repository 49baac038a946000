import { expect, it } from 'vitest';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { recordEvent } from '../../../src/cluster/api/event-recorder.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { HOUR_US, MINUTE_US, SECOND_US } from '../../../src/kernel/time.js';
import { apiWorld, configMap } from './api-world.js';

const about = { ...configMap('web'), metadata: { ...configMap('web').metadata, uid: 'u' } } as KubernetesObject;

interface EventRow {
  readonly message: string;
  readonly count: number;
  /** When it was stored (s). */
  readonly stored: number;
}

function recorder(limits: { qps: number; burst: number } = CLIENT_LIMITS.heartbeat) {
  const { world, handlers } = apiWorld();
  const client = openClient(world, 'replicaset-controller', limits);
  return {
    record: (message: string, part = '', object = about): void =>
      recordEvent(world, client, object, 'Normal', 'SuccessfulCreate', message, part),
    rows: (until = world.kernel.now + SECOND_US): EventRow[] => {
      runUntil(world, handlers, until);
      const { columns, definition } = world.kernel.probe.tables.get('events')!;
      const column = (name: string) => columns[definition.columns.findIndex((one) => one.name === name)]!;
      return column('message').map((message, row) => ({
        message: String(message),
        count: Number(column('count')[row]),
        stored: Number(column('stored_s')[row]),
      }));
    },
    fullAt: (): number => world.api.clients[client]!.fullAt,
  };
}

const words = (rows: readonly EventRow[]): [string, number][] => rows.map(({ message, count }) => [message, count]);

it('counts what happens again, and keeps containers apart', () => {
  const { record, rows } = recorder();
  for (const container of ['a', 'b', 'b']) record('Container started', container);
  expect(rows().map(({ count }) => count)).toEqual([1, 1, 2]);
});

it('combines from the tenth message on', () => {
  const { record, rows } = recorder();
  for (let pod = 1; pod <= 12; pod++) record(`Created pod: web-${pod}`);
  expect(words(rows()).slice(8)).toEqual([
    ['Created pod: web-9', 1],
    ['(combined from similar events): Created pod: web-10', 1],
    ['(combined from similar events): Created pod: web-11', 2],
    ['(combined from similar events): Created pod: web-12', 3],
  ]);
});

it('drops what is over 25 about one object, until 5 minutes have passed', () => {
  const { record, rows } = recorder();
  for (let pod = 0; pod < 40; pod++) record(`Created pod: web-${pod}`);
  expect(rows()).toHaveLength(25);
  rows(5 * MINUTE_US + SECOND_US);
  for (const pod of [40, 41]) record(`Created pod: web-${pod}`);
  // The fifteen that were dropped were counted all the same.
  expect(words(rows()).slice(25)).toEqual([['(combined from similar events): Created pod: web-40', 32]]);
});

it('sends one after the other, each with a token of its client', () => {
  const { record, rows } = recorder({ qps: 1, burst: 2 });
  for (const message of ['a', 'a', 'b', 'c']) record(message);
  const stored = rows(10 * SECOND_US).map((row) => row.stored);
  // There are two tokens, but the second request goes when the first is answered; the others wait for theirs.
  expect(stored[1]! - stored[0]!).toBeGreaterThan(0.001);
  expect(stored[1]).toBeLessThan(0.5);
  expect(stored[2]).toBeGreaterThan(1);
  expect(stored[3]).toBeGreaterThan(2);
});

it('takes another token for an Event that the API server has forgotten: the patch is in vain', () => {
  const { record, rows, fullAt } = recorder({ qps: 0.0001, burst: 100 });
  const tokenUs = 10_000 * SECOND_US;
  record('a');
  rows(HOUR_US - SECOND_US);
  record('a');
  expect(fullAt()).toBe(2 * tokenUs);
  rows(2 * HOUR_US);
  record('a');
  expect(rows().map(({ count }) => count)).toEqual([1, 2, 3]);
  expect(fullAt()).toBe(4 * tokenUs);
});

it('leaves out what the server refuses, and goes on', () => {
  const { record, rows } = recorder();
  record('a', '', { ...about, metadata: { ...about.metadata, namespace: 'gone' } });
  record('b');
  expect(words(rows())).toEqual([['b', 1]]);
});
