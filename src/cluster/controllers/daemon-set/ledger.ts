import type { Micros } from '../../../kernel/time.js';
import { scaledValue } from '../../api/int-or-percent.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod, PodSpec } from '../../api/objects/pod.js';
import type { DaemonSet, DaemonSetSpec } from '../../api/objects/workload.js';
import { isTerminal } from '../../api/pod-predicates.js';
import { matchesSelector } from '../../api/selectors.js';
import { type Counts, type Judgement, judgeNode, type NodeRules, type Role } from './judge.js';
import { daemonPodSpec, type Placement, placementOn, targetNode } from './placement.js';

/**
 * What a DaemonSet's controller knows of the nodes. Kubernetes looks at all nodes and pods at each sync; the same sums are
 * kept here and brought up to date node by node, so that a sync costs what has changed.
 */
export interface DaemonLedger {
  /** Another spec needs another ledger. */
  readonly spec: DaemonSetSpec;
  /** The template's, with a daemon's tolerations. */
  readonly podSpec: PodSpec;
  /** Hash of the template in force; '' = not known yet. */
  hash: string;
  /** Own pods by target node, by uid; without those that have ended and are being deleted. */
  readonly pods: Map<string, Map<string, Pod>>;
  /** Own pods that the selector does not match any more, by uid: to be let go. */
  readonly strangers: Map<string, Pod>;
  readonly placements: Map<string, Placement>;
  /** Nodes to be judged anew; those that time alone may change. */
  readonly changed: Set<string>;
  readonly timed: Set<string>;
  readonly judgements: Map<string, Judgement>;
  /** Nodes by what is to be done there. */
  readonly needing: Set<string>;
  readonly unclean: Set<string>;
  readonly byRole: Readonly<Record<Role, Set<string>>>;
  readonly counts: { -readonly [Name in keyof Counts]: number };
}

/** The selector matches the labels of the pods of one template alike. */
export function openLedger({ spec }: DaemonSet, nodes: Iterable<Node>, pods: Iterable<Pod>): DaemonLedger {
  const ledger: DaemonLedger = {
    spec,
    podSpec: daemonPodSpec(spec.template),
    hash: '',
    pods: new Map(),
    strangers: new Map(),
    placements: new Map(),
    changed: new Set(),
    timed: new Set(),
    judgements: new Map(),
    needing: new Set(),
    unclean: new Set(),
    byRole: {
      rest: new Set(),
      busy: new Set(),
      replaceable: new Set(),
      candidate: new Set(),
      retirable: new Set(),
    },
    counts: { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 },
  };
  for (const node of nodes) enterNode(ledger, node);
  for (const pod of pods) enterPod(ledger, pod);
  return ledger;
}

/** Gives the node's new placement. */
export function enterNode(ledger: DaemonLedger, node: Node): Placement {
  const placement = placementOn(ledger.podSpec, node);
  ledger.placements.set(node.metadata.name, placement);
  ledger.changed.add(node.metadata.name);
  return placement;
}

export function dropNode(ledger: DaemonLedger, name: string): void {
  ledger.placements.delete(name);
  ledger.changed.add(name);
}

export function enterPod(ledger: DaemonLedger, pod: Pod): void {
  const { uid, deletionTimestamp, labels } = pod.metadata;
  const node = targetNode(pod.spec);
  if (!isMatch(ledger, labels)) {
    dropPod(ledger, pod);
    ledger.strangers.set(uid, pod);
    return;
  }
  ledger.strangers.delete(uid);
  if (node === undefined) return;
  if (isTerminal(pod) && deletionTimestamp !== undefined) {
    dropPod(ledger, pod);
    return;
  }
  const pods = ledger.pods.get(node);
  if (pods === undefined) ledger.pods.set(node, new Map([[uid, pod]]));
  else pods.set(uid, pod);
  ledger.changed.add(node);
}

export function dropPod(ledger: DaemonLedger, { metadata, spec }: Pod): void {
  ledger.strangers.delete(metadata.uid);
  const node = targetNode(spec);
  const pods = node === undefined ? undefined : ledger.pods.get(node);
  if (node === undefined || pods === undefined) return;
  pods.delete(metadata.uid);
  if (pods.size === 0) ledger.pods.delete(node);
  ledger.changed.add(node);
}

export function isMatch({ spec }: DaemonLedger, labels: StringMap | undefined): boolean {
  return matchesSelector(spec.selector, labels);
}

/** The hash of the template has become known, or is another: each pod may be outdated now, or be so no longer. */
export function setHash(ledger: DaemonLedger, hash: string): void {
  if (ledger.hash === hash) return;
  ledger.hash = hash;
  for (const name of ledger.placements.keys()) ledger.changed.add(name);
  for (const name of ledger.pods.keys()) ledger.changed.add(name);
}

/** Judges the nodes anew of which something is new, and brings the sums up to date. */
export function judgeChanged(ledger: DaemonLedger, now: Micros): void {
  const { changed, timed, placements, pods } = ledger;
  const rules = rulesOf(ledger);
  for (const name of timed) changed.add(name);
  for (const name of changed) {
    const before = ledger.judgements.get(name);
    if (before !== undefined) leave(ledger, name, before);
    const placement = placements.get(name);
    const here = pods.get(name);
    if (placement === undefined && here === undefined) continue;
    enter(ledger, name, judgeNode(rules, placement, here === undefined ? [] : [...here.values()], now));
  }
  changed.clear();
}

function rulesOf({ spec, hash }: DaemonLedger): NodeRules {
  return { hash, minReadySeconds: spec.minReadySeconds ?? 0, allowsSurge: surgeOf(spec, 1) > 0 };
}

function enter(ledger: DaemonLedger, name: string, judgement: Judgement): void {
  const { needsPod, surplus, failed, succeeded, role, isTimed } = judgement;
  ledger.judgements.set(name, judgement);
  if (needsPod) ledger.needing.add(name);
  if (surplus.length + failed.length + succeeded.length > 0) ledger.unclean.add(name);
  if (isTimed) ledger.timed.add(name);
  ledger.byRole[role].add(name);
  count(ledger, judgement, 1);
}

function leave(ledger: DaemonLedger, name: string, judgement: Judgement): void {
  ledger.judgements.delete(name);
  ledger.needing.delete(name);
  ledger.unclean.delete(name);
  ledger.timed.delete(name);
  ledger.byRole[judgement.role].delete(name);
  count(ledger, judgement, -1);
}

function count({ counts }: DaemonLedger, judgement: Judgement, sign: 1 | -1): void {
  counts.desired += sign * judgement.counts.desired;
  counts.current += sign * judgement.counts.current;
  counts.misscheduled += sign * judgement.counts.misscheduled;
  counts.ready += sign * judgement.counts.ready;
  counts.available += sign * judgement.counts.available;
  counts.updated += sign * judgement.counts.updated;
}

/** Pods that may run beside their predecessors, of `desired`. Source: util.SurgeCount: percentages are rounded up. */
function surgeOf({ updateStrategy }: DaemonSetSpec, desired: number): number {
  if (updateStrategy?.type === 'OnDelete') return 0;
  const scaled = scaledValue(updateStrategy?.rollingUpdate?.maxSurge ?? 0, desired, true);
  return scaled.ok ? scaled.value : 0;
}

export interface Allowance {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Source: update.go: updatedDesiredNodeCounts. If both come to nothing, one may be unavailable. */
export function allowanceOf(spec: DaemonSetSpec, desired: number): Allowance {
  const maxSurge = surgeOf(spec, desired);
  const scaled = scaledValue(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 0, desired, true);
  const maxUnavailable = scaled.ok ? scaled.value : 0;
  return { maxSurge, maxUnavailable: desired > 0 && maxSurge === 0 ? Math.max(1, maxUnavailable) : maxUnavailable };
}
