import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { createOwnerIndex, indexChange, orphansFor, orphansIn } from '../../../src/cluster/api/owner-index.js';
import { matchesSelector } from '../../../src/cluster/api/selectors.js';

interface Look {
  readonly namespace: string;
  readonly app: string;
  readonly tier: string;
  readonly isOwned: boolean;
}

const look = fc.record<Look>({
  namespace: fc.constantFrom('one', 'two'),
  app: fc.constantFrom('a', 'b'),
  tier: fc.constantFrom('x', 'y'),
  isOwned: fc.boolean(),
});

function objectOf({ namespace, app, tier, isOwned }: Look, number: number): KubernetesObject {
  const ownerReferences = isOwned ? [{ kind: 'ReplicaSet', name: 'set', uid: 'set', controller: true }] : [];
  const labels = { app, tier };
  const metadata = { name: `pod-${number}`, namespace, uid: `${namespace}-${number}`, labels, ownerReferences };
  return { apiVersion: 'v1', kind: 'Pod', metadata } as unknown as KubernetesObject;
}

describe('the orphans for a selector', () => {
  const change = fc.record({ number: fc.integer({ min: 0, max: 3 }), to: fc.option(look) });

  it('are all of the namespace as long as one is selected, after any changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const index = createOwnerIndex();
        const known = new Map<number, KubernetesObject>();
        for (const { number, to } of changes) {
          const before = known.get(number);
          if (to === null && before === undefined) continue;
          const object = to === null ? before! : objectOf(to, number);
          indexChange(index, { type: to === null ? 'deleted' : before ? 'modified' : 'added', object, before });
          if (to === null) known.delete(number);
          else known.set(number, object);
        }
        for (const app of ['a', 'b']) {
          const all = orphansIn(index, 'one');
          const isSelected = [...all.values()].some(({ metadata }) =>
            matchesSelector({ matchLabels: { app } }, metadata.labels),
          );
          expect(orphansFor(index, 'one', { matchLabels: { app } }).size).toBe(isSelected ? all.size : 0);
        }
        expect(orphansFor(index, 'one', {})).toBe(orphansIn(index, 'one'));
        expect(index.orphanLabels.size > 0).toBe(index.orphans.size > 0);
      }),
    );
  });
});
