import { SYSTEM_PRIORITY_CLASSES } from '../admission/pod.js';
import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { byteLength, configMapKeyFaults, labelKeyFaults, labelValueFaults } from '../names.js';
import { sameData } from '../patch.js';
import { cidrFaults } from './addresses.js';
import { type FieldError, forbidden, invalid, notSupported, required, tooLong } from './field-error.js';
import { finalizerFaults, sortedEntries } from './metadata.js';
import { validateResourceAmount } from './resources.js';
import { TAINT_EFFECTS } from './scheduling.js';

/** Nodes, Namespaces and what is stored beside them. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go. */

export function validateNode(node: Fields, out: FieldError[]): void {
  const spec = fieldsIn(node['spec']);
  validateTaints(listIn(spec['taints']), out);
  for (const [name, amount] of sortedEntries(fieldsIn(node['status'])['capacity'])) {
    validateResourceAmount(name, amount, `status.capacity.${name}`, out);
  }
  for (const [i, network] of podNetworks(spec).entries()) {
    out.push(...cidrFaults(network).map((fault) => invalid(`spec.podCIDRs[${i}]`, network, fault)));
  }
}

/** The older field `podCIDR` counts where the two disagree. */
function podNetworks(spec: Fields): string[] {
  const networks = Array.isArray(spec['podCIDRs']) ? spec['podCIDRs'].map(textIn) : [];
  if (isZero(spec['podCIDR']) || networks[0] === spec['podCIDR']) return networks;
  return [textIn(spec['podCIDR'])];
}

/** Told off at `metadata.taints`: so does Kubernetes. */
function validateTaints(taints: readonly Fields[], out: FieldError[]): void {
  const pairs = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const at = `metadata.taints[${i}]`;
    const [key, value, effect] = [textIn(taint['key']), textIn(taint['value']), textIn(taint['effect'])];
    out.push(...labelKeyFaults(key).map((fault) => invalid(`${at}.key`, key, fault)));
    const faults = labelValueFaults(value);
    if (faults.length > 0) out.push(invalid(`${at}.value`, value, faults.join(';')));
    if (effect === '') out.push(required(`${at}.effect`));
    else if (!TAINT_EFFECTS.includes(effect)) out.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS));
    const pair = `${key}:${effect}`;
    if (pairs.has(pair)) {
      const shown = JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: null });
      const detail = 'taints must be unique by key and effect pair';
      out.push({ field: at, type: 'FieldValueDuplicate', badValue: shown, detail });
    }
    pairs.add(pair);
  }
}

export function validateNodeUpdate(node: Fields, previous: Fields, out: FieldError[]): void {
  validateNode(node, out);
  const before = podNetworks(fieldsIn(previous['spec']));
  const after = podNetworks(fieldsIn(node['spec']));
  if (before.length > 0 && before.join() !== after.join()) {
    out.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
}

export function validateNamespace(namespace: Fields, out: FieldError[]): void {
  const finalizers = fieldsIn(namespace['spec'])['finalizers'];
  for (const finalizer of Array.isArray(finalizers) ? finalizers.map(textIn) : []) {
    out.push(...labelKeyFaults(finalizer).map((fault) => invalid('spec.finalizers', finalizer, fault)));
    out.push(...finalizerFaults(finalizer, 'spec.finalizers'));
  }
}

/** Most bytes of a ConfigMap's or Secret's values. Source: api core/v1: MaxSecretSize. */
const MAX_DATA_BYTES = 1024 * 1024;

/** ConfigMaps and Secrets: keys that can be names of files, and not too much of it. */
export function validateData(object: Fields, fields: readonly string[], path: string, out: FieldError[]): void {
  let size = 0;
  for (const field of fields) {
    for (const [key, value] of sortedEntries(object[field])) {
      out.push(...configMapKeyFaults(key).map((fault) => invalid(`${field}[${key}]`, key, fault)));
      size +=
        field === 'data' && object['kind'] === 'ConfigMap' ? byteLength(textIn(value)) : base64Size(textIn(value));
    }
  }
  if (size > MAX_DATA_BYTES) out.push(tooLong(path, MAX_DATA_BYTES));
}

/** Bytes that a text in base64 stands for. */
function base64Size(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export function validateDataUpdate(
  object: Fields,
  previous: Fields,
  fields: readonly string[],
  out: FieldError[],
): void {
  if (previous['immutable'] !== true) return;
  const detail = 'field is immutable when `immutable` is set';
  if (object['immutable'] !== true) out.push(forbidden('immutable', detail));
  for (const field of fields) {
    if (!sameData(fieldsIn(object[field]), fieldsIn(previous[field]))) out.push(forbidden(field, detail));
  }
}

/** Source: pkg/apis/scheduling/types.go: HighestUserDefinablePriority. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];

/** Source: kubernetes v1.36.3 pkg/apis/scheduling/validation/validation.go. */
export function validatePriorityClass(object: Fields, out: FieldError[]): void {
  const name = textIn(fieldsIn(object['metadata'])['name']);
  const value = numberIn(object['value']);
  if (name.startsWith('system-')) {
    const known = SYSTEM_PRIORITY_CLASSES.get(name);
    const why =
      known === undefined
        ? `${name} is not a known system priority class`
        : `value of ${name} PriorityClass must be ${known.value}`;
    if (known === undefined || known.value !== value) {
      const reserved = "priority class names with 'system-' prefix are reserved for system use only. error:";
      out.push(forbidden('metadata.name', `${reserved} ${why}`));
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    out.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  const policy = textIn(object['preemptionPolicy']);
  if (!PREEMPTION_POLICIES.includes(policy)) out.push(notSupported('preemptionPolicy', policy, PREEMPTION_POLICIES));
}

export function validatePriorityClassUpdate(object: Fields, previous: Fields, out: FieldError[]): void {
  if (numberIn(object['value']) !== numberIn(previous['value'])) {
    out.push(forbidden('value', 'may not be changed in an update.'));
  }
  if (object['preemptionPolicy'] !== previous['preemptionPolicy']) {
    out.push(invalid('preemptionPolicy', object['preemptionPolicy'], 'field is immutable'));
  }
}
