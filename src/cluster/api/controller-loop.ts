import { type Distribution, sample } from '../../kernel/distributions.js';
import type { Handlers } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { draws, openStream, type StreamId } from '../../kernel/random.js';
import { schedule, scheduleAt } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { type ApiRequest, type ApiResult, issue, succeeded, takeResult } from './calls.js';
import { CLIENT_LIMITS, openClient } from './clients.js';
import { ApiEvent } from './events.js';
import type { ObjectKey } from './store.js';
import {
  addDueKeys,
  addKey,
  addKeyAt,
  createWorkQueue,
  finishKey,
  forgetKey,
  hasReadyKey,
  nextDelayedAt,
  retryDelayUs,
  takeKey,
  type WorkQueueState,
} from './work-queue.js';
import type { ApiWorld } from './world.js';

/** What becomes of a key after its sync. `retry`: again with back-off; `afterUs`: again then, the sync itself was fine. */
export type SyncOutcome = { readonly retry?: boolean; readonly afterUs?: Micros };

/**
 * One step of a sync. Its requests are sent at once, side by side; when all are answered, `resume` gets the answers with
 * `memory` (plain data) and gives the next step. Without `memory` the sync ends with the step: with `outcome`, or with
 * a retry if a request failed.
 */
export interface SyncStep {
  /** Waits for so long before the requests are sent; its worker waits with it. */
  readonly pauseUs?: Micros;
  readonly requests: readonly ApiRequest[];
  /** Who sends them, where it isn't the controller's own client. */
  readonly client?: number;
  readonly memory?: unknown;
  readonly outcome?: SyncOutcome;
}

/** A sync that has nothing (more) to do. */
export const SYNC_DONE: SyncStep = { requests: [] };

/** A controller: pure-looking functions of the world; all effects go through the API. Code, not state. */
export interface Controller<W extends ApiWorld> {
  /** For example "replicaset-controller": names its client, its events and its random stream. */
  readonly name: string;
  /** Keys worked on side by side (kubernetes v1.36.3 pkg/controller/<name>/config/v1alpha1/defaults.go). */
  readonly workers: number;
  /** First retry delay where it isn't the usual 5 ms. */
  readonly retryBaseUs?: Micros;
  /** Longest one where it isn't the usual 1,000 s. */
  readonly retryMaximumUs?: Micros;
  /** Limits of its client where they aren't those of kube-controller-manager. */
  readonly limits?: { readonly qps: number; readonly burst: number };
  /** Number of the controller whose client, and limits, it shares; without it, it has one of its own. */
  readonly sharesClientOf?: number;
  /** Delay (us) between taking a key and its sync, where it isn't the preset's controller reaction. */
  readonly reaction?: Distribution;
  /** Give up retrying a key after so many failures in a row; without it, never. */
  readonly maximumRetries?: number;
  sync(world: W, key: ObjectKey): SyncStep;
  resume?(world: W, key: ObjectKey, memory: unknown, results: readonly ApiResult[]): SyncStep;
}

/** A controller's state: its line, its client, its free workers. */
export interface ControllerState {
  readonly name: string;
  readonly client: number;
  readonly stream: StreamId;
  readonly queue: WorkQueueState;
  readonly reaction: Distribution;
  freeWorkers: number;
  /** When the wake-up for delayed keys is set; Infinity = not set. */
  wakeAt: Micros;
}

/** A sync under way. */
export interface SyncRecord {
  readonly controller: number;
  readonly key: ObjectKey;
  /** The step that waits. */
  paused: SyncStep | undefined;
  memory: unknown;
  outcome: SyncOutcome | undefined;
  results: ApiResult[];
  /** Numbers of the calls of this step, in order. */
  calls: number[];
  outstanding: number;
}

/** The controllers of a run: code by number. */
export class Controllers<W extends ApiWorld> {
  readonly list: Controller<W>[] = [];

  /** Adds a controller and gives its number: the same in every run, as they are added in a fixed order. */
  add(controller: Controller<W>): number {
    this.list.push(controller);
    return this.list.length - 1;
  }
}

/** Creates the state of all controllers in a new world. */
export function openControllers<W extends ApiWorld>(world: W, controllers: Controllers<W>): void {
  for (const controller of controllers.list) {
    const { name, workers, retryBaseUs, retryMaximumUs, limits, sharesClientOf, reaction } = controller;
    const shared = sharesClientOf === undefined ? undefined : world.api.controllers[sharesClientOf]!.client;
    world.api.controllers.push({
      name,
      client: shared ?? openClient(world, name, limits ?? CLIENT_LIMITS.controller),
      stream: openStream(world, `controller/${name}`),
      queue: createWorkQueue(retryBaseUs, retryMaximumUs),
      reaction: reaction ?? world.api.parameters.controllerReaction,
      freeWorkers: workers,
      wakeAt: Number.POSITIVE_INFINITY,
    });
  }
}

/** Puts a key in a controller's line. */
export function enqueue(world: ApiWorld, controllerId: number, key: ObjectKey): void {
  addKey(world.api.controllers[controllerId]!.queue, key);
  dispatch(world, controllerId);
}

/** Puts a key in line after `delayUs`; an earlier time for the same key stands. */
export function enqueueAfter(world: ApiWorld, controllerId: number, key: ObjectKey, delayUs: Micros): void {
  if (delayUs <= 0) {
    enqueue(world, controllerId, key);
    return;
  }
  addKeyAt(world.api.controllers[controllerId]!.queue, key, world.kernel.now + Math.ceil(delayUs));
  arm(world, controllerId);
}

/** Client of a controller, for its events. */
export function clientOf(world: ApiWorld, controllerId: number): number {
  return world.api.controllers[controllerId]!.client;
}

export function registerControllers<W extends ApiWorld>(handlers: Handlers<W>, controllers: Controllers<W>): void {
  handlers.on(ApiEvent.SyncStarted, (world, controllerId, slot) => {
    const { key } = syncOf(world, slot);
    begin(world, controllers, slot, controllers.list[controllerId]!.sync(world, key));
  });
  handlers.on(ApiEvent.SyncCallDone, (world, slot, call) => {
    const sync = syncOf(world, slot);
    sync.results[sync.calls.indexOf(call)] = takeResult(world, call);
    sync.outstanding -= 1;
    if (sync.outstanding === 0) proceed(world, controllers, slot);
  });
  handlers.on(ApiEvent.SyncPauseOver, (world, slot) => send(world, controllers, slot, syncOf(world, slot).paused!));
  handlers.on(ApiEvent.DelayedKeyDue, (world, controllerId) => {
    const state = world.api.controllers[controllerId]!;
    if (state.wakeAt > world.kernel.now) return; // a wake-up that an earlier one has made needless
    state.wakeAt = Number.POSITIVE_INFINITY;
    addDueKeys(state.queue, world.kernel.now);
    dispatch(world, controllerId);
    arm(world, controllerId);
  });
}

/** Gives waiting keys to free workers. */
function dispatch(world: ApiWorld, controllerId: number): void {
  const { api } = world;
  const state = api.controllers[controllerId]!;
  while (state.freeWorkers > 0 && hasReadyKey(state.queue)) {
    state.freeWorkers -= 1;
    const key = takeKey(state.queue);
    const slot = api.freeSyncs.pop() ?? api.syncs.length;
    api.syncs[slot] = {
      controller: controllerId,
      key,
      paused: undefined,
      memory: undefined,
      outcome: undefined,
      results: [],
      calls: [],
      outstanding: 0,
    };
    const delay = sample(state.reaction, draws(world, state.stream));
    schedule(world, delay, ApiEvent.SyncStarted, controllerId, slot);
  }
}

function arm(world: ApiWorld, controllerId: number): void {
  const state = world.api.controllers[controllerId]!;
  const at = nextDelayedAt(state.queue);
  if (at === undefined || at >= state.wakeAt) return;
  state.wakeAt = at;
  scheduleAt(world, at, ApiEvent.DelayedKeyDue, controllerId, 0);
}

function begin<W extends ApiWorld>(world: W, controllers: Controllers<W>, slot: number, step: SyncStep): void {
  if (step.pauseUs === undefined) return send(world, controllers, slot, step);
  syncOf(world, slot).paused = step;
  schedule(world, step.pauseUs, ApiEvent.SyncPauseOver, slot, 0);
}

function send<W extends ApiWorld>(world: W, controllers: Controllers<W>, slot: number, step: SyncStep): void {
  const sync = syncOf(world, slot);
  sync.memory = step.memory;
  sync.outcome = step.outcome;
  sync.results = [];
  sync.calls = [];
  sync.outstanding = step.requests.length;
  if (step.requests.length === 0) {
    proceed(world, controllers, slot);
    return;
  }
  const client = step.client ?? world.api.controllers[sync.controller]!.client;
  for (const request of step.requests) sync.calls.push(issue(world, client, request, ApiEvent.SyncCallDone, slot));
}

function proceed<W extends ApiWorld>(world: W, controllers: Controllers<W>, slot: number): void {
  const sync = syncOf(world, slot);
  const controller = controllers.list[sync.controller]!;
  if (sync.memory !== undefined) {
    invariant(controller.resume !== undefined, `${controller.name} has memory but nothing to resume with`);
    begin(world, controllers, slot, controller.resume(world, sync.key, sync.memory, sync.results));
    return;
  }
  const outcome = sync.outcome ?? (sync.results.every(succeeded) ? {} : { retry: true });
  finish(world, controller, slot, outcome);
}

function finish<W extends ApiWorld>(world: W, controller: Controller<W>, slot: number, outcome: SyncOutcome): void {
  const { api, kernel } = world;
  const { controller: controllerId, key } = syncOf(world, slot);
  const state = api.controllers[controllerId]!;
  const { queue } = state;
  api.syncs[slot] = undefined;
  api.freeSyncs.push(slot);
  state.freeWorkers += 1;
  const giveUp = (queue.failures.get(key) ?? 0) >= (controller.maximumRetries ?? Number.POSITIVE_INFINITY);
  if (outcome.retry === true && !giveUp)
    addKeyAt(queue, key, kernel.now + Math.ceil(retryDelayUs(queue, key, kernel.now)));
  else forgetKey(queue, key);
  if (outcome.afterUs !== undefined) addKeyAt(queue, key, kernel.now + Math.ceil(outcome.afterUs));
  finishKey(queue, key);
  arm(world, controllerId);
  dispatch(world, controllerId);
}

function syncOf(world: ApiWorld, slot: number): SyncRecord {
  const sync = world.api.syncs[slot];
  invariant(sync !== undefined, `sync ${slot} is not under way`);
  return sync;
}
