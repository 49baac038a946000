import type { Device } from '../../api/objects/devices.js';
import { quantity } from '../../api/quantity.js';
import { type DeviceState, deviceId } from './device-state.js';
import type { Pool } from './pools.js';

/** Amounts by `counter set/counter`, in units of 1e-9. */
export type Counters = Map<string, bigint>;

/** What devices that have owners leave of the counters of a pool. Source: allocator_incubating.go: checkAvailableCounters. */
export function freeCounters({ owners, shares }: DeviceState, pool: Pool): Counters {
  const free: Counters = new Map();
  for (const { name, counters } of pool.counterSets) {
    for (const [counter, { value }] of Object.entries(counters)) free.set(`${name}/${counter}`, quantity(value).nano);
  }
  for (const { spec } of pool.allSlices) {
    for (const device of spec.devices ?? []) {
      const id = deviceId(pool.driver, pool.name, device.name);
      if (owners.has(id) || shares.has(id)) useCounters(free, device, -1n);
    }
  }
  return free;
}

/** Takes what a device uses (-1) or gives it back (1); says whether nothing is overdrawn. */
export function useCounters(free: Counters, { consumesCounters = [] }: Device, sign: 1n | -1n): boolean {
  let isEnough = true;
  for (const { counterSet, counters } of consumesCounters) {
    for (const [counter, { value }] of Object.entries(counters)) {
      const name = `${counterSet}/${counter}`;
      const left = (free.get(name) ?? 0n) + sign * quantity(value).nano;
      free.set(name, left);
      if (left < 0n) isEnough = false;
    }
  }
  return isEnough;
}
