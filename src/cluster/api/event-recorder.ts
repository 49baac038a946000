import type { Handlers } from '../../kernel/events.js';
import { HOUR_US, type Micros } from '../../kernel/time.js';
import { issue, succeeded, takeResult } from './calls.js';
import { takeToken } from './clients.js';
import { CORRELATOR_DEFAULTS, correlate, messageOf, noteWritten } from './event-correlator.js';
import { createEventMemory, type EventMemory, type ObservedEvent } from './event-memory.js';
import { eventRequest } from './event-row.js';
import { ApiEvent } from './events.js';
import type { KubernetesObject } from './objects/meta.js';
import type { ApiWorld } from './world.js';

/** The API server forgets an Event so long after its last write (us). Source: kube-apiserver --event-ttl, 1h0m0s. */
const EVENT_TTL_US = HOUR_US;
/** Events that wait beyond these are dropped. Source: client-go v0.36.3 tools/record/event.go: maxQueuedEvents. */
const MAXIMUM_WAITING = 1_000;

/** What happened, on its way to the API server. */
interface WaitingEvent {
  readonly at: Micros;
  readonly about: KubernetesObject;
  readonly part: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface EventRecorder {
  readonly memory: EventMemory;
  readonly waiting: WaitingEvent[];
  /** A request is under way: the next one waits for its answer. */
  isSending: boolean;
  /** What was sent last. */
  sent: ObservedEvent | undefined;
}

/** The recorders of the clients, by the client's number: every component has one of its own. */
export type EventRecorderState = Map<number, EventRecorder>;

/**
 * Records a Kubernetes Event about an object, as `kubectl describe` shows it: created, or counted up in one that is there. A
 * recorder sends one after the other, each a request with the limits of its client: Events slow their controller down by the tokens
 * they take, never by waiting in front of it.
 */
export function recordEvent(
  world: ApiWorld,
  client: number,
  about: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  part = '',
): void {
  const recorder = recorderOf(world, client);
  if (recorder.waiting.length >= MAXIMUM_WAITING) return;
  recorder.waiting.push({ at: world.kernel.now, about, part, type, reason, message });
  if (!recorder.isSending) sendNext(world, client, recorder);
}

export function registerEventRecorders<W extends ApiWorld>(handlers: Handlers<W>): void {
  handlers.on(ApiEvent.EventAnswered, (world, client, call) => {
    const recorder = recorderOf(world, client);
    // A refused Event is only logged, and is not there when it happens again.
    if (!succeeded(takeResult(world, call))) recorder.sent!.expiresAt = 0;
    recorder.isSending = false;
    sendNext(world, client, recorder);
  });
}

/** Sends the next Event that is not too much. */
function sendNext(world: ApiWorld, client: number, recorder: EventRecorder): void {
  const { memory, waiting } = recorder;
  const { now } = world.kernel;
  const source = world.api.clients[client]!.name;
  let taken = 0;
  while (!recorder.isSending && taken < waiting.length) {
    const { at, about, part, type, reason, message } = waiting[taken++]!;
    const draft = { subject: about.metadata.uid, part, type, reason, message };
    const event = correlate(memory, CORRELATOR_DEFAULTS, draft, now);
    if (event === undefined) continue;
    // Not there any more, or dropped: it is created after a patch in vain.
    const isThere = event.count > 1 && event.expiresAt > now;
    if (event.count > 1 && !isThere) takeToken(world, client);
    event.expiresAt = now + EVENT_TTL_US;
    noteWritten(memory, CORRELATOR_DEFAULTS, event, draft);
    const request = eventRequest(source, at, about, type, reason, messageOf(event, draft), event.count, isThere);
    issue(world, client, request, ApiEvent.EventAnswered, client);
    recorder.isSending = true;
    recorder.sent = event;
  }
  waiting.splice(0, taken);
}

function recorderOf({ api }: ApiWorld, client: number): EventRecorder {
  let recorder = api.eventRecorders.get(client);
  if (recorder === undefined) {
    recorder = { memory: createEventMemory(), waiting: [], isSending: false, sent: undefined };
    api.eventRecorders.set(client, recorder);
  }
  return recorder;
}
