import type { ConditionStatus } from '../../../src/cluster/api/objects/meta.js';
import { zoneState } from '../../../src/cluster/controllers/node-lifecycle/zones.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly readyConditions: readonly ConditionStatus[];
  readonly state: string;
  readonly notReady: number;
  readonly unhealthyZoneThreshold: number;
}

/** `misc.zone-state`: how disrupted a zone is. */
export const zoneStates: Checker = {
  kind: 'misc.zone-state',
  check: ({ readyConditions, unhealthyZoneThreshold, state }: Case) =>
    difference(zoneState(readyConditions, unhealthyZoneThreshold), state),
};
