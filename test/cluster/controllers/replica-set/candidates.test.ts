import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import {
  candidates,
  createCandidates,
  dropCandidate,
  type PodsByNode,
  putCandidate,
} from '../../../../src/cluster/controllers/replica-set/candidates.js';
import { inDeletionOrder } from '../../../../src/cluster/controllers/replica-set/deletion-rank.js';
import { SECOND_US } from '../../../../src/kernel/time.js';

const NOW = 10_000.5 * SECOND_US;

interface Look {
  readonly node: number;
  readonly phase: 'Pending' | 'Running';
  readonly cost: number;
  readonly restarts: number;
  /** Second since which the pod has been ready; 0: it isn't. */
  readonly ready: number;
}

/** All of one age, so that the rules cannot contradict each other. */
function podOf({ node, phase, cost, restarts, ready }: Look, index: number): Pod {
  const annotations = { 'controller.kubernetes.io/pod-deletion-cost': String(cost) };
  const conditions = [{ type: 'Ready', status: ready > 0 ? 'True' : 'False', lastTransitionTime: ready * SECOND_US }];
  return {
    metadata: { uid: `uid-${index}`, name: `pod-${index}`, creationTimestamp: 900 * SECOND_US, annotations },
    spec: node === 0 ? {} : { nodeName: `node-${node}` },
    status: { phase, conditions, containerStatuses: [{ restartCount: ready > 0 ? 0 : restarts }] },
  } as unknown as Pod;
}

const look = fc.record<Look>({
  node: fc.integer({ min: 0, max: 4 }),
  phase: fc.constantFrom('Pending', 'Running', 'Running', 'Running'),
  cost: fc.constantFrom(0, 0, 0, -7, 3),
  restarts: fc.constantFrom(0, 0, 1, 5),
  ready: fc.constantFrom(0, 1_000, 5_000, 8_000, 9_000, 9_990, 9_999),
});

const ranks = new Map([
  ['', 3],
  ['node-1', 9],
  ['node-2', 2],
  ['node-3', 9],
]);
const nodes = (): PodsByNode => ({
  numbers: new Map(Array.from(ranks.keys(), (name, number) => [name, number])),
  counts: [...ranks.values()],
});

describe('the candidates for deletion', () => {
  it('hold those that come first of all pods', () => {
    fc.assert(
      fc.property(
        fc.array(look, { minLength: 200, maxLength: 300 }),
        fc.integer({ min: 1, max: 150 }),
        (looks, count) => {
          const pods = looks.map(podOf);
          const chosen = candidates(createCandidates(pods, nodes()), NOW, count);
          expect(inDeletionOrder(chosen, ranks, NOW, count)).toEqual(inDeletionOrder(pods, ranks, NOW, count));
        },
      ),
    );
  });

  it('are the same after any changes as of a table made anew', () => {
    const change = fc.record({ pod: fc.integer({ min: 0, max: 299 }), to: fc.option(look) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 300, maxLength: 600 }), (changes) => {
        const table = createCandidates([], nodes());
        const pods = new Map<number, Pod>();
        for (const { pod, to } of changes) {
          const before = pods.get(pod);
          if (to !== null) putCandidate(table, podOf(to, pod));
          else if (before !== undefined) dropCandidate(table, before);
          if (to === null) pods.delete(pod);
          else pods.set(pod, podOf(to, pod));
        }
        const fresh = candidates(createCandidates(pods.values(), nodes()), NOW, 20);
        expect(candidates(table, NOW, 20)).toEqual(fresh);
      }),
    );
  });

  it('of many alike are few', () => {
    const alike = { node: 1, phase: 'Running', cost: 0, restarts: 0 } as const;
    const pods = Array.from({ length: 3_000 }, (_, index) => podOf({ ...alike, ready: 1 + index }, index));
    expect(candidates(createCandidates(pods, nodes()), NOW, 100)).toHaveLength(100);
  });
});
