import { sample } from '../../kernel/distributions.js';
import type { EventKind, Handlers } from '../../kernel/events.js';
import { recordValue } from '../../kernel/histogram.js';
import { invariant } from '../../kernel/invariant.js';
import { type Draw, draws } from '../../kernel/random.js';
import { schedule, scheduleAt } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { takeToken, usageOf } from './clients.js';
import { occupy, takeServed } from './cores.js';
import { quotasOf } from './create.js';
import { commitAt, commitDelayUs } from './etcd.js';
import type { EventRow } from './event-row.js';
import { ApiEvent } from './events.js';
import type { EvictionStep } from './eviction.js';
import type { KubernetesObject } from './objects/meta.js';
import type { ObjectKey } from './store.js';
import { begin, execute, read } from './verbs.js';
import type { ApiWorld } from './world.js';

export type Verb =
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'bind'
  /** POST pods/NAME/eviction */
  | 'evict'
  | 'get'
  | 'list';

/** One request as a client states it. */
export interface ApiRequest {
  readonly verb: Verb;
  readonly kind: string;
  /** Empty for kinds without a namespace; for `list`, empty = all namespaces. */
  readonly namespace: string;
  /** Empty for `list` and for `create` with generateName. */
  readonly name: string;
  /** Updates and patches of the status leave the rest alone, others leave the status alone; `finalize`: of a Namespace. */
  readonly subresource?: 'status' | 'finalize';
  /** create, update: the object; patch: a strategic merge patch; bind: the name of the node. */
  readonly body?: unknown;
  /** patch: a JSON merge patch instead. */
  readonly patchType?: 'merge';
  /** patch: false for one that somebody wrote by hand, so that its fields have to be checked; those of components are right. */
  readonly isTyped?: false;
  /** create, patch: an Event about the object of this name. */
  readonly event?: EventRow;
  /** Fails with 409 unless the object still has this uid. */
  readonly uid?: string;
  /** Fails with 409 unless the object is still at this version. */
  readonly resourceVersion?: number;
  /** delete, evict: overrides the object's own grace. */
  readonly gracePeriodSeconds?: number;
  /** delete: what happens to objects owned by this one; without it what the kind says, mostly Background. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** The answer, as HTTP and Kubernetes word it. */
export interface ApiResult {
  readonly status: number;
  /** metav1.Status reason: "", AlreadyExists, Conflict, NotFound, Invalid, Forbidden, ... */
  readonly reason: string;
  readonly message: string;
  /** The client may try again after so long (status 429). */
  readonly retryAfterSeconds?: number;
  readonly object?: KubernetesObject;
  readonly objects?: readonly KubernetesObject[];
}

/**
 * A request that has done some of its work and goes on: with its next write, or after a pause inside the server. `request`:
 * with a request of the server to itself, which has to be served like any other.
 */
export interface Pending {
  readonly pauseUs?: Micros | 'request';
  readonly next: NextStep;
}

/** What is still to do of a request that takes several writes. */
export type NextStep =
  /** A new object that its quotas have let in. */
  | { readonly step: 'store'; readonly object: KubernetesObject }
  /** A pod that waits for its namespace's service account. */
  | { readonly step: 'account'; readonly tries: number }
  /** `count` of the objects have been deleted. */
  | { readonly step: 'collection'; readonly keys: readonly ObjectKey[]; readonly count: number }
  | EvictionStep;

/** A request under way. */
export interface ApiCallRecord {
  readonly client: number;
  readonly request: ApiRequest;
  /** Event that tells the caller of the answer (a = `subject`, b = number of the call); 0 = nobody waits. */
  readonly done: EventKind;
  readonly subject: number;
  /** When it left the client, its token in hand. */
  readonly sentAt: Micros;
  readonly throttledUs: Micros;
  next: NextStep | undefined;
  result: ApiResult | undefined;
}

/** For callers that don't wait for an answer. */
export const NOBODY: EventKind = 0;

/** Is it a 2xx answer? */
export function succeeded(result: ApiResult): boolean {
  return result.status < 300;
}

/**
 * Sends a request: client limit, network, server, etcd, answer, each in its own time. The answer comes as an event of
 * kind `done` with (subject, call); its handler takes it with `takeResult`.
 */
export function issue(
  world: ApiWorld,
  client: number,
  request: ApiRequest,
  done: EventKind = NOBODY,
  subject = 0,
): number {
  const { api, kernel } = world;
  const sentAt = takeToken(world, client);
  const call = api.freeCalls.pop() ?? api.calls.length;
  api.calls[call] = {
    client,
    request,
    done,
    subject,
    sentAt,
    throttledUs: sentAt - kernel.now,
    next: undefined,
    result: undefined,
  };
  scheduleAt(world, sentAt + arrivalUs(world, request), ApiEvent.RequestArrived, call, 0);
  return call;
}

/** From leaving the client to the server's work on it. */
function arrivalUs(world: ApiWorld, { verb }: ApiRequest): Micros {
  const draw = serverDraw(world);
  const { network, front, admission, tailChance, tail } = world.api.parameters;
  let delay = sample(network, draw) / 2 + sample(front, draw);
  if (isWrite(verb)) delay += sample(admission, draw);
  if (draw() < tailChance) delay += sample(tail, draw);
  return Math.round(delay);
}

/** The answer to a call; its number is free from now on. */
export function takeResult(world: ApiWorld, call: number): ApiResult {
  const record = world.api.calls[call];
  invariant(record?.result !== undefined, `call ${call} has no answer to take`);
  release(world, call);
  return record.result;
}

export function registerCalls<W extends ApiWorld>(handlers: Handlers<W>): void {
  handlers.on(ApiEvent.RequestArrived, (world, call) => {
    // API priority and fairness (part 5) has its place here: seats and queues in front of the work.
    const { cores, parameters } = world.api;
    if (cores.count === 0) return work(world, call);
    const { request } = recordOf(world, call);
    const service = isWrite(request.verb) ? parameters.service : parameters.readService;
    occupy(world, cores, sample(service, serverDraw(world)), NOBODY, call);
  });
  handlers.on(ApiEvent.RequestServed, (world, plan) => {
    for (const { done, subject } of takeServed(world, world.api.cores, plan)) {
      if (done === NOBODY) work(world, subject);
      else schedule(world, 0, done, subject, 0);
    }
  });
  handlers.on(ApiEvent.RequestCommitted, (world, call) => {
    const { request, next } = recordOf(world, call);
    const outcome = execute(world, request, next);
    if ('next' in outcome) goOn(world, call, outcome);
    else answer(world, call, outcome);
  });
}

function work(world: ApiWorld, call: number): void {
  const { request, next } = recordOf(world, call);
  if (!isWrite(request.verb)) answer(world, call, read(world, request));
  else goOn(world, call, begin(world, request, next));
}

/** To the next write, after a pause if there is one, or to the answer. */
function goOn(world: ApiWorld, call: number, outcome: ApiResult | Pending | undefined): void {
  if (outcome !== undefined && !('next' in outcome)) return answer(world, call, outcome);
  if (outcome !== undefined) {
    recordOf(world, call).next = outcome.next;
    const { pauseUs } = outcome;
    if (pauseUs !== undefined) {
      const delay = pauseUs === 'request' ? arrivalUs(world, recordOf(world, call).request) : pauseUs;
      schedule(world, delay, ApiEvent.RequestArrived, call, 0);
      return;
    }
  }
  scheduleAt(world, committedAt(world, recordOf(world, call)), ApiEvent.RequestCommitted, call, 0);
}

function committedAt(world: ApiWorld, { request, next }: ApiCallRecord): Micros {
  const isCharged = request.verb === 'create' && request.event === undefined && next?.step !== 'store';
  if (isCharged && quotasOf(world, request.namespace).length > 0) return chargedAt(world, request.namespace);
  return commitAt(world.api.etcd, world.api.parameters, world.kernel.now, serverDraw(world));
}

/**
 * The quotas of a namespace are charged by one request of the server to itself after the other; creations that arrive meanwhile
 * share the next one. Source: resourcequota/controller.go: quotaEvaluator.
 */
function chargedAt(world: ApiWorld, namespace: string): Micros {
  const { parameters, quotaTurns } = world.api;
  const { now } = world.kernel;
  const last = quotaTurns.get(namespace);
  if (last !== undefined && now < last.startsAt) return last.endsAt;
  const startsAt = Math.max(now, last?.endsAt ?? 0);
  const draw = serverDraw(world);
  const { network, front, admission, service, apply } = parameters;
  const steps = [network, front, admission, service, apply];
  const turnUs = Math.round(steps.reduce((sum, step) => sum + sample(step, draw), 0)) + commitDelayUs(parameters, draw);
  const endsAt = startsAt + turnUs;
  quotaTurns.set(namespace, { startsAt, endsAt });
  return endsAt;
}

function answer(world: ApiWorld, call: number, result: ApiResult): void {
  const record = recordOf(world, call);
  record.result = result;
  const { parameters } = world.api;
  const draw = serverDraw(world);
  const delay = Math.round(sample(parameters.apply, draw) + sample(parameters.network, draw) / 2);
  account(world, record, delay);
  if (record.done === NOBODY) release(world, call);
  else schedule(world, delay, record.done, record.subject, call);
}

function account(world: ApiWorld, record: ApiCallRecord, replyUs: Micros): void {
  const { verb, kind } = record.request;
  const usage = usageOf(world, world.api.clients[record.client]!.name, verb, kind);
  if (!succeeded(record.result!)) usage.failed += 1;
  usage.throttledUs += record.throttledUs;
  recordValue(usage.latency, world.kernel.now + replyUs - record.sentAt);
}

function recordOf(world: ApiWorld, call: number): ApiCallRecord {
  const record = world.api.calls[call];
  invariant(record !== undefined, `call ${call} is not under way`);
  return record;
}

function release(world: ApiWorld, call: number): void {
  world.api.calls[call] = undefined;
  world.api.freeCalls.push(call);
}

function serverDraw(world: ApiWorld): Draw {
  return draws(world, world.api.streams.server);
}

function isWrite(verb: Verb): boolean {
  return verb !== 'get' && verb !== 'list';
}
