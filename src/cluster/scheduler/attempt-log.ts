import { appendRow, createTable, type RecordedTable } from '../../kernel/probe.js';
import { type Micros, microsToSeconds } from '../../kernel/time.js';
import type { Pod } from '../api/objects/pod.js';
import { type ClusterState, NO_NODE, type NodeIndex } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import type { Outcome } from './decide.js';
import { explainPod, type Explanation } from './explain.js';
import type { Failure } from './fit-error.js';
import { knownVerdicts } from './known-verdicts.js';
import { FEASIBLE, pluginOf, reasonsOf, type Verdict } from './plugins/verdict.js';
import type { PodClass } from './pod-class.js';
import { type Decisive, decisiveRule } from './preemption/choose-node.js';
import { overdrawing } from './preemption/disruption-budgets.js';
import { byImportance } from './preemption/importance.js';
import type { QueuedPod } from './queued-pod.js';
import { profileNamed } from './profile.js';
import { refusalOf } from './refusal.js';
import { prepare } from './schedule-pod.js';
import { claimsLackedBy } from './gates.js';
import { ATTEMPT_TABLE, JUDGEMENT_TABLE, UNTRIED_TABLE } from './tables.js';
import type { SchedulerWorld } from './world.js';

/** Scores of so many nodes are written down, and so many names of nodes that fail for one reason. */
const TOLD_CANDIDATES = 5;
const TOLD_NAMES = 5;

/**
 * What is written down of attempts when a run is asked to explain them. Its tables are no part of the run's digest: asking
 * changes nothing.
 */
export interface AttemptLog {
  /** What was asked for: pods and controllers, `pod/web-0`, `deployment/web`, `shop/deployment/web`; empty: all pods. */
  readonly subjects: readonly string[];
  /** Those of the subjects that some pod belongs to. */
  readonly met: Set<string>;
  /** Top owner (`deployment/web`) of each pod that is meant, by uid. */
  readonly pods: Map<string, string>;
  readonly attempts: RecordedTable;
  readonly judgements: RecordedTable;
  readonly untried: RecordedTable;
  /** Those of the pods that had an attempt, by uid. */
  readonly tried: Set<string>;
  /** The attempt under way, if its pod was asked for. */
  current: AttemptNote | undefined;
}

interface AttemptNote {
  readonly at: Micros;
  readonly nodes: number;
  readonly evaluated: number;
  readonly feasible: number;
  readonly tied: number;
  readonly tie: 'order' | 'draw' | '';
  /** The node was kept for the pod: taken without a look at others. */
  readonly isNominated: boolean;
  readonly choice: VictimChoice;
}

/** How the search for victims chose the node to evict them from. */
interface VictimChoice {
  /** Nodes where evictions would help, as far as was looked. */
  readonly candidates: number;
  readonly rule: Decisive | '';
  /** Disruption budgets that are overdrawn. */
  readonly overdrawn: readonly string[];
}

const NO_CHOICE: VictimChoice = { candidates: 0, rule: '', overdrawn: [] };

export function createAttemptLog(subjects: readonly string[]): AttemptLog {
  return {
    subjects,
    met: new Set(),
    pods: new Map(),
    attempts: createTable(ATTEMPT_TABLE),
    judgements: createTable(JUDGEMENT_TABLE),
    untried: createTable(UNTRIED_TABLE),
    tried: new Set(),
    current: undefined,
  };
}

/** Writes down what the plugins say in an attempt that has just been decided; `start` is where its search began. */
export function noteAttempt(
  world: SchedulerWorld,
  log: AttemptLog,
  { pod, attempts }: QueuedPod,
  podClass: PodClass,
  outcome: Outcome,
  start: number,
): void {
  log.current = undefined;
  const { uid, namespace, name } = pod.metadata;
  if (!log.pods.has(uid)) return;
  const { cluster } = world.scheduler;
  const { node, evaluated, isNominated, failure } = outcome;
  const at = world.kernel.now;
  const say = (...cells: (string | number | null)[]): void =>
    appendRow(log.judgements, [microsToSeconds(at), namespace, name, uid, attempts, ...cells]);
  const found = node === NO_NODE ? [] : [...cluster.feasible.subarray(0, cluster.feasibleCount)];
  const refusal = node === NO_NODE ? refusalOf(cluster, podClass) : undefined;
  if (refusal !== undefined) say(refusal.plugin, refusal.message, cluster.nodeCount, '', null, null, null, null);
  else if (!isNominated) {
    for (const { verdict, nodes } of rejections(cluster, podClass, uid, evaluated, start)) {
      const names = nodes.slice(0, TOLD_NAMES).map((one) => cluster.names[one]!);
      const reason = reasonsOf(cluster, verdict).join(', ');
      say(pluginOf(verdict), reason, nodes.length, names.join(' '), null, null, null, null);
    }
  }
  // A single feasible node is taken without scores.
  const explanation = found.length > 1 ? explainPod(cluster, podClass, found) : undefined;
  const ranking = explanation === undefined ? [] : rank(explanation, node).slice(0, TOLD_CANDIDATES);
  for (const [index, one] of ranking.entries()) {
    for (const [plugin, { raw, normalized }] of explanation!.scores) {
      const weight = podClass.profile.weights[plugin];
      say(plugin, '', 1, cluster.names[one]!, index + 1, raw.get(one)!, normalized.get(one)!, weight);
    }
  }
  const highest = explanation?.totals.get(node);
  const tied = explanation === undefined ? 0 : found.filter((one) => explanation.totals.get(one) === highest).length;
  const tie = tied < 2 ? '' : world.scheduler.parameters.ties === 'ordered' ? 'order' : 'draw';
  const choice = failure === undefined ? NO_CHOICE : choiceOf(cluster, podClass, failure);
  log.current = { at, nodes: cluster.nodeCount, evaluated, feasible: found.length, tied, tie, isNominated, choice };
}

function choiceOf(cluster: ClusterState, { priority }: PodClass, { candidate, candidates }: Failure): VictimChoice {
  if (candidate === undefined || candidates === undefined) return NO_CHOICE;
  const { node, victims } = candidate;
  const lower = cluster.podsOnNode[node]!.filter(({ podClass }) => podClass.priority < priority).sort(byImportance);
  const budgets = overdrawing(cluster, lower);
  const overdrawn = victims.flatMap((victim) => {
    const { namespace } = victim.pod.metadata;
    return (budgets.get(victim) ?? []).map((name) => `${namespace}/${name}`);
  });
  const rule = decisiveRule(candidates, candidate);
  return { candidates: candidates.length, rule, overdrawn: [...new Set(overdrawn)] };
}

/** Nodes that were looked at and rejected, by what was said of them; most nodes first. */
function rejections(
  cluster: ClusterState,
  pod: PodClass,
  uid: string,
  evaluated: number,
  start: number,
): { readonly verdict: Verdict; readonly nodes: readonly NodeIndex[] }[] {
  const { verdicts } = knownVerdicts(cluster, prepare(cluster, pod), uid);
  const order = [...nodeOrder(cluster)];
  const isNamed = (node: NodeIndex): boolean => pod.nodeNames?.has(cluster.names[node]!) !== false;
  const candidates = order.filter(isNamed);
  const first = candidates.length === 0 ? 0 : start % candidates.length;
  const seen = [...candidates.slice(first), ...candidates.slice(0, first)].slice(0, evaluated);
  const byVerdict = new Map<Verdict, NodeIndex[]>();
  for (const node of [...seen, ...order.filter((other) => !isNamed(other))]) {
    const verdict = verdicts[node]!;
    if (verdict === FEASIBLE) continue;
    const nodes = byVerdict.get(verdict);
    if (nodes === undefined) byVerdict.set(verdict, [node]);
    else nodes.push(node);
  }
  const groups = [...byVerdict].map(([verdict, nodes]) => ({ verdict, nodes }));
  return groups.sort((left, right) => right.nodes.length - left.nodes.length || left.verdict - right.verdict);
}

/** By total, the chosen node first, then in the order found. */
function rank({ totals }: Explanation, chosen: NodeIndex): NodeIndex[] {
  const others = [...totals.keys()].filter((node) => node !== chosen);
  const place = new Map(others.map((node, index) => [node, index]));
  others.sort((left, right) => totals.get(right)! - totals.get(left)! || place.get(left)! - place.get(right)!);
  return [chosen, ...others];
}

/** What an attempt came to, and where a pod that failed waits. */
interface AttemptEnd {
  readonly outcome: 'scheduled' | 'unschedulable' | 'error' | 'unbound';
  readonly node: string;
  readonly nominated: string;
  readonly victims: string;
  readonly message: string;
}

/** The attempt under way is over. */
export function endAttempt(log: AttemptLog, queued: QueuedPod, end: AttemptEnd, now: Micros): void {
  const { current } = log;
  log.current = undefined;
  if (current !== undefined) record(log, queued, current, end, now);
}

/** The binding of a pod failed after its attempt: told in a row of its own. */
export function noteBindingError(log: AttemptLog, queued: QueuedPod, node: string, message: string, now: Micros): void {
  const nothing = {
    nodes: 0,
    evaluated: 0,
    feasible: 0,
    tied: 0,
    tie: '',
    isNominated: false,
    choice: NO_CHOICE,
  } as const;
  const note: AttemptNote = { at: now, ...nothing };
  record(log, queued, note, { outcome: 'unbound', node, nominated: '', victims: '', message }, now);
}

function record(
  log: AttemptLog,
  { pod, place, attempts }: QueuedPod,
  note: AttemptNote,
  end: AttemptEnd,
  now: Micros,
): void {
  const { namespace, name, uid } = pod.metadata;
  const workload = log.pods.get(uid);
  if (workload === undefined) return;
  log.tried.add(uid);
  appendRow(log.attempts, [
    microsToSeconds(note.at),
    microsToSeconds(now),
    namespace,
    name,
    uid,
    workload,
    attempts,
    end.outcome,
    end.node,
    note.nodes,
    note.evaluated,
    note.feasible,
    note.tied,
    note.tie,
    note.isNominated ? end.node : end.nominated,
    end.victims,
    note.choice.candidates,
    note.choice.rule,
    note.choice.overdrawn.join(' '),
    end.outcome === 'scheduled' || place === 'gone' ? '' : place,
    end.message,
  ]);
}

/** A pod goes, or the run ends: was it never tried, it is told why. */
export function noteEnd(log: AttemptLog, pod: Pod, cluster: ClusterState): void {
  const { metadata, spec } = pod;
  const { profiles } = cluster;
  const { namespace, name, uid } = metadata;
  const workload = log.pods.get(uid);
  if (workload === undefined || log.tried.has(uid)) return;
  const gates = (spec.schedulingGates ?? []).map((gate) => gate.name).join(' ');
  const isKnown = profileNamed(profiles, spec.schedulerName) !== undefined;
  const scheduler = isKnown ? '' : spec.schedulerName!;
  const schedulers = profiles.map(({ schedulerName }) => schedulerName).join(' ');
  const node = spec.nodeName ?? '';
  const lacks = claimsLackedBy(cluster, pod) ?? '';
  appendRow(log.untried, [namespace, name, uid, workload, gates, node, scheduler, schedulers, lacks]);
}
