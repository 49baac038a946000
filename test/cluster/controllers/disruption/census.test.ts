import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { censusOf, countPod } from '../../../../src/cluster/controllers/disruption/census.js';

interface Look {
  readonly owner: string | null;
  readonly isReady: boolean;
  readonly isGoing: boolean;
}

function podOf({ owner, isReady, isGoing }: Look): Pod {
  const ownerReferences = owner === null ? [] : [{ kind: 'ReplicaSet', name: owner, uid: owner, controller: true }];
  return {
    metadata: { ownerReferences, ...(isGoing ? { deletionTimestamp: 1 } : {}) },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  } as unknown as Pod;
}

const look = fc.record<Look>({
  owner: fc.constantFrom('blue', 'green', null),
  isReady: fc.boolean(),
  isGoing: fc.boolean(),
});

it('a census kept up to date is one taken anew', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.option(look)), { maxLength: 60 }), (changes) => {
      const census = censusOf([]);
      const pods = new Map<number, Pod>();
      for (const [index, to] of changes) {
        const before = pods.get(index);
        if (before !== undefined) countPod(census, before, -1);
        pods.delete(index);
        if (to === null) continue;
        pods.set(index, podOf(to));
        countPod(census, pods.get(index)!, 1);
      }
      expect(census).toEqual(censusOf(pods.values()));
    }),
  );
});

it('a census tells healthy pods, those without a controller, and how many each controller has', () => {
  const alone = { owner: null, isReady: true, isGoing: false };
  const blue = { owner: 'blue', isReady: true, isGoing: true };
  const census = censusOf([alone, { ...alone, isReady: false }, blue, { ...blue, isGoing: false }].map(podOf));
  expect(census).toMatchObject({ healthy: 2, unmanaged: 2 });
  expect([...census.controllers.values()]).toMatchObject([{ reference: { name: 'blue' }, pods: 2 }]);
});
