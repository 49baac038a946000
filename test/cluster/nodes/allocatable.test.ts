import { expect, test } from 'vitest';
import type { QuantityText, ResourceList } from '../../../src/cluster/api/objects/meta.js';
import { allocatableOf, podCapacity } from '../../../src/cluster/nodes/allocatable.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  readonly id: string;
  readonly cores: number;
  readonly maxPods: number;
  readonly podsPerCore: number;
  readonly systemReserved: ResourceList;
  readonly kubeReserved: ResourceList;
  readonly evictionHard: Readonly<Record<string, QuantityText>>;
  readonly evictionSoft: Readonly<Record<string, QuantityText>>;
  readonly deviceAllocatable?: ResourceList;
  readonly expected: { readonly allocatable: ResourceList; readonly capacity: ResourceList };
}

test.each(readVectors<Case>('kubelet.allocatable.jsonl'))('allocatable $id', (vector) => {
  const { capacity, allocatable } = vector.expected;
  expect(String(podCapacity(vector.cores, vector.maxPods, vector.podsPerCore))).toBe(capacity['pods']);
  // The real function takes thresholds of either sort; the generator gave it the soft ones last.
  const evictionThresholds = { ...vector.evictionHard, ...vector.evictionSoft };
  // Devices come from their plugin as they are, not from the machine.
  expect({ ...allocatableOf(capacity, { ...vector, evictionThresholds }), ...vector.deviceAllocatable }).toEqual(
    allocatable,
  );
});
