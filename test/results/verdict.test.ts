import { describe, expect, it } from 'vitest';
import type { ActionSummary } from '../../src/results/actions.js';
import type { ExpectationOutcome } from '../../src/results/identity.js';
import { failuresOf, verdictOf } from '../../src/results/verdict.js';

function actions(...refused: readonly string[]): ActionSummary {
  const refusedManifests = refused.map((object) => ({ object, reason: 'exceeded quota' }));
  return { done: 1, failed: refused.length, failedCommands: [], unfinishedCommands: [], refusedManifests };
}

const outcome = (verdict: 'pass' | 'fail'): ExpectationOutcome => ({
  text: `it will ${verdict}`,
  verdict,
  seen: '',
  when: '',
  explain: '',
});

describe('the verdict of a run', () => {
  it('is that of its expectations', () => {
    expect(verdictOf([outcome('pass')], actions())).toBe('pass');
    expect(failuresOf([outcome('pass'), outcome('fail')], actions())).toEqual(['it will fail']);
  });

  it('is negative where nothing is expected and an object was refused', () => {
    expect(verdictOf([], actions())).toBe('pass');
    expect(verdictOf([], actions('pod/a'))).toBe('fail');
    expect(failuresOf([], actions('pod/a'))).toEqual(['creation of pod/a']);
  });

  it('leaves refusals to the expectations where there are some', () => {
    expect(verdictOf([outcome('pass')], actions('pod/a'))).toBe('pass');
  });
});
