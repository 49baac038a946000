import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSelector, StringMap } from '../../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { matchesSelector } from '../../../../src/cluster/api/selectors.js';
import { objectKey } from '../../../../src/cluster/api/store.js';
import {
  createSelectedPods,
  dropSelector,
  followPod,
  setSelector,
} from '../../../../src/cluster/controllers/shared/selected-pods.js';

const namespace = fc.constantFrom('default', 'shop');
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'));
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.record({ matchLabels: labels }),
  fc.record({ matchExpressions: fc.constant([{ key: 'app', operator: 'In', values: ['a', 'b'] }]) }),
);
const name = fc.constantFrom('one', 'two', 'three');
const action = fc.oneof(
  fc.record({ type: fc.constant('pod' as const), name, namespace, labels }),
  fc.record({ type: fc.constant('podGone' as const), name, namespace }),
  fc.record({ type: fc.constant('selector' as const), name, namespace, selector }),
  fc.record({ type: fc.constant('selectorGone' as const), name, namespace }),
);

function pod(name: string, namespace: string, labels: StringMap): Pod {
  return { kind: 'Pod', metadata: { name, namespace, labels } } as Pod;
}

describe('selected pods', () => {
  it('are those that a look at all pods finds, after any history', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const selected = createSelectedPods();
        const pods = new Map<string, Pod>();
        const selectors = new Map<string, { namespace: string; selector: LabelSelector }>();
        for (const action of actions) {
          const key = `${action.namespace}/${action.name}`;
          const before = pods.get(key);
          if (action.type === 'pod') {
            const object = pod(action.name, action.namespace, action.labels);
            pods.set(key, object);
            followPod(selected, { type: before === undefined ? 'added' : 'modified', object, before });
          } else if (action.type === 'podGone') {
            if (before === undefined) continue;
            pods.delete(key);
            followPod(selected, { type: 'deleted', object: before, before });
          } else if (action.type === 'selector') {
            selectors.set(key, action);
            setSelector(selected, key, action.namespace, action.selector, pods.values());
          } else {
            selectors.delete(key);
            dropSelector(selected, key);
          }
        }
        const found = [...selected.pods].map(([key, matching]) => [key, [...matching.keys()].sort()]);
        const wanted = [...selectors].map(([key, { namespace, selector }]) => {
          const matching = [...pods.values()].filter(
            ({ metadata }) => metadata.namespace === namespace && matchesSelector(selector, metadata.labels),
          );
          return [key, matching.map(objectKey).sort()];
        });
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
      }),
    );
  });
});
