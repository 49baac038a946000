import { type Fields, fieldsIn, numberIn, textIn } from '../fields.js';
import { percentFaults } from '../names.js';
import type { LabelSelector, StringMap } from '../objects/meta.js';
import { matchesSelector, selectorOf } from '../selectors.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { isEmptySelector, selectorInGoOrder, validateLabelSelector } from './label-selector.js';
import { sortedEntries, validateNonNegative } from './metadata.js';
import { validatePodTemplate } from './pod.js';

/** Deployments and ReplicaSets. Source: kubernetes v1.36.3 pkg/apis/apps/validation/validation.go. */

export function validateDeployment(spec: Fields, out: FieldError[]): void {
  validateNonNegative(spec['replicas'], 'spec.replicas', out);
  validateSelectorAndTemplate(spec, out);
  validateStrategy(fieldsIn(spec['strategy']), out);
  validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds', out);
  validateNonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit', out);
  const deadline = spec['progressDeadlineSeconds'];
  if (deadline === undefined) return;
  validateNonNegative(deadline, 'spec.progressDeadlineSeconds', out);
  if (numberIn(deadline) <= numberIn(spec['minReadySeconds'])) {
    out.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
}

export function validateReplicaSet(spec: Fields, out: FieldError[]): void {
  validateNonNegative(spec['replicas'], 'spec.replicas', out);
  validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds', out);
  validateSelectorAndTemplate(spec, out);
}

/** The selector is all that ties a workload to its pods: once set, it stays. */
export function validateSelectorUnchanged(spec: Fields, previous: Fields, out: FieldError[]): void {
  const selector = selectorInGoOrder(fieldsIn(spec['selector']));
  if (JSON.stringify(selector) === JSON.stringify(selectorInGoOrder(fieldsIn(previous['selector'])))) return;
  out.push(invalid('spec.selector', selector, 'field is immutable'));
}

function validateSelectorAndTemplate(spec: Fields, out: FieldError[]): void {
  const selector = fieldsIn(spec['selector']);
  if (spec['selector'] === undefined) {
    out.push(required('spec.selector'));
  } else {
    validateLabelSelector(selector, 'spec.selector', out);
    if (isEmptySelector(selector)) {
      out.push(invalid('spec.selector', selectorInGoOrder(selector), 'empty selector is invalid for deployment'));
    }
    if (!selectorOf(selector as LabelSelector).ok) {
      out.push(invalid('spec.selector', selectorInGoOrder(selector), 'invalid label selector'));
      return;
    }
  }
  validateTemplate(fieldsIn(spec['template']), spec['selector'] as LabelSelector | undefined, out);
}

function validateTemplate(template: Fields, selector: LabelSelector | undefined, out: FieldError[]): void {
  validateMatch(template, selector, out);
  validatePodTemplate(template, 'spec.template', out);
  validateRunsForever(template, 'ReplicaSet', out);
}

export function validateMatch(template: Fields, selector: LabelSelector | undefined, out: FieldError[]): void {
  const labels = fieldsIn(template['metadata'])['labels'] as StringMap | undefined;
  if (matchesSelector(selector, labels)) return;
  const shown = labels === undefined ? null : Object.fromEntries(sortedEntries(labels));
  out.push(invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`'));
}

/** Pods of these workloads are there to stay. */
export function validateRunsForever(template: Fields, kind: string, out: FieldError[]): void {
  const spec = fieldsIn(template['spec']);
  if (spec['restartPolicy'] !== 'Always') {
    out.push(notSupported('spec.template.spec.restartPolicy', textIn(spec['restartPolicy']), ['Always']));
  }
  if (spec['activeDeadlineSeconds'] !== undefined) {
    const path = 'spec.template.spec.activeDeadlineSeconds';
    out.push(forbidden(path, `activeDeadlineSeconds in ${kind} is not Supported`));
  }
}

const STRATEGIES = ['Recreate', 'RollingUpdate'];

function validateStrategy(strategy: Fields, out: FieldError[]): void {
  const rolling = strategy['rollingUpdate'];
  const type = textIn(strategy['type']);
  if (!STRATEGIES.includes(type)) {
    out.push(notSupported('spec.strategy', { Type: type, RollingUpdate: goRollingUpdate(rolling) }, STRATEGIES));
  } else if (type === 'Recreate') {
    if (rolling === undefined) return;
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    out.push(forbidden('spec.strategy.rollingUpdate', detail));
  } else {
    validateRollingUpdate(fieldsIn(rolling), 'spec.strategy.rollingUpdate', out);
  }
}

function goRollingUpdate(rolling: unknown): unknown {
  if (rolling === undefined) return null;
  const { maxUnavailable, maxSurge } = fieldsIn(rolling);
  return { MaxUnavailable: maxUnavailable ?? 0, MaxSurge: maxSurge ?? 0 };
}

function validateRollingUpdate({ maxUnavailable, maxSurge }: Fields, path: string, out: FieldError[]): void {
  validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`, out);
  validateIntOrPercent(maxSurge, `${path}.maxSurge`, out);
  if (plainValue(maxUnavailable) === 0 && plainValue(maxSurge) === 0) {
    out.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  validateAtMostAll(maxUnavailable, `${path}.maxUnavailable`, out);
}

export function validateAtMostAll(value: unknown, path: string, out: FieldError[]): void {
  if (typeof value !== 'string' || percentFaults(value).length > 0 || plainValue(value) <= 100) return;
  out.push(invalid(path, value, 'must not be greater than 100%'));
}

export function validateIntOrPercent(value: unknown, path: string, out: FieldError[]): void {
  if (typeof value === 'string') out.push(...percentFaults(value).map((fault) => invalid(path, value, fault)));
  else validateNonNegative(value, path, out);
}

/** The number in front of the percent sign; a text without one counts by its digits, as in Go. */
export function plainValue(value: unknown): number {
  if (typeof value !== 'string') return numberIn(value);
  const digits = /^([+-]?[0-9]+)%?$/.exec(value);
  return digits === null ? 0 : Number(digits[1]);
}
