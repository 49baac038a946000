import { MAXIMUM_NODES } from '../../cluster/nodes/addresses.js';
import type { Scenario } from '../../scenario/types.js';
import { leftOf, type Plan, planOf } from './plan.js';
import { askRoom, leastByResources } from './room-estimate.js';

export interface MissingNodes {
  readonly pool: string;
  /** The fewest nodes to add that take all pods that nodes of this pool can take. */
  readonly nodes: number;
  /**
   * `least`: more than so many are needed, `most`: fewer may do; how many exactly would take long to find out. `full`: a cluster has
   * no more, and more are needed.
   */
  readonly bound: 'exact' | 'least' | 'most' | 'full';
  /** Of the pods without a node so many would have one then. */
  readonly takes: number;
  /** Whose pods those are. */
  readonly workloads: readonly string[];
  /** Pods that would have no node all the same. */
  readonly left: number;
}

/**
 * The search for missing nodes gives up after so many attempts to place a pod and nodes to make (some seconds), or after so many
 * times as many as the answer itself took.
 */
const SEARCHED = 400_000;
const SEARCHED_TIMES = 6;

/** The scenario planned anew with more nodes. */
interface Trial {
  /** More nodes of the pool in question. */
  readonly nodes: number;
  /** Of the pods that the scenario has as it is: those without a node. */
  readonly left: number;
  /** The pods of DaemonSets that would have no node on the new ones. */
  readonly daemonsLeft: number;
  readonly plan: Plan;
  readonly cost: number;
}

interface Search {
  readonly scenario: Scenario;
  /** Nodes that the scenario has as it is. */
  readonly names: ReadonlyMap<string, number>;
  /** More nodes of each pool. */
  readonly added: readonly number[];
  readonly pool: number;
  /** What may yet be spent. */
  budget: number;
}

/** What every pool would have to add by itself; and several together, if that takes more than any alone. */
export function missingNodes(
  scenario: Scenario,
  plan: Plan,
): { readonly missing: readonly MissingNodes[]; readonly together: readonly MissingNodes[] } {
  const { pools } = scenario.cluster;
  const names = plan.fitted.cluster.indexByName;
  const before = trialOf(plan, names, 0);
  if (before.left === 0) return { missing: [], together: [] };
  const budget = Math.max(SEARCHED, SEARCHED_TIMES * before.cost) / pools.length;
  const none = pools.map(() => 0);
  const missing: MissingNodes[] = [];
  for (const pool of pools.keys()) {
    const found = fewestNodes({ scenario, names, added: none, pool, budget }, before);
    if (found !== undefined) missing.push(found.missing);
  }
  const leastLeft = Math.min(...missing.map(({ left }) => left));
  const isSettled = missing.length < 2 || leastLeft === 0 || missing.some(isOpen);
  if (isSettled) return { missing, together: [] };
  const together: MissingNodes[] = [];
  const added = [...none];
  let last = before;
  for (const pool of pools.keys()) {
    const found = fewestNodes({ scenario, names, added, pool, budget }, { ...last, nodes: 0 });
    if (found === undefined) continue;
    together.push(found.missing);
    added[pool] = found.missing.nodes;
    last = found.trial;
  }
  return { missing, together: together.at(-1)!.left < leastLeft ? together : [] };
}

/** More nodes would take more pods. */
function isOpen({ bound }: MissingNodes): boolean {
  return bound === 'least' || bound === 'full';
}

interface Found {
  readonly missing: MissingNodes;
  readonly trial: Trial;
}

/** Undefined: more nodes of the pool help nobody. */
function fewestNodes(search: Search, before: Trial): Found | undefined {
  const { pool } = search.scenario.cluster.pools[search.pool]!;
  const { best, short, isCut } = enoughNodes(search, before);
  const low = isDone(best) ? Math.max(short.nodes, leastByResources(before.plan, pool) - 1) : short.nodes;
  const { trial, isExact } = isCut ? { trial: best, isExact: false } : fewestOf(search, low, best);
  const takes = before.left - trial.left;
  if (takes === 0 && !isCut) return undefined;
  const isFull = trial.plan.fitted.cluster.nodeCount === MAXIMUM_NODES;
  const bound = isCut ? (isFull ? 'full' : 'least') : isExact ? 'exact' : 'most';
  const workloads = before.plan.lines.flatMap((line, index) =>
    leftOf(trial.plan, trial.plan.lines[index]!) < leftOf(before.plan, line) ? line.source.workload : [],
  );
  return {
    trial,
    missing: { pool, nodes: trial.nodes, bound, takes, workloads, left: trial.left + trial.daemonsLeft },
  };
}

/**
 * Adds as many nodes as would take all that is left, going by their room, and if that helps as many again as would at this rate, until
 * it helps no more: where pods may not share a node or a zone, room is not all. Gives a number that is enough, and a smaller one that is not.
 */
function enoughNodes(
  search: Search,
  before: Trial,
): { readonly best: Trial; readonly short: Trial; readonly isCut: boolean } {
  const pool = search.scenario.cluster.pools[search.pool]!;
  const zones = pool.zones.length;
  const most = MAXIMUM_NODES - search.names.size - search.added.reduce((sum, nodes) => sum + nodes, 0);
  let [best, short] = [before, before];
  const go = (nodes: number): boolean => {
    const trial = tryNodes(search, nodes);
    if (!isBetter(trial, best)) return false;
    [short, best] = [best, trial];
    return true;
  };
  const byRoom = askRoom(before.plan, pool);
  const price = 1 + byRoom.cost / Math.max(1, byRoom.nodes);
  let rate = before.left / Math.max(1, byRoom.nodes);
  for (;;) {
    const { left, nodes, cost } = best;
    // One in another zone may help where one here does not.
    const wanted = Math.max(zones, Math.ceil(left / rate));
    const affordable = Math.floor((search.budget - cost) / price);
    const step = Math.min(wanted, affordable, most - nodes);
    if (step <= 0) return { best, short, isCut: true };
    const fewer = nodes === 0 ? [zones, 1].filter((number) => number < step) : [];
    const helps = [nodes + step, ...fewer].some(go);
    if (!helps || isDone(best)) return { best, short, isCut: false };
    if (step < wanted) return { best, short, isCut: true };
    rate = (left - best.left) / (best.nodes - nodes) || rate;
  }
}

/** Between a number that is too small and one that is enough: first beside the latter, in growing steps, then by halves. */
function fewestOf(search: Search, short: number, enough: Trial): { readonly trial: Trial; readonly isExact: boolean } {
  let low = short;
  let best = enough;
  let step = 1;
  let isBracketed = false;
  while (best.nodes - low > 1) {
    if (search.budget < 0) return { trial: best, isExact: false };
    const middle = low + Math.floor((best.nodes - low) / 2);
    const trial = tryNodes(search, isBracketed ? middle : Math.max(middle, best.nodes - step));
    step *= 2;
    if (isBetter(enough, trial)) {
      low = trial.nodes;
      isBracketed = true;
    } else best = trial;
  }
  return { trial: best, isExact: true };
}

function tryNodes(search: Search, nodes: number): Trial {
  const { scenario, names, added, pool: asked } = search;
  const pools = scenario.cluster.pools.map((pool, index) => ({
    ...pool,
    count: pool.count + added[index]! + (index === asked ? nodes : 0),
  }));
  const trial = trialOf(planOf({ ...scenario, cluster: { ...scenario.cluster, pools } }), names, nodes);
  search.budget -= trial.cost;
  return trial;
}

function trialOf(plan: Plan, names: ReadonlyMap<string, number>, nodes: number): Trial {
  let [left, daemonsLeft] = [0, 0];
  for (const line of plan.lines) {
    const { nodeNames } = line.source;
    const onNew = nodeNames === undefined ? [] : line.waiting.filter(({ index }) => !names.has(nodeNames[index]!));
    daemonsLeft += onNew.length;
    left += leftOf(plan, line) - onNew.length;
  }
  return { nodes, left, daemonsLeft, plan, cost: plan.cost + plan.fitted.cluster.nodeCount };
}

function isDone({ left, daemonsLeft }: Trial): boolean {
  return left + daemonsLeft === 0;
}

function isBetter(one: Trial, other: Trial): boolean {
  return one.left < other.left || (one.left === other.left && one.daemonsLeft < other.daemonsLeft);
}
