import { describe, expect, it } from 'vitest';
import type { LabelSelector, StringMap } from '../../../src/cluster/api/objects/meta.js';
import {
  formatSelector,
  matchesPairs,
  matchesRequirements,
  matchesSelector,
  parseSelector,
  selectorOf,
} from '../../../src/cluster/api/selectors.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  selector?: string;
  labelSelector?: LabelSelector;
  error?: string;
  canonical?: string;
  cases?: { labels: StringMap; matches: boolean }[];
}

describe('label selectors', () => {
  it('reads, prints, refuses and matches as Kubernetes does', () => {
    for (const vector of readVectors<Case>('misc.label-selectors.jsonl.gz')) {
      const result =
        vector.selector === undefined ? selectorOf(vector.labelSelector ?? {}) : parseSelector(vector.selector);
      const what = vector.selector ?? vector.labelSelector;
      if (!result.ok) {
        expect({ what, error: result.error }).toEqual({ what, error: vector.error });
        continue;
      }
      expect({ what, canonical: formatSelector(result.selector) }).toEqual({ what, canonical: vector.canonical });
      for (const { labels, matches } of vector.cases ?? []) {
        expect({ what, labels, matches: matchesRequirements(result.selector, labels) }).toEqual({
          what,
          labels,
          matches,
        });
        if (vector.labelSelector !== undefined) {
          expect({ what, labels, matches: matchesSelector(vector.labelSelector, labels) }).toEqual({
            what,
            labels,
            matches,
          });
        }
      }
    }
  });

  it('selects nothing without a selector and everything with an empty one', () => {
    expect(matchesSelector(undefined, { app: 'web' })).toBe(false);
    expect(matchesSelector({}, undefined)).toBe(true);
  });

  it('does not take what every object has for a label', () => {
    expect(matchesSelector({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(false);
    expect(matchesPairs({ app: 'web' }, { app: 'web', tier: 'x' })).toBe(true);
    expect(matchesPairs({ app: 'web' }, undefined)).toBe(false);
  });
});
