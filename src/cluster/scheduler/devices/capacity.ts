import type { CapacityRequestPolicy, Device, DeviceCapacity, DeviceWish } from '../../api/objects/devices.js';
import type { QuantityText } from '../../api/objects/meta.js';
import { exactValue, NANO, quantity } from '../../api/quantity.js';
import type { Amounts } from './device-state.js';

/**
 * What a request takes of the capacity of a device, all of it unless the device says otherwise.
 * Source: kubernetes v1.36.3 k8s.io/dynamic-resource-allocation structured/internal/incubating/consumable_capacity.go.
 */

function nano(text: QuantityText): bigint {
  return quantity(text).nano;
}

/** Amounts taken by name, in units of 1e-9; undefined: the device cannot serve the request. */
export function consumedBy(
  { capacity: wanted }: Pick<DeviceWish, 'capacity'>,
  { capacity = {} }: Device,
): Amounts | undefined {
  const requests = wanted?.requests ?? {};
  if (Object.keys(requests).some((name) => capacity[name] === undefined)) return undefined;
  const consumed: Amounts = new Map();
  for (const [name, offered] of Object.entries(capacity)) {
    const amount = amountOf(requests[name], offered);
    if (violates(amount, offered.requestPolicy)) return undefined;
    consumed.set(name, amount);
  }
  return consumed;
}

/** Do the amounts fit beside what others have taken? */
export function hasRoomFor(consumed: Amounts, { capacity = {} }: Device, ...taken: (Amounts | undefined)[]): boolean {
  for (const [name, amount] of consumed) {
    const others = taken.reduce((sum, amounts) => sum + (amounts?.get(name) ?? 0n), 0n);
    if (amount + others > nano(capacity[name]!.value)) return false;
  }
  return true;
}

function amountOf(wanted: QuantityText | undefined, { value, requestPolicy }: DeviceCapacity): bigint {
  if (wanted === undefined) return nano(requestPolicy?.default ?? value);
  const { validRange, validValues } = requestPolicy ?? {};
  if (validRange?.min !== undefined) return roundedUp(wanted, validRange.min, validRange.step);
  const next = validValues?.find((valid) => nano(wanted) <= nano(valid));
  return nano(next ?? wanted);
}

function roundedUp(wanted: QuantityText, min: QuantityText, step: QuantityText | undefined): bigint {
  if (nano(wanted) < nano(min)) return nano(min);
  if (step === undefined) return nano(wanted);
  const [from, by] = [exactValue(quantity(min)), exactValue(quantity(step))];
  const steps = (exactValue(quantity(wanted)) - from + by - 1n) / by;
  return (from + by * steps) * NANO;
}

function violates(amount: bigint, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy === undefined || (policy.default !== undefined && amount === nano(policy.default))) return false;
  const { validRange, validValues = [] } = policy;
  if (validRange === undefined) return validValues.length > 0 && !validValues.some((valid) => nano(valid) === amount);
  const { min = 0, max, step } = validRange;
  if (max !== undefined && amount > nano(max)) return true;
  return step !== undefined && (amount - nano(min)) % nano(step) !== 0n;
}
