import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { pathSegmentFaults } from '../names.js';
import type { QuantityText } from '../objects/meta.js';
import { quantity } from '../quantity.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { validateLabelSelector } from './label-selector.js';
import { validateNonNegative } from './metadata.js';

/** HorizontalPodAutoscalers. Source: kubernetes v1.36.3 pkg/apis/autoscaling/validation/validation.go. */

export function validateAutoscaler(spec: Fields, out: FieldError[]): void {
  const { minReplicas, maxReplicas } = spec;
  if (minReplicas !== undefined && numberIn(minReplicas) < 1) {
    out.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (isZero(maxReplicas)) out.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (numberIn(maxReplicas) < 1) {
    out.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  }
  if (minReplicas !== undefined && numberIn(maxReplicas) < numberIn(minReplicas)) {
    const detail = 'must be greater than or equal to `minReplicas`';
    out.push(invalid('spec.maxReplicas', numberIn(maxReplicas), detail));
  }
  validateReference(fieldsIn(spec['scaleTargetRef']), 'spec.scaleTargetRef', out);
  validateMetrics(listIn(spec['metrics']), numberIn(minReplicas), out);
  if (spec['behavior'] !== undefined) {
    const behavior = fieldsIn(spec['behavior']);
    for (const direction of ['scaleUp', 'scaleDown']) {
      validateScalingRules(fieldsIn(behavior[direction]), `spec.behavior.${direction}`, out);
    }
  }
}

function validateReference(reference: Fields, path: string, out: FieldError[]): void {
  for (const field of ['kind', 'name']) {
    const text = textIn(reference[field]);
    if (text === '') out.push(required(`${path}.${field}`));
    else out.push(...pathSegmentFaults(text).map((fault) => invalid(`${path}.${field}`, text, fault)));
  }
  const apiVersion = textIn(reference['apiVersion']);
  if (apiVersion.split('/').length > 2) {
    out.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else if (!apiVersion.includes('/') && reference['kind'] !== 'ReplicationController') {
    out.push(invalid(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group'));
  }
}

const SOURCE_FIELD: ReadonlyMap<string, string> = new Map([
  ['Object', 'object'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
  ['External', 'external'],
]);
const SOURCE_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function validateMetrics(metrics: readonly Fields[], minReplicas: number, out: FieldError[]): void {
  if (minReplicas === 0) {
    const canSeeZero = metrics.some(({ type }) => type === 'Object' || type === 'External');
    if (!canSeeZero) {
      const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
      out.push(forbidden('spec.metrics', detail));
    }
  }
  for (const [i, metric] of metrics.entries()) validateMetric(metric, `spec.metrics[${i}]`, out);
}

function validateMetric(metric: Fields, path: string, out: FieldError[]): void {
  const type = textIn(metric['type']);
  if (type === '') out.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!SOURCE_TYPES.includes(type)) out.push(notSupported(`${path}.type`, type, SOURCE_TYPES));
  const present = [...SOURCE_FIELD.values()].filter((field) => metric[field] !== undefined);
  const expected = SOURCE_FIELD.get(type) ?? type.toLowerCase();
  const first = present[0];
  if (first !== undefined) validateSource(first, fieldsIn(metric[first]), `${path}.${first}`, out);
  if (!present.includes(expected)) {
    out.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  for (const field of present.length === 1 ? [] : present.filter((name) => name !== expected)) {
    out.push(forbidden(`${path}.${field}`, 'must populate the given metric source only'));
  }
}

function validateSource(field: string, source: Fields, path: string, out: FieldError[]): void {
  const target = fieldsIn(source['target']);
  if (field === 'resource' || field === 'containerResource') {
    if (field === 'containerResource' && isZero(source['container'])) {
      out.push(required(`${path}.container`, 'must specify a container name'));
    }
    if (isZero(source['name'])) out.push(required(`${path}.name`, 'must specify a resource name'));
    validateTarget(target, `${path}.target`, out);
    validateResourceTarget(target, `${path}.target`, out);
    return;
  }
  if (field === 'object') validateObjectReference(fieldsIn(source['describedObject']), `${path}.describedObject`, out);
  const metric = fieldsIn(source['metric']);
  const name = textIn(metric['name']);
  if (name === '') out.push(required(`${path}.metric.name`, 'must specify a metric name'));
  else out.push(...pathSegmentFaults(name).map((fault) => invalid(`${path}.metric.name`, name, fault)));
  if (metric['selector'] !== undefined) {
    validateLabelSelector(fieldsIn(metric['selector']), `${path}.metric.selector`, out);
  }
  validateTarget(target, `${path}.target`, out);
  validateValueTarget(field, target, `${path}.target`, out);
}

function validateObjectReference(reference: Fields, path: string, out: FieldError[]): void {
  for (const field of ['kind', 'name']) {
    const text = textIn(reference[field]);
    if (text === '') out.push(required(`${path}.${field}`));
    else out.push(...pathSegmentFaults(text).map((fault) => invalid(`${path}.${field}`, text, fault)));
  }
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function validateTarget(target: Fields, path: string, out: FieldError[]): void {
  const type = textIn(target['type']);
  if (type === '') out.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    out.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue']) {
    const amount = target[field];
    if (amount === undefined || quantity(amount as QuantityText).nano > 0n) continue;
    out.push(invalid(`${path}.${field}`, String(amount), 'must be positive'));
  }
  const utilization = target['averageUtilization'];
  if (utilization !== undefined && numberIn(utilization) < 1) {
    out.push(invalid(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
  }
}

function validateResourceTarget(target: Fields, path: string, out: FieldError[]): void {
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    out.push(required(`${path}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    out.push(forbidden(`${path}.averageValue`, detail));
  }
}

function validateValueTarget(field: string, target: Fields, path: string, out: FieldError[]): void {
  const { value, averageValue } = target;
  if (field === 'pods') {
    if (averageValue === undefined) {
      out.push(required(`${path}.averageValue`, 'must specify a positive target averageValue'));
    }
    return;
  }
  if (value === undefined && averageValue === undefined) {
    const detail =
      field === 'object'
        ? 'must set either a target value or averageValue'
        : 'must set either a target value for metric or a per-pod target';
    out.push(required(`${path}.averageValue`, detail));
  }
  if (field === 'external' && value !== undefined && averageValue !== undefined) {
    out.push(forbidden(`${path}.value`, 'may not set both a target value for metric and a per-pod target'));
  }
}

/** Longest window and period, in seconds. Source: validation.go: MaxStabilizationWindowSeconds, MaxPeriodSeconds. */
const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

function validateScalingRules(rules: Fields, path: string, out: FieldError[]): void {
  const { stabilizationWindowSeconds: window, selectPolicy } = rules;
  validateNonNegative(window, `${path}.stabilizationWindowSeconds`, out);
  if (numberIn(window) > MAX_WINDOW_SECONDS) {
    const detail = `must be less than or equal to ${MAX_WINDOW_SECONDS}`;
    out.push(invalid(`${path}.stabilizationWindowSeconds`, window, detail));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(textIn(selectPolicy))) {
    out.push(notSupported(`${path}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  }
  const policies = listIn(rules['policies']);
  if (policies.length === 0) out.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [i, policy] of policies.entries()) validateScalingPolicy(policy, `${path}.policies[${i}]`, out);
}

function validateScalingPolicy(policy: Fields, path: string, out: FieldError[]): void {
  const type = textIn(policy['type']);
  const value = numberIn(policy['value']);
  const period = numberIn(policy['periodSeconds']);
  if (!POLICY_TYPES.includes(type)) out.push(notSupported(`${path}.type`, type, POLICY_TYPES));
  if (value <= 0) out.push(invalid(`${path}.value`, value, 'must be greater than zero'));
  if (period <= 0) out.push(invalid(`${path}.periodSeconds`, period, 'must be greater than zero'));
  if (period > MAX_PERIOD_SECONDS) {
    out.push(invalid(`${path}.periodSeconds`, period, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
}
