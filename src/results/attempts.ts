import { byText, column, groupBy, rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** Why nodes were filtered out in an attempt. */
export interface FilteredNodes {
  readonly plugin: string;
  readonly reason: string;
  readonly nodes: number;
  /** Of many the first. */
  readonly names: readonly string[];
}

export interface PluginScore {
  readonly plugin: string;
  readonly raw: number;
  /** Normalised, 0 to 100. */
  readonly score: number;
  readonly weight: number;
}

/** A node that could have been chosen; the first one was. */
export interface Candidate {
  readonly node: string;
  readonly total: number;
  readonly scores: readonly PluginScore[];
}

/** One attempt to schedule a pod. */
export interface Attempt {
  readonly number: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** `unbound`: the binding failed after the attempt of this number. */
  readonly outcome: 'scheduled' | 'unschedulable' | 'error' | 'unbound';
  readonly node: string;
  /** Nodes of the cluster, those looked at, and those that fit. */
  readonly nodes: number;
  readonly evaluated: number;
  readonly feasible: number;
  /** Nodes with the highest total. */
  readonly tied: number;
  /** What decided between them: their order in the scheduler's heap, or a draw. */
  readonly tie: 'order' | 'draw' | '';
  readonly nominated: string;
  readonly victims: readonly string[];
  /** Nodes where evictions would help, and what told the nominated one from them; '' without evictions. */
  readonly choices: number;
  readonly chosenBy: string;
  /** Disruption budgets that the evictions overdraw. */
  readonly overdrawn: readonly string[];
  /** Where a pod that failed waits: unschedulable (for an event that may help) or backoff. */
  readonly waits: string;
  readonly message: string;
  readonly filtered: readonly FilteredNodes[];
  readonly candidates: readonly Candidate[];
}

/** A pod and all attempts to schedule it. */
export interface PodAttempts {
  readonly namespace: string;
  readonly pod: string;
  /** A pod that is made again under its name is another one. */
  readonly uid: string;
  readonly workload: string;
  readonly attempts: readonly Attempt[];
  /** When it had to go for a more urgent pod, and which (`pod/NAME on NODE`); null: never. */
  readonly evicted: Eviction | null;
}

export interface Eviction {
  readonly atSeconds: number;
  readonly preemptor: string;
}

/** In the order of their first attempts: what a run recorded of scheduling because it was asked to; undefined if it was not. */
export function podAttempts(tables: RecordedTables): PodAttempts[] | undefined {
  if (!tables.has('scheduling_attempts')) return undefined;
  const judgements = groupBy(rows(tables, 'scheduling_judgements', JUDGEMENT), keyOf);
  const attempts = rows(tables, 'scheduling_attempts', ATTEMPT);
  const evictions = evictionsOf(tables);
  return [...groupBy(attempts, ({ uid }) => uid!).values()]
    .map((own) => ({
      namespace: own[0]!.namespace!,
      pod: own[0]!.pod!,
      uid: own[0]!.uid!,
      workload: own[0]!.workload!,
      attempts: own.map((row) => attemptOf(row, judgements.get(keyOf(row)) ?? [])),
      evicted: evictions.get(own[0]!.uid!) ?? null,
    }))
    .sort(
      (left, right) =>
        left.attempts[0]!.startSeconds - right.attempts[0]!.startSeconds ||
        byText(left.namespace, right.namespace) ||
        byText(left.pod, right.pod),
    );
}

const EVENT = { time_s: 'number', reason: 'text', namespace: 'text', name: 'text', message: 'text' } as const;
const POD = { namespace: 'text', name: 'text', uid: 'text', created_s: 'number', deleted_s: 'number' } as const;

/** By uid of the victim, as the scheduler's Events say, which name it by its name and the other one by its uid. */
function evictionsOf(tables: RecordedTables): Map<string, Eviction> {
  const pods = rows(tables, 'pods', POD);
  const names = new Map(pods.map(({ namespace, name, uid }) => [uid!, subjectOf(namespace!, `pod/${name!}`)]));
  const byName = groupBy(pods, ({ namespace, name }) => `${namespace!}/${name!}`);
  const evictions = new Map<string, Eviction>();
  for (const { time_s, reason, namespace, name, message } of rows(tables, 'events', EVENT)) {
    const [, preemptor, node] = /^Preempted by pod (\S+) on node (\S+)/.exec(message ?? '') ?? [];
    if (reason !== 'Preempted' || preemptor === undefined) continue;
    const victim = byName.get(`${namespace!}/${name!}`)?.findLast(({ created_s }) => (created_s ?? 0) <= time_s!);
    if (victim === undefined || evictions.has(victim.uid!)) continue;
    // The Event is stored after the deletion that it tells of.
    const atSeconds = victim.deleted_s ?? time_s!;
    evictions.set(victim.uid!, { atSeconds, preemptor: `${names.get(preemptor) ?? `pod/${preemptor}`} on ${node!}` });
  }
  return evictions;
}

const ATTEMPT = {
  time_s: 'number',
  end_s: 'number',
  namespace: 'text',
  pod: 'text',
  uid: 'text',
  workload: 'text',
  attempt: 'integer',
  outcome: 'text',
  node: 'text',
  nodes: 'integer',
  evaluated: 'integer',
  feasible: 'integer',
  tied: 'integer',
  tie: 'text',
  nominated: 'text',
  victims: 'text',
  choices: 'integer',
  chosen_by: 'text',
  overdrawn: 'text',
  waits: 'text',
  message: 'text',
} as const;

const JUDGEMENT = {
  namespace: 'text',
  pod: 'text',
  uid: 'text',
  attempt: 'integer',
  plugin: 'text',
  reason: 'text',
  nodes: 'integer',
  names: 'text',
  rank: 'integer',
  raw: 'number',
  score: 'number',
  weight: 'integer',
} as const;

type AttemptRow = ReturnType<typeof rows<typeof ATTEMPT>>[number];
type JudgementRow = ReturnType<typeof rows<typeof JUDGEMENT>>[number];

function keyOf({ uid, attempt }: Pick<AttemptRow, 'uid' | 'attempt'>): string {
  return `${uid!} ${attempt!}`;
}

function attemptOf(row: AttemptRow, judgements: readonly JudgementRow[]): Attempt {
  // What was said of the nodes belongs to the attempt, and not to its binding's failure.
  const own = row.outcome === 'unbound' ? [] : judgements;
  const scores = groupBy(
    own.filter(({ rank }) => rank !== null),
    ({ rank }) => String(rank),
  );
  return {
    number: row.attempt!,
    startSeconds: row.time_s!,
    endSeconds: row.end_s!,
    outcome: row.outcome as Attempt['outcome'],
    node: row.node!,
    nodes: row.nodes!,
    evaluated: row.evaluated!,
    feasible: row.feasible!,
    tied: row.tied!,
    tie: row.tie as Attempt['tie'],
    nominated: row.nominated!,
    victims: words(row.victims!),
    choices: row.choices!,
    chosenBy: row.chosen_by!,
    overdrawn: words(row.overdrawn!),
    waits: row.waits!,
    message: row.message!,
    filtered: own
      .filter(({ rank }) => rank === null)
      .map(({ plugin, reason, nodes, names }) => ({
        plugin: plugin!,
        reason: reason!,
        nodes: nodes!,
        names: words(names!),
      })),
    candidates: [...scores.values()].map(candidateOf),
  };
}

function candidateOf(judgements: readonly JudgementRow[]): Candidate {
  const scores = judgements.map(({ plugin, raw, score, weight }) => ({
    plugin: plugin!,
    raw: raw!,
    score: score!,
    weight: weight!,
  }));
  const total = scores.reduce((sum, { score, weight }) => sum + score * weight, 0);
  return { node: judgements[0]!.names!, total, scores };
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

/** All pods that a run had, as `pod/NAME`, and as `NAMESPACE/pod/NAME` outside of the namespace default. */
export function podNames(tables: RecordedTables): string[] {
  const names = column(tables, 'pods', 'name');
  return column(tables, 'pods', 'namespace').map((namespace, row) =>
    subjectOf(String(namespace), `pod/${names[row]!}`),
  );
}

/** What had pods in a run: `deployment/web`. */
export function workloadNames(tables: RecordedTables): string[] {
  const workloads = column(tables, 'pods', 'workload');
  return column(tables, 'pods', 'namespace').map((namespace, row) =>
    subjectOf(String(namespace), String(workloads[row])),
  );
}

export function subjectOf(namespace: string, object: string): string {
  return namespace === 'default' ? object : `${namespace}/${object}`;
}
