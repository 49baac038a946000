import { expect, it } from 'vitest';
import { openClient } from '../../../src/cluster/api/clients.js';
import { recordEvent } from '../../../src/cluster/api/event-recorder.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { ApiWorld } from '../../../src/cluster/api/world.js';
import { HOUR_US, MINUTE_US, SECOND_US } from '../../../src/kernel/time.js';
import { apiWorld, configMap } from './api-world.js';

const about = { ...configMap('web'), metadata: { ...configMap('web').metadata, uid: 'u' } } as KubernetesObject;
const LIMITS = { qps: 1, burst: 1_000 };

function recorder() {
  const { world } = apiWorld();
  const client = openClient(world, 'replicaset-controller', LIMITS);
  const record = (at: number, message: string, part = ''): void => {
    Object.assign(world.kernel, { now: at });
    recordEvent(world, client, about, 'Normal', 'SuccessfulCreate', message, part);
  };
  const tokens = (): number => (world.api.clients[client]!.fullAt - world.kernel.now) / SECOND_US;
  return { world, record, tokens };
}

function rows(world: ApiWorld): [unknown, unknown][] {
  const { columns } = world.kernel.probe.tables.get('events')!;
  return columns[7]!.map((message, row) => [message, columns[8]![row]]);
}

it('counts what happens again, and keeps containers apart', () => {
  const { world, record, tokens } = recorder();
  record(1, 'Container started', 'a');
  record(1, 'Container started', 'b');
  record(1, 'Container started', 'b');
  expect(rows(world)).toEqual([
    ['Container started', 1],
    ['Container started', 1],
    ['Container started', 2],
  ]);
  expect(tokens()).toBe(3);
});

it('combines from the tenth message on', () => {
  const { world, record } = recorder();
  for (let pod = 1; pod <= 12; pod++) record(pod, `Created pod: web-${pod}`);
  expect(rows(world).slice(8)).toEqual([
    ['Created pod: web-9', 1],
    ['(combined from similar events): Created pod: web-10', 1],
    ['(combined from similar events): Created pod: web-11', 2],
    ['(combined from similar events): Created pod: web-12', 3],
  ]);
});

it('drops what is over 25 about one object, until 5 minutes have passed', () => {
  const { world, record, tokens } = recorder();
  for (let pod = 0; pod < 40; pod++) record(0, `Created pod: web-${pod}`);
  expect(rows(world)).toHaveLength(25);
  expect(tokens()).toBe(25);
  record(5 * MINUTE_US, 'Created pod: web-40');
  record(5 * MINUTE_US, 'Created pod: web-41');
  // The fifteen that were dropped were counted all the same.
  expect(rows(world).slice(25)).toEqual([['(combined from similar events): Created pod: web-40', 32]]);
});

it('creates an Event anew that the API server has forgotten, after a patch in vain', () => {
  const { world, record, tokens } = recorder();
  record(0, 'Created pod: web-1');
  record(HOUR_US - 1, 'Created pod: web-1');
  expect(tokens()).toBe(1);
  record(2 * HOUR_US - 1, 'Created pod: web-1');
  expect(tokens()).toBe(2);
  expect(rows(world).map(([, count]) => count)).toEqual([1, 2, 3]);
});
