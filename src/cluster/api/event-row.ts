import { recordRow } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import type { ApiRequest, ApiResult } from './calls.js';
import { refuseNamespace } from './create.js';
import type { KubernetesObject } from './objects/meta.js';
import { EVENT_TABLE } from './tables.js';
import type { ApiWorld } from './world.js';

/** An Event as it is written down. Events are rows of the results, not objects in the store: nobody acts on them. */
export interface EventRow {
  /** When it happened. */
  readonly at: Micros;
  readonly source: string;
  readonly about: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** How often it happened so far; beyond 1 it is a patch of the Event that is there. */
  readonly count: number;
}

/** The request that sends an Event. */
export function eventRequest(
  source: string,
  at: Micros,
  about: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  count: number,
  isThere = count > 1,
): ApiRequest {
  const event = { at, source, about, type, reason, message, count };
  const { namespace, name } = about.metadata;
  return { verb: isThere ? 'patch' : 'create', kind: 'Event', namespace, name, event };
}

/** For the API server: writes an Event down, a new one only where its namespace is not going. */
export function storeEvent(world: ApiWorld, request: ApiRequest, event: EventRow): ApiResult {
  const { kind, metadata } = event.about;
  const { at, source, type, reason, message, count } = event;
  const refusal = request.verb === 'patch' ? undefined : refuseNamespace(world, request, metadata.name);
  if (refusal !== undefined) return refusal;
  const { namespace, name } = metadata;
  const [time, stored] = [microsToSeconds(at), microsToSeconds(world.kernel.now)];
  recordRow(world, EVENT_TABLE, [time, source, kind, namespace, name, type, reason, message, count, stored]);
  return { status: 201, reason: '', message: '' };
}
