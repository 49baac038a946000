import { recordRow } from '../../kernel/probe.js';
import { SECOND_US, type Micros, microsToSeconds } from '../../kernel/time.js';
import { takeToken } from './clients.js';
import type { KubernetesObject } from './objects/meta.js';
import { EVENT_TABLE } from './tables.js';
import type { ApiWorld } from './world.js';

/** Events that one source may send about one object at once (client-go v0.36.3 tools/record/events_cache.go). */
const SPAM_BURST = 25;
/** Time for one more of them (same source: 1 per 300 s). */
const SPAM_REFILL_US = 300 * SECOND_US;

/** Token buckets of the spam filter by source and uid of the object: when each would be full again. */
export interface EventRecorderState {
  readonly Normal: Map<string, Map<string, Micros>>;
  readonly Warning: Map<string, Map<string, Micros>>;
}

export function createEventRecorder(): EventRecorderState {
  return { Normal: new Map(), Warning: new Map() };
}

/**
 * Records a Kubernetes Event about an object, as `kubectl describe` shows it. It takes a token of the client it is sent
 * with, so events slow their controller down as in reality; the spam filter drops what is over 25 per object.
 * Events are kept as rows of the results, not as objects in the store.
 */
export function recordEvent(
  world: ApiWorld,
  client: number,
  involved: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const source = world.api.clients[client]!.name;
  if (isSpam(world, source, involved.metadata.uid, type)) return;
  takeToken(world, client);
  recordRow(world, EVENT_TABLE, [
    microsToSeconds(world.kernel.now),
    source,
    involved.kind,
    involved.metadata.namespace,
    involved.metadata.name,
    type,
    reason,
    message,
  ]);
}

function isSpam(world: ApiWorld, source: string, uid: string, type: 'Normal' | 'Warning'): boolean {
  const buckets = world.api.eventRecorder[type];
  let ofSource = buckets.get(source);
  if (ofSource === undefined) buckets.set(source, (ofSource = new Map()));
  const now = world.kernel.now;
  const full = Math.max(ofSource.get(uid) ?? 0, now) + SPAM_REFILL_US;
  if (full - now > SPAM_BURST * SPAM_REFILL_US) return true;
  ofSource.set(uid, full);
  return false;
}
