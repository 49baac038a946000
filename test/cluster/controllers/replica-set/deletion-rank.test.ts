import { expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { podsToDelete } from '../../../../src/cluster/controllers/replica-set/decide.js';
import { inDeletionOrder, ranksByNode } from '../../../../src/cluster/controllers/replica-set/deletion-rank.js';
import { readVectors } from '../../../vectors/read.js';
import { withMicros } from '../../with-micros.js';

interface Case {
  id: string;
  now: string;
  replicas: number;
  pods: Pod[];
  siblingPods: Pod[];
  expected: { deleted: string[]; order: string[]; ranks: Record<string, number> };
}

const vectors = readVectors<Case>('replicaset.deletion-rank.jsonl.gz');

it.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, given) => {
  const { now, pods, siblingPods, replicas } = withMicros(given) as unknown as Omit<Case, 'now'> & { now: number };
  const related = [...pods, ...(siblingPods ?? [])];
  const ranks = ranksByNode(related);
  const names = (list: readonly Pod[]): string[] => list.map((pod) => pod.metadata.name);
  expect(Object.fromEntries(pods.map((pod) => [pod.metadata.name, ranks.get(pod.spec.nodeName ?? '') ?? 0]))).toEqual(
    given.expected.ranks,
  );
  expect(names(inDeletionOrder(pods, ranks, now))).toEqual(given.expected.order);
  const deleted = podsToDelete(pods, related, pods.length - replicas, now);
  expect(names(deleted).sort()).toEqual(given.expected.deleted);
});
