import { describe, expect, it } from 'vitest';
import { matchesPairs, matchesSelector } from '../../../src/cluster/api/selectors.js';
import { testVectors } from '../../conformance/test-vectors.js';

testVectors('misc.label-selectors');

describe('label selectors', () => {
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
