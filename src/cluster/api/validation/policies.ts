import { type Fields, fieldsIn, isZero, listIn, textIn } from '../fields.js';
import { dns1123LabelFaults, dns1123SubdomainFaults, labelKeyFaults } from '../names.js';
import type { QuantityText } from '../objects/meta.js';
import { compareQuantities, formatQuantity, quantity } from '../quantity.js';
import { ipFaults, specialIpFaults } from './addresses.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { selectorInGoOrder, validateLabelSelector } from './label-selector.js';
import { sortedEntries } from './metadata.js';
import { validateContainerResourceName } from './resources.js';
import { validateIntOrPercent } from './workloads.js';

/** PodDisruptionBudgets, LimitRanges, EndpointSlices. Source: kubernetes v1.36.3 pkg/apis/{policy,core,discovery}/validation. */

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

export function validateDisruptionBudget(spec: Fields, out: FieldError[]): void {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: spec['selector'] === undefined ? null : selectorInGoOrder(fieldsIn(spec['selector'])),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    out.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  if (minAvailable !== undefined) validateIntOrPercent(minAvailable, 'spec.minAvailable', out);
  if (maxUnavailable !== undefined) validateIntOrPercent(maxUnavailable, 'spec.maxUnavailable', out);
  validateLabelSelector(fieldsIn(spec['selector']), 'spec.selector', out);
  if (policy !== undefined && !EVICTION_POLICIES.includes(textIn(policy))) {
    out.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES));
  }
}

const LIMIT_TYPES: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const LIMIT_LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function validateLimitRange(spec: Fields, out: FieldError[]): void {
  const types = new Set<string>();
  for (const [i, item] of listIn(spec['limits']).entries()) {
    const path = `spec.limits[${i}]`;
    const type = textIn(item['type']);
    validateLimitType(type, `${path}.type`, out);
    if (types.has(type)) out.push(duplicate(`${path}.type`, type));
    types.add(type);
    for (const list of LIMIT_LISTS) validateLimitNames(item, list, type, path, out);
    if (type === 'PersistentVolumeClaim') {
      const { max, min } = { max: fieldsIn(item['max']), min: fieldsIn(item['min']) };
      if (max['storage'] === undefined && min['storage'] === undefined) {
        const detail = 'either minimum or maximum storage value is required, but neither was provided';
        out.push(required(`${path}.limits`, detail));
      }
    }
    validateLimitOrder(item, path, out);
  }
}

function validateLimitType(type: string, path: string, out: FieldError[]): void {
  const faults = labelKeyFaults(type);
  out.push(...faults.map((fault) => invalid(path, type, fault)));
  if (faults.length === 0 && !type.includes('/') && !LIMIT_TYPES.has(type)) {
    out.push(invalid(path, type, 'must be a standard limit type or fully qualified'));
  }
}

function validateLimitNames(
  item: Fields,
  list: (typeof LIMIT_LISTS)[number],
  type: string,
  path: string,
  out: FieldError[],
): void {
  const entries = sortedEntries(item[list]);
  if (type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
    if (entries.length > 0) out.push(forbidden(`${path}.${list}`, "may not be specified when `type` is 'Pod'"));
    return;
  }
  if (type === 'PersistentVolumeClaim') return;
  for (const [name] of entries) validateContainerResourceName(name, `${path}.${list}[${name}]`, out);
}

/** min <= defaultRequest <= default <= max, for each resource. */
function validateLimitOrder(item: Fields, path: string, out: FieldError[]): void {
  const lists = LIMIT_LISTS.map((list) => fieldsIn(item[list]));
  const names = [...new Set(lists.flatMap((list) => Object.keys(list)))].sort();
  for (const name of names) {
    const [max, min, preset, request] = lists.map((list) => list[name] as QuantityText | undefined);
    const check = (low: Bound, high: Bound, at: string, value: QuantityText | undefined): void => {
      if (low.amount === undefined || high.amount === undefined) return;
      const [a, b] = [quantity(low.amount), quantity(high.amount)];
      if (compareQuantities(a, b) <= 0) return;
      const detail = `${low.name} value ${formatQuantity(a)} is greater than ${high.name} value ${formatQuantity(b)}`;
      out.push(invalid(`${path}.${at}[${name}]`, formatQuantity(quantity(value!)), detail));
    };
    check({ name: 'min', amount: min }, { name: 'max', amount: max }, 'min', min);
    check({ name: 'min', amount: min }, { name: 'default request', amount: request }, 'defaultRequest', request);
    check({ name: 'default request', amount: request }, { name: 'max', amount: max }, 'defaultRequest', request);
    check(
      { name: 'default request', amount: request },
      { name: 'default limit', amount: preset },
      'defaultRequest',
      request,
    );
    check({ name: 'min', amount: min }, { name: 'default', amount: preset }, 'default', min);
    check({ name: 'default', amount: preset }, { name: 'max', amount: max }, 'default', preset);
  }
}

interface Bound {
  readonly name: string;
  readonly amount: QuantityText | undefined;
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export function validateEndpointSlice(slice: Fields, out: FieldError[]): void {
  const type = textIn(slice['addressType']);
  if (type === '') out.push(required('addressType'));
  else if (!ADDRESS_TYPES.includes(type)) out.push(notSupported('addressType', type, ADDRESS_TYPES));
  for (const [i, endpoint] of listIn(slice['endpoints']).entries()) {
    const path = `endpoints[${i}]`;
    const addresses = Array.isArray(endpoint['addresses']) ? endpoint['addresses'].map(textIn) : [];
    if (addresses.length === 0) out.push(required(`${path}.addresses`, 'must contain at least 1 address'));
    for (const [k, address] of addresses.entries()) {
      if (type === 'FQDN' || type === '') continue;
      const faults = ipFaults(address);
      const all = faults.length > 0 ? faults : specialIpFaults(address);
      out.push(...all.map((fault) => invalid(`${path}.addresses[${k}]`, address, fault)));
    }
    const node = textIn(endpoint['nodeName']);
    if (node === '') continue;
    out.push(...dns1123SubdomainFaults(node).map((fault) => invalid(`${path}.nodeName`, node, fault)));
  }
  const names = new Set<string>();
  for (const [i, port] of listIn(slice['ports']).entries()) {
    const name = textIn(port['name']);
    if (!isZero(name)) {
      out.push(...dns1123LabelFaults(name).map((fault) => invalid(`ports[${i}].name`, name, fault)));
    }
    if (names.has(name)) out.push(duplicate(`ports[${i}].name`, name));
    names.add(name);
  }
}

export function validateEndpointSliceUpdate(slice: Fields, previous: Fields, out: FieldError[]): void {
  if (slice['addressType'] === previous['addressType']) return;
  out.push(invalid('addressType', textIn(slice['addressType']), 'field is immutable'));
}
