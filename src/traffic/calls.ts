import { childKey, type DrawKey, keyedUniform } from '../network/keyed-draws.js';
import { createRequest, sendAttempt } from './attempts.js';
import { countForBudget } from './retries.js';
import { NO_STEP, STEP_ALL, STEP_CALL, type Step } from './programs.js';
import { REQUEST } from './requests.js';
import type { TrafficWorld } from './world.js';

const { ATTEMPT, GENERATION, INTEGERS, KEY, PARENT, PARENT_GENERATION, POD, PROGRAM } = REQUEST;

/** Steps of kind `all` under way: how many of their branches are, and the `all` around them. */
export interface JoinTable {
  integers: Int32Array;
  /** First free one, chained through OUTER; -1: none. */
  free: number;
}

export const NO_JOIN = -1;
const JOIN_INTEGERS = 2;
const PENDING = 0;
const OUTER = 1;
const INITIAL_CAPACITY = 64;

export function createJoins(): JoinTable {
  return { integers: new Int32Array(0), free: NO_JOIN };
}

/** Begins the calls of a request. True: there are none to wait for. */
export function beginCalls(world: TrafficWorld, request: number): boolean {
  const { programs, requests } = world.traffic;
  const program = programs.programs[requests.integers[request * INTEGERS + PROGRAM]!]!;
  return beginList(world, request, program.firstStep, NO_JOIN);
}

/** Goes on after a call of the request has been answered. True: it was the last one. */
export function continueCalls(world: TrafficWorld, request: number, answered: number, answeredJoin: number): boolean {
  const { steps } = world.traffic.programs;
  let step = answered;
  let join = answeredJoin;
  for (;;) {
    const { parent, next } = steps[step]!;
    if (parent !== NO_STEP && steps[parent]!.kind === STEP_ALL) {
      const outer = outerOf(world, join);
      if (!endBranch(world, join)) return false;
      join = outer;
    } else {
      if (!beginList(world, request, next, join)) return false;
      if (parent === NO_STEP) return true;
    }
    step = parent;
  }
}

/** A branch of a request that has ended meanwhile is over: lets go of the parallel steps that waited for it. */
export function dropBranch(world: TrafficWorld, join: number): void {
  let inner = join;
  while (inner !== NO_JOIN) {
    const outer = outerOf(world, inner);
    if (!endBranch(world, inner)) return;
    inner = outer;
  }
}

/** Whether the request that made a call still waits for it. */
export function isParentWaiting(world: TrafficWorld, call: number): boolean {
  const { integers } = world.traffic.requests;
  const parent = integers[call * INTEGERS + PARENT]!;
  return integers[parent * INTEGERS + GENERATION] === integers[call * INTEGERS + PARENT_GENERATION];
}

function beginList(world: TrafficWorld, request: number, first: number, join: number): boolean {
  const { steps } = world.traffic.programs;
  for (let index = first; index !== NO_STEP; index = steps[index]!.next) {
    if (!begin(world, request, steps[index]!, join)) return false;
  }
  return true;
}

/** Begins one step. True: it is done already. */
function begin(world: TrafficWorld, request: number, step: Step, join: number): boolean {
  if (step.kind === STEP_CALL) return !call(world, request, step, join);
  if (step.kind === STEP_ALL) return beginAll(world, request, step, join);
  return beginList(world, request, step.firstChild, join);
}

function beginAll(world: TrafficWorld, request: number, all: Step, outer: number): boolean {
  const { steps } = world.traffic.programs;
  const join = takeJoin(world, outer);
  for (let index = all.firstChild; index !== NO_STEP; index = steps[index]!.next) {
    world.traffic.joins.integers[join * JOIN_INTEGERS + PENDING]! += 1;
    if (begin(world, request, steps[index]!, join)) endBranch(world, join);
  }
  return endBranch(world, join);
}

/** False: chance says that the call is not made this time. */
function call(world: TrafficWorld, request: number, step: Step, join: number): boolean {
  const { requests, keys } = world.traffic;
  const key = childKey(keyOfAttempt(requests.integers, request * INTEGERS), step.position);
  if (step.probability < 1 && keyedUniform(key, keys.probability) >= step.probability) return false;
  const pod = requests.integers[request * INTEGERS + POD]!;
  countForBudget(world, world.traffic.sites[step.site]!);
  sendAttempt(world, createRequest(world, step.site, request, join, key, pod));
  return true;
}

/** A retry makes its calls anew: to pods of their own choice, not again to those that failed the attempt before. */
function keyOfAttempt(integers: Int32Array, at: number): DrawKey {
  const attempt = integers[at + ATTEMPT]!;
  return attempt === 0 ? integers[at + KEY]! : childKey(integers[at + KEY]!, -1 - attempt);
}

/** A join with one branch pending: the hand that begins the others. */
function takeJoin(world: TrafficWorld, outer: number): number {
  const { joins } = world.traffic;
  if (joins.free === NO_JOIN) grow(joins);
  const join = joins.free;
  joins.free = joins.integers[join * JOIN_INTEGERS + OUTER]!;
  joins.integers[join * JOIN_INTEGERS + PENDING] = 1;
  joins.integers[join * JOIN_INTEGERS + OUTER] = outer;
  return join;
}

function outerOf(world: TrafficWorld, join: number): number {
  return world.traffic.joins.integers[join * JOIN_INTEGERS + OUTER]!;
}

/** True: that was the last branch, and the join is given back. */
function endBranch(world: TrafficWorld, join: number): boolean {
  const { joins } = world.traffic;
  const at = join * JOIN_INTEGERS;
  joins.integers[at + PENDING]! -= 1;
  if (joins.integers[at + PENDING]! > 0) return false;
  joins.integers[at + OUTER] = joins.free;
  joins.free = join;
  return true;
}

function grow(joins: JoinTable): void {
  const from = joins.integers.length / JOIN_INTEGERS;
  const capacity = Math.max(INITIAL_CAPACITY, 2 * from);
  const integers = new Int32Array(capacity * JOIN_INTEGERS);
  integers.set(joins.integers);
  joins.integers = integers;
  for (let join = capacity - 1; join >= from; join--) {
    integers[join * JOIN_INTEGERS + OUTER] = joins.free;
    joins.free = join;
  }
}
