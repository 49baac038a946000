import { keyedUniform } from '../network/keyed-draws.js';
import { type Micros, SECOND_US } from '../kernel/time.js';
import { REQUEST } from './requests.js';
import { BUDGET_SECONDS, type CallSite, type RetryBudget } from './sites.js';
import type { TrafficWorld } from './world.js';

const { ATTEMPT, INTEGERS, KEY } = REQUEST;

/** Whether the client may try once more; if so, its budget has paid. */
export function takeRetry(world: TrafficWorld, site: CallSite, request: number): boolean {
  if (world.traffic.requests.integers[request * INTEGERS + ATTEMPT]! >= site.retries) return false;
  const { budget } = site;
  if (budget === null) return true;
  roll(budget, world.kernel.now);
  if (sum(budget.retries) + 1 > budget.share * sum(budget.requests)) return false;
  budget.retries[budget.second % BUDGET_SECONDS]! += 1;
  return true;
}

/** Counts a first attempt towards the budget of its call site. */
export function countForBudget(world: TrafficWorld, site: CallSite): void {
  const { budget } = site;
  if (budget === null) return;
  roll(budget, world.kernel.now);
  budget.requests[budget.second % BUDGET_SECONDS]! += 1;
}

/** Wait before the next attempt. */
export function backoffUs(world: TrafficWorld, site: CallSite, request: number): Micros {
  const { requests, keys } = world.traffic;
  const attempt = requests.integers[request * INTEGERS + ATTEMPT]!;
  let wholeUs = site.retryBackoffUs;
  for (let doubled = 0; doubled < attempt && wholeUs < site.retryBackoffMaximumUs; doubled++) wholeUs *= 2;
  const jitter = keyedUniform(requests.integers[request * INTEGERS + KEY]! + attempt, keys.backoff);
  return Math.round((Math.min(wholeUs, site.retryBackoffMaximumUs) * (1 + jitter)) / 2);
}

function roll(budget: RetryBudget, now: Micros): void {
  const second = Math.floor(now / SECOND_US);
  const passed = Math.min(second - budget.second, BUDGET_SECONDS);
  for (let cell = 1; cell <= passed; cell++) {
    budget.requests[(budget.second + cell) % BUDGET_SECONDS] = 0;
    budget.retries[(budget.second + cell) % BUDGET_SECONDS] = 0;
  }
  budget.second = second;
}

function sum(cells: Float64Array): number {
  let total = 0;
  for (let cell = 0; cell < BUDGET_SECONDS; cell++) total += cells[cell]!;
  return total;
}
