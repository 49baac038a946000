import { recordRow } from '../../kernel/probe.js';
import { HOUR_US, microsToSeconds } from '../../kernel/time.js';
import { takeToken } from './clients.js';
import { CORRELATOR_DEFAULTS, correlate, messageOf, noteWritten } from './event-correlator.js';
import { createEventMemory, type EventMemory } from './event-memory.js';
import type { KubernetesObject } from './objects/meta.js';
import { EVENT_TABLE } from './tables.js';
import type { ApiWorld } from './world.js';

/** The API server forgets an Event so long after its last write (us). Source: kube-apiserver --event-ttl, 1h0m0s. */
const EVENT_TTL_US = HOUR_US;

/** What each client's recorder remembers, by the client's number: every component has a recorder of its own. */
export type EventRecorderState = Map<number, EventMemory>;

/**
 * Records a Kubernetes Event about an object, as `kubectl describe` shows it: created, or counted up in one that is there. Each
 * write takes a token of the client it is sent with, so events slow their controller down as in reality.
 * Events are kept as rows of the results, not as objects in the store.
 */
export function recordEvent(
  world: ApiWorld,
  client: number,
  involved: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  part = '',
): void {
  const { now } = world.kernel;
  const memory = memoryOf(world, client);
  const draft = { subject: involved.metadata.uid, part, type, reason, message };
  const event = correlate(memory, CORRELATOR_DEFAULTS, draft, now);
  if (event === undefined) return;
  if (event.count > 1) takeToken(world, client);
  // Not there yet, not any more, or dropped: it is created, if need be after a patch in vain.
  if (event.expiresAt <= now) takeToken(world, client);
  event.expiresAt = now + EVENT_TTL_US;
  noteWritten(memory, CORRELATOR_DEFAULTS, event, draft);
  recordEventRow(world, client, involved, type, reason, messageOf(event, draft), event.count);
}

/** Writes an Event down in the results. */
export function recordEventRow(
  world: ApiWorld,
  client: number,
  { kind, metadata }: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  count: number,
): void {
  recordRow(world, EVENT_TABLE, [
    microsToSeconds(world.kernel.now),
    world.api.clients[client]!.name,
    kind,
    metadata.namespace,
    metadata.name,
    type,
    reason,
    message,
    count,
  ]);
}

function memoryOf({ api }: ApiWorld, client: number): EventMemory {
  let memory = api.eventRecorders.get(client);
  if (memory === undefined) api.eventRecorders.set(client, (memory = createEventMemory()));
  return memory;
}
