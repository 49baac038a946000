import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { podsToDelete } from '../../../src/cluster/controllers/replica-set/decide.js';
import { inDeletionOrder } from '../../../src/cluster/controllers/replica-set/deletion-rank.js';
import { withMicros } from '../../cluster/with-micros.js';
import { activeByNode } from './active-by-node.js';
import { type Checker, difference } from './checker.js';

interface Case {
  now: string;
  replicas: number;
  pods: Pod[];
  siblingPods?: Pod[];
  expected: { deleted: string[]; order: string[]; ranks: Record<string, number> };
}

const names = (pods: readonly Pod[]): string[] => pods.map((pod) => pod.metadata.name);

/** `replicaset.deletion-rank`: which pods a ReplicaSet gives up. */
export const deletionRank: Checker = {
  kind: 'replicaset.deletion-rank',
  check(given: Case) {
    const { now, pods, siblingPods, replicas } = withMicros(given) as Omit<Case, 'now'> & { now: number };
    const ranks = activeByNode([...pods, ...(siblingPods ?? [])]);
    const ours = {
      ranks: Object.fromEntries(pods.map(({ metadata, spec }) => [metadata.name, ranks.get(spec.nodeName ?? '') ?? 0])),
      order: names(inDeletionOrder(pods, ranks, now, pods.length)),
      deleted: names(podsToDelete(pods, ranks, pods.length - replicas, now)).sort(),
    };
    return difference(ours, given.expected);
  },
};
