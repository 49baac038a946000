import { expect, test } from 'vitest';
import type { ConditionStatus } from '../../../../src/cluster/api/objects/meta.js';
import { evictionRate, zoneState } from '../../../../src/cluster/controllers/node-lifecycle/zones.js';
import { readVectors } from '../../../vectors/read.js';

interface Case {
  readonly readyConditions: readonly ConditionStatus[];
  readonly state: string;
  readonly unhealthyZoneThreshold: number;
}

test('zone states', () => {
  for (const { readyConditions, unhealthyZoneThreshold, state } of readVectors<Case>('misc.zone-state.jsonl.gz')) {
    const expected = { stateNormal: 'Normal' }[state] ?? state;
    expect(zoneState(readyConditions, unhealthyZoneThreshold), readyConditions.join()).toBe(expected);
  }
});

test('a partly disrupted zone evicts slowly if it is large, else not at all', () => {
  expect(evictionRate('Normal', 10)).toBe(0.1);
  expect(evictionRate('FullDisruption', 10)).toBe(0.1);
  expect(evictionRate('PartialDisruption', 50)).toBe(0);
  expect(evictionRate('PartialDisruption', 51)).toBe(0.01);
});
