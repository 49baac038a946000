import type { Micros } from '../../kernel/time.js';
import type { ClusterState } from './cluster.js';
import type { Outcome } from './decide.js';
import type { SchedulerParameters } from './parameters.js';
import { termMatches } from './plugins/inter-pod-affinity-terms.js';
import type { PodClass } from './pod-class.js';

/**
 * What the algorithm takes for one attempt on a quiet machine, before chance: it grows with the nodes evaluated and with what
 * the plugins in play go through. Sources: reference/scheduling.md 7.3 and 7.4, and the parameters' own.
 */
export function algorithmUs(
  parameters: SchedulerParameters,
  cluster: ClusterState,
  pod: PodClass,
  { evaluated, failure }: Pick<Outcome, 'evaluated' | 'failure'>,
): Micros {
  const { dryRunUs, attemptUs, evaluatedNodeUs, spreadPodUs, termPodUs, matchedPodUs } = parameters;
  const { claimNodeUs, deviceNodeUs } = parameters;
  const deviceClaims = pod.claimUser?.claims.length ?? 0;
  const constraints = pod.spread === undefined ? 0 : pod.spread.hard.length + pod.spread.soft.length;
  const pods = pod.terms === undefined ? cluster.podsWithTerms : cluster.pods.size;
  return (
    attemptUs +
    evaluated * (evaluatedNodeUs + pod.claims.length * claimNodeUs + deviceClaims * deviceNodeUs) +
    constraints * Math.max(cluster.nodeCount, cluster.pods.size) * spreadPodUs +
    pods * termPodUs +
    matchedPods(cluster, pod) * matchedPodUs +
    (failure?.passes ?? 0) * dryRunUs
  );
}

/** Placed pods that count for a required term of the pod, once for each term. */
function matchedPods(cluster: ClusterState, pod: PodClass): number {
  const { terms, matched } = pod;
  if (terms === undefined || terms.affinity.length + terms.antiAffinity.length === 0) return 0;
  // Namespaces that change their labels later are of no account for the time.
  for (; matched.seen < cluster.podClasses.length; matched.seen++) {
    const other = cluster.podClasses[matched.seen]!;
    for (const term of [...terms.affinity, ...terms.antiAffinity]) {
      if (termMatches(cluster, term, other.namespace, other.labels)) matched.classes.push(other);
    }
  }
  let pods = 0;
  for (const { members } of matched.classes) pods += members.size;
  return pods;
}
