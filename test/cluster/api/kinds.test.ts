import { describe, expect, it } from 'vitest';
import { KINDS, groupOf, kindOf, kindOfWord, nearestKind, resourceOf } from '../../../src/cluster/api/kinds.js';

describe('the catalogue of kinds', () => {
  it('has no name twice', () => {
    const words = KINDS.flatMap(({ kind, plural, shortNames }) => [kind, plural, ...shortNames]);
    expect(new Set(words).size).toBe(words.length);
  });

  it('finds kinds by the words of operators', () => {
    for (const word of [
      'deploy',
      'deployment',
      'deployments',
      'Deployment',
      'deployments.apps',
      'deployment.v1.apps',
    ]) {
      expect({ word, kind: kindOfWord(word)?.kind }).toEqual({ word, kind: 'Deployment' });
    }
    expect(kindOfWord('deployments.batch')).toBeUndefined();
    expect(kindOfWord('svc')?.kind).toBe('Service');
    expect(kindOfWord('nothing')).toBeUndefined();
  });

  it('names resources as messages do', () => {
    expect(resourceOf('Deployment')).toBe('deployments.apps');
    expect(resourceOf('Pod')).toBe('pods');
    expect(groupOf(kindOf('HorizontalPodAutoscaler')!)).toBe('autoscaling');
  });

  it('knows a slip of the pen', () => {
    expect(nearestKind('Deploymnet')).toBe('Deployment');
    expect(nearestKind('pod')).toBe('Pod');
    expect(nearestKind('Certificate')).not.toBe('Pod');
    expect(nearestKind('Xyzzy')).toBeUndefined();
  });
});
