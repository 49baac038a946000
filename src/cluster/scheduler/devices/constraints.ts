import type { Device, DeviceConstraint } from '../../api/objects/devices.js';

/**
 * What the devices of a claim must have in common, or must not.
 * Source: kubernetes v1.36.3 k8s.io/dynamic-resource-allocation structured/internal/incubating: matchAttributeConstraint, distinctAttributeConstraint.
 */
export interface ConstraintState {
  readonly constraint: DeviceConstraint;
  /** Devices taken that it looks at. */
  devices: number;
  /** The value of the first of them, where all must have the same. */
  common: string;
  /** Where all must differ: by request the value of the device taken last, as the real one remembers no more. */
  readonly distinct: Map<string, string>;
}

export function createConstraint(constraint: DeviceConstraint): ConstraintState {
  return { constraint, devices: 0, common: '', distinct: new Map() };
}

/** Notes a device that is taken; false: it may not be, and nothing was noted. `request`: its name, or `name/alternative`. */
export function admits(state: ConstraintState, request: string, driver: string, device: Device): boolean {
  const { constraint, devices, distinct } = state;
  if (!isMeant(constraint, request)) return true;
  const { matchAttribute, distinctAttribute = '' } = constraint;
  const value = valueOf(device, driver, matchAttribute ?? distinctAttribute);
  if (value === undefined) return false;
  if (matchAttribute === undefined) {
    if (devices > 0 && [...distinct.values()].includes(value)) return false;
    distinct.set(baseOf(request), value);
  } else if (devices === 0) state.common = value;
  else if (value !== state.common) return false;
  state.devices += 1;
  return true;
}

/** Takes back a device that was noted. */
export function forget(state: ConstraintState, request: string): void {
  if (!isMeant(state.constraint, request)) return;
  state.distinct.delete(baseOf(request));
  state.devices -= 1;
}

function isMeant({ requests = [] }: DeviceConstraint, request: string): boolean {
  return requests.length === 0 || requests.includes(request) || requests.includes(baseOf(request));
}

function baseOf(request: string): string {
  return request.split('/')[0]!;
}

/** Values of different types are never equal. */
function valueOf({ attributes = {} }: Device, driver: string, name: string): string | undefined {
  const short = name.startsWith(`${driver}/`) ? name.slice(driver.length + 1) : name;
  const attribute = attributes[name] ?? attributes[short];
  if (attribute === undefined) return undefined;
  const { int, bool, string, version } = attribute;
  return JSON.stringify([int, bool, string, version]);
}
