import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { PodDisruptionBudget } from '../../../src/cluster/api/objects/policy.js';
import { objectKey } from '../../../src/cluster/api/store.js';
import { matchesSelector } from '../../../src/cluster/api/selectors.js';
import { censusOf } from '../../../src/cluster/controllers/disruption/census.js';
import { judgeBudget } from '../../../src/cluster/controllers/disruption/decide.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly podDisruptionBudget: PodDisruptionBudget;
  readonly pods: readonly Pod[];
  readonly replicaSetReplicas: number;
  readonly expected: {
    readonly condition: string;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly disruptionsAllowed: number;
    readonly expectedPods: number;
  };
}

/** The ReplicaSet of all pods of a case. */
const OWNER = 'rs-1';

/** `misc.pdb`: the status of a PodDisruptionBudget. */
export const disruptionBudgets: Checker = {
  kind: 'misc.pdb',
  check({ podDisruptionBudget: budget, pods, replicaSetReplicas, expected }: Case) {
    const selected = pods.filter(({ metadata }) => matchesSelector(budget.spec.selector, metadata.labels));
    const scales = new Map([[OWNER, { uid: OWNER, replicas: replicaSetReplicas }]]);
    const byKey = new Map(selected.map((pod) => [objectKey(pod), pod]));
    const { status } = judgeBudget({ budget, pods: byKey, census: censusOf(selected), scales, now: 0 });
    const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = status;
    const [condition] = status.conditions!;
    const ours = {
      condition: `${condition!.type}=${condition!.status}/${condition!.reason}`,
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
      expectedPods,
    };
    return difference(ours, expected);
  },
};
