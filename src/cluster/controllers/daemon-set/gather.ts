import { kcmLister } from '../../api/kcm.js';
import type { Micros } from '../../../kernel/time.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ControllerRevision, DaemonSet } from '../../api/objects/workload.js';
import { controlledBy, orphansFor } from '../../api/owner-index.js';
import { objectKey } from '../../api/store.js';
import { isSatisfied } from '../shared/expectations.js';
import { byRevision, REVISION_LABEL, revisionsOf } from '../shared/revision-history.js';
import type { FailedPod, ManageView, RollView, StatusView } from './decide.js';
import { allowanceOf, type DaemonLedger, isMatch, judgeChanged, openLedger } from './ledger.js';
import { backOffKey, backOffOf, type DaemonSetWorld } from './state.js';

/** What the parts of a sync look at: read from the ledger when they begin. */

/** Pods that are made and deleted in one sync at most (kubernetes v1.36.3 pkg/controller/daemon: BurstReplicas). */
const BURST_REPLICAS = 250;

/** The ledger of a DaemonSet with all that the informers have shown, made anew for a new spec. */
export function ledgerOf(world: DaemonSetWorld, set: DaemonSet): DaemonLedger {
  const { ledgers } = world.controllers.daemonSet;
  let ledger = ledgers.get(set.metadata.uid);
  if (ledger === undefined || ledger.spec !== set.spec) {
    const pods = controlledBy<Pod>(world.kcm.owned.Pod, set.metadata.uid).values();
    ledger = openLedger(set, kcmLister<Node>(world, 'Node').values(), pods);
    ledgers.set(set.metadata.uid, ledger);
  }
  return ledger;
}

export function mayManage(world: DaemonSetWorld, set: DaemonSet): boolean {
  return isSatisfied(world.controllers.daemonSet.expectations, objectKey(set), world.kernel.now);
}

/** Source: manage. */
export function manageView(world: DaemonSetWorld, set: DaemonSet): ManageView {
  const { now } = world.kernel;
  const ledger = ledgerOf(world, set);
  judgeChanged(ledger, now);
  const orphans = [...orphansFor<Pod>(world.kcm.owned.Pod, set.metadata.namespace, set.spec.selector).values()];
  const claimable = orphans.filter(({ metadata }) => isMatch(ledger, metadata.labels));
  const failed: FailedPod[] = [];
  const succeeded: Pod[] = [];
  const surplus: Pod[] = [];
  let waitUs: Micros | undefined;
  for (const node of ledger.unclean) {
    const judgement = ledger.judgements.get(node)!;
    succeeded.push(...judgement.succeeded);
    surplus.push(...judgement.surplus);
    for (const pod of judgement.failed) {
      const key = backOffKey(set.metadata.uid, set.status.observedGeneration ?? 0, node);
      const backOffUs = backOffOf(world.controllers.daemonSet, key, now);
      if (backOffUs === undefined) failed.push({ pod, node, key });
      else waitUs = Math.min(waitUs ?? backOffUs, backOffUs);
    }
  }
  return {
    part: 'manage',
    set,
    podSpec: ledger.podSpec,
    hash: ledger.hash,
    candidates: [...ledger.strangers.values(), ...claimable],
    needing: firstOf(ledger.needing, BURST_REPLICAS),
    failed,
    succeeded,
    victims: [...failed.map(({ pod }) => pod), ...succeeded, ...surplus].slice(0, BURST_REPLICAS),
    waitUs,
  };
}

/** Which outdated pods go, and where new ones come beside them. Source: update.go: rollingUpdate. */
export function rollView(world: DaemonSetWorld, set: DaemonSet): RollView {
  const ledger = ledgerOf(world, set);
  judgeChanged(ledger, world.kernel.now);
  const { byRole, counts, judgements } = ledger;
  const view = { part: 'roll' as const, set, podSpec: ledger.podSpec, hash: ledger.hash };
  const forgotten = forgottenRevisions(world, set, ledger);
  if (set.spec.updateStrategy?.type === 'OnDelete' || !mayManage(world, set)) {
    return { ...view, nodes: [], victims: [], forgotten };
  }
  const { maxSurge, maxUnavailable } = allowanceOf(set.spec, counts.desired);
  const outdatedOn = (nodes: readonly string[]): Pod[] => nodes.map((node) => judgements.get(node)!.outdated!);
  if (maxSurge === 0) {
    const allowed = Math.max(0, maxUnavailable - byRole.busy.size - byRole.replaceable.size);
    const nodes = [...firstOf(byRole.replaceable, BURST_REPLICAS), ...firstOf(byRole.candidate, allowed)];
    return { ...view, nodes: [], victims: outdatedOn(nodes).slice(0, BURST_REPLICAS), forgotten };
  }
  const allowed = Math.max(0, maxSurge - byRole.busy.size);
  const nodes = [...firstOf(byRole.replaceable, BURST_REPLICAS), ...firstOf(byRole.candidate, allowed)].slice(
    0,
    BURST_REPLICAS,
  );
  return { ...view, nodes, victims: outdatedOn(firstOf(byRole.retirable, BURST_REPLICAS)), forgotten };
}

/** Old revisions beyond the limit that no pod is made of, lowest first. Source: cleanupHistory. */
function forgottenRevisions(world: DaemonSetWorld, set: DaemonSet, ledger: DaemonLedger): ControllerRevision[] {
  const hashOf = ({ metadata }: ControllerRevision | Pod): string | undefined => metadata.labels?.[REVISION_LABEL];
  const old = revisionsOf(world, set).filter((revision) => hashOf(revision) !== ledger.hash);
  const surplus = old.length - (set.spec.revisionHistoryLimit ?? old.length);
  if (surplus <= 0) return [];
  const live = new Set<string | undefined>();
  for (const pod of controlledBy<Pod>(world.kcm.owned.Pod, set.metadata.uid).values()) live.add(hashOf(pod));
  return old
    .sort(byRevision)
    .filter((revision) => !live.has(hashOf(revision)))
    .slice(0, surplus);
}

export function statusView(world: DaemonSetWorld, set: DaemonSet, isObserved: boolean): StatusView {
  const ledger = ledgerOf(world, set);
  judgeChanged(ledger, world.kernel.now);
  return { part: 'status', set, counts: { ...ledger.counts }, isObserved };
}

/** The first so many by name. Kubernetes takes them in the random order of a Go map. */
function firstOf(names: ReadonlySet<string>, count: number): string[] {
  if (names.size <= count) return [...names].sort();
  const first: string[] = [];
  for (const name of names) {
    if (first.length === count && (count === 0 || name > first[count - 1]!)) continue;
    let at = first.length === count ? count - 1 : first.length;
    while (at > 0 && first[at - 1]! > name) {
      first[at] = first[at - 1]!;
      at -= 1;
    }
    first[at] = name;
  }
  return first;
}
