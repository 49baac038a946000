import { type Fields, fieldsIn } from '../fields.js';
import { labelKeyFaults } from '../names.js';
import type { QuantityText } from '../objects/meta.js';
import { compareQuantities, formatQuantity, NANO, type Quantity, quantity } from '../quantity.js';
import { type FieldError, forbidden, invalid, required } from './field-error.js';
import { sortedEntries } from './metadata.js';

/** Resource names and amounts. Source: kubernetes v1.36.3 pkg/apis/core/helper, pkg/apis/core/validation. */

const QUOTA_COUNTS = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps'];
const QUOTA_OBJECTS = ['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'];
export const COMPUTE_RESOURCES: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

const INTEGER_RESOURCES: ReadonlySet<string> = new Set([...QUOTA_COUNTS, ...QUOTA_OBJECTS]);
const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(COMPUTE_RESOURCES);
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([
  ...COMPUTE_RESOURCES,
  ...COMPUTE_RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  ...QUOTA_COUNTS,
  ...QUOTA_OBJECTS,
  'storage',
  'requests.storage',
]);

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

export function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && labelKeyFaults(`requests.${name}`).length === 0;
}

export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function validateResourceName(name: string, path: string, out: FieldError[]): void {
  const faults = labelKeyFaults(name);
  out.push(...faults.map((fault) => invalid(path, name, fault)));
  if (faults.length === 0 && !name.includes('/') && !STANDARD_RESOURCES.has(name) && !isHugePages(name)) {
    out.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  }
}

export function validateContainerResourceName(name: string, path: string, out: FieldError[]): void {
  const before = out.length;
  validateResourceName(name, path, out);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name)) {
      out.push(invalid(path, name, 'must be a standard resource for containers'));
    }
  } else if (out.length === before && !isNative(name) && !isExtendedResource(name)) {
    out.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

export function validateResourceAmount(name: string, text: unknown, path: string, out: FieldError[]): void {
  const amount = quantity(text as QuantityText);
  if (amount.nano < 0n) out.push(invalid(path, formatQuantity(amount), 'must be greater than or equal to 0'));
  const isInteger = INTEGER_RESOURCES.has(name) || isExtendedResource(name);
  if (isInteger && amount.nano % NANO !== 0n) out.push(invalid(path, formatQuantity(amount), 'must be an integer'));
}

/** Requests and limits of a container. Source: validation.go: ValidateContainerResourceRequirements. */
export function validateContainerResources(resources: Fields, path: string, out: FieldError[]): void {
  const limits = amountsOf(resources['limits']);
  const names = new Set<string>();
  for (const [name, text] of sortedEntries(resources['limits'])) {
    const at = `${path}.limits[${name}]`;
    names.add(name);
    validateContainerResourceName(name, at, out);
    validateResourceAmount(name, text, at, out);
  }
  for (const [name, text] of sortedEntries(resources['requests'])) {
    const at = `${path}.requests[${name}]`;
    names.add(name);
    validateContainerResourceName(name, at, out);
    validateResourceAmount(name, text, at, out);
    validateRequestAgainstLimit(name, quantity(text as QuantityText), limits.get(name), path, out);
  }
  if ([...names].some(isHugePages) && !names.has('cpu') && !names.has('memory')) {
    out.push(forbidden(path, 'HugePages require cpu or memory'));
  }
}

/** What cannot be promised twice has equal request and limit; anything else, a request up to its limit. */
export function validateRequestAgainstLimit(
  name: string,
  request: Quantity,
  limit: Quantity | undefined,
  path: string,
  out: FieldError[],
): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) {
      out.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    }
    return;
  }
  const order = compareQuantities(request, limit);
  const shown = formatQuantity(limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    out.push(invalid(`${path}.requests`, formatQuantity(request), `must be equal to ${name} limit of ${shown}`));
  } else if (order > 0) {
    out.push(
      invalid(`${path}.requests`, formatQuantity(request), `must be less than or equal to ${name} limit of ${shown}`),
    );
  }
}

export function amountsOf(list: unknown): Map<string, Quantity> {
  return new Map(Object.entries(fieldsIn(list)).map(([name, text]) => [name, quantity(text as QuantityText)]));
}
