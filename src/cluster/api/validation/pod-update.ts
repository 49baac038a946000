import { type Fields, fieldsIn, listIn, numberIn, textIn } from '../fields.js';
import { rangeFault } from '../names.js';
import { stableJson } from '../names.js';
import { INT32_MAX } from './containers.js';
import { type FieldError, forbidden, invalid, required } from './field-error.js';
import { validateGatesUpdate, withDirectivesOf } from './pod-gates.js';

/** Changes to a pod. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidatePodUpdate. */

const ALLOWED =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePodUpdate(pod: Fields, previous: Fields, out: FieldError[]): void {
  const spec = fieldsIn(pod['spec']);
  const before = fieldsIn(previous['spec']);
  for (const list of ['containers', 'initContainers']) {
    if (!validateContainerList(listIn(spec[list]), listIn(before[list]), `spec.${list}`, out)) return;
  }
  if (!validateDeadline(spec['activeDeadlineSeconds'], before['activeDeadlineSeconds'], out)) return;
  const tolerations = listIn(spec['tolerations']).map(stableJson);
  const kept = listIn(before['tolerations']).map(stableJson);
  if (!kept.every((toleration) => tolerations.includes(toleration))) {
    const detail = 'existing toleration can not be modified except its tolerationSeconds';
    out.push(forbidden('spec.tolerations', detail));
  }
  validateGatesUpdate(spec['schedulingGates'], before['schedulingGates'], out);
  // Kubernetes adds the difference as text; it is left out here.
  if (stableJson(fixedPart(withDirectivesOf(spec, before, out))) !== stableJson(fixedPart(before)))
    out.push(forbidden('spec', ALLOWED));
}

function validateContainerList(
  containers: readonly Fields[],
  before: readonly Fields[],
  path: string,
  out: FieldError[],
): boolean {
  if (containers.length !== before.length) {
    out.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  for (const [i, { image }] of containers.entries()) {
    const text = textIn(image);
    if (text === '') out.push(required(`${path}[${i}].image`));
    else if (text.trim() !== text) {
      out.push(invalid(`${path}[${i}].image`, text, 'must not have leading or trailing whitespace'));
    }
  }
  return true;
}

function validateDeadline(deadline: unknown, before: unknown, out: FieldError[]): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (deadline === undefined) {
    if (before !== undefined) out.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  const seconds = numberIn(deadline);
  if (seconds < 0 || seconds > INT32_MAX) {
    out.push(invalid(path, seconds, rangeFault(0, INT32_MAX)));
    return false;
  }
  if (before === undefined || seconds <= numberIn(before)) return true;
  out.push(invalid(path, seconds, 'must be less than or equal to previous value'));
  return false;
}

/** What must stay as it is. */
function fixedPart(spec: Fields): Fields {
  const withoutImages = (list: unknown): unknown => listIn(list).map(({ image: _image, ...rest }) => rest);
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, schedulingGates: _gates, ...rest } = spec;
  const containers = withoutImages(spec['containers']);
  return { ...rest, containers, initContainers: withoutImages(spec['initContainers']) };
}
