import type { Distribution } from '../kernel/distributions.js';
import { mean } from '../kernel/distributions.js';
import type { NetworkWorld } from '../network/world.js';
import type { CallInput, RequestInput, WorkloadInput } from './model.js';
import { addSite, indexIn, type SiteTable } from './sites.js';

/** What a pod does to answer one kind of request. */
export interface Program {
  /** Null: no CPU time at all. */
  readonly cpu: Distribution | null;
  readonly cpuAfter: Distribution | null;
  /** First of its steps, -1: none. */
  readonly firstStep: number;
}

export const STEP_CALL = 0;
export const STEP_ALL = 1;
export const STEP_SEQUENCE = 2;
export const NO_STEP = -1;

/** One step of a program's tree of calls. */
export interface Step {
  readonly kind: number;
  /** Of a call. */
  readonly site: number;
  readonly probability: number;
  /** Number within the program: part of the key of the call's draws. */
  readonly position: number;
  /** The step after it in its sequence, NO_STEP: the sequence ends. Inside `all`: its neighbour. */
  readonly next: number;
  /** The `all` or `sequence` that it is in; NO_STEP for the program itself. */
  readonly parent: number;
  readonly firstChild: number;
}

const DEFAULT_REQUEST = 'default';

/** An answer without CPU time and calls: for a pod whose behaviour the scenario does not say. */
const NOTHING_TO_DO: Program = { cpu: null, cpuAfter: null, firstStep: NO_STEP };
export const EMPTY_PROGRAM = 0;

export interface Programs {
  readonly programs: readonly Program[];
  readonly steps: readonly Step[];
  /** By behaviour * (number of request names) + request. */
  readonly byBehaviour: Int32Array;
}

interface Draft {
  readonly programs: Program[];
  readonly steps: Step[];
}

export function buildPrograms(world: NetworkWorld, table: SiteTable, workloads: readonly WorkloadInput[]): Programs {
  const draft: Draft = { programs: [NOTHING_TO_DO], steps: [] };
  const own = workloads.map((workload) => {
    const byName = new Map<string, number>();
    for (const name of Object.keys(workload.requests).toSorted((a, b) => (a < b ? -1 : 1))) {
      byName.set(name, addProgram(world, table, draft, workload.requests[name]!));
      indexIn(table.requestNames, name);
    }
    return byName;
  });
  const names = table.requestNames;
  const byBehaviour = new Int32Array(own.length * names.length);
  for (const [behaviour, byName] of own.entries()) {
    const otherwise = byName.get(DEFAULT_REQUEST) ?? EMPTY_PROGRAM;
    for (const [index, name] of names.entries()) {
      byBehaviour[behaviour * names.length + index] = byName.get(name) ?? otherwise;
    }
  }
  return { ...draft, byBehaviour };
}

function addProgram(world: NetworkWorld, table: SiteTable, draft: Draft, request: RequestInput): number {
  const start = draft.steps.length;
  const firstStep = addSteps(world, table, draft, request.calls, NO_STEP, start);
  const after = request.cpuAfter;
  const index = draft.programs.length;
  draft.programs.push({
    cpu: mean(request.cpu) > 0 ? request.cpu : null,
    cpuAfter: after !== undefined && mean(after) > 0 ? after : null,
    firstStep,
  });
  return index;
}

/** Adds a list of steps, chained in order; gives the first. */
function addSteps(
  world: NetworkWorld,
  table: SiteTable,
  draft: Draft,
  calls: readonly CallInput[],
  parent: number,
  start: number,
): number {
  let next = NO_STEP;
  for (const call of calls.toReversed()) {
    const index = draft.steps.length;
    const position = index - start;
    draft.steps.push({ kind: STEP_CALL, site: -1, probability: 1, position, next, parent, firstChild: NO_STEP });
    const step = draft.steps[index]!;
    if (call.kind === 'call') {
      const site = addSite(world, table, call, { ...call, kind: 'service' }, call.request, {
        source: -1,
        step: index,
        zone: '',
      });
      draft.steps[index] = { ...step, site, probability: call.probability };
    } else {
      const firstChild = addSteps(world, table, draft, call.steps, index, start);
      draft.steps[index] = { ...step, kind: call.kind === 'all' ? STEP_ALL : STEP_SEQUENCE, firstChild };
    }
    next = index;
  }
  return next;
}
