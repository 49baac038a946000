import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { dns1123LabelFaults, dns1123SubdomainFaults, labelKeyFaults, labelValueFaults } from '../names.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { validateLabelSelector } from './label-selector.js';

/** Affinity, tolerations and spreading. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go. */

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Fields, path: string, out: FieldError[]): void {
  if (affinity['nodeAffinity'] !== undefined) {
    validateNodeAffinity(fieldsIn(affinity['nodeAffinity']), `${path}.nodeAffinity`, out);
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const terms = fieldsIn(affinity[kind]);
    for (const [i, term] of listIn(terms[REQUIRED]).entries()) {
      validatePodAffinityTerm(term, `${path}.${kind}.${REQUIRED}[${i}]`, out);
    }
    for (const [i, weighted] of listIn(terms[PREFERRED]).entries()) {
      const at = `${path}.${kind}.${PREFERRED}[${i}]`;
      validateWeight(weighted, at, out);
      validatePodAffinityTerm(fieldsIn(weighted['podAffinityTerm']), `${at}.podAffinityTerm`, out);
    }
  }
}

function validateWeight(weighted: Fields, path: string, out: FieldError[]): void {
  const weight = numberIn(weighted['weight']);
  if (weight <= 0 || weight > 100) out.push(invalid(`${path}.weight`, weight, 'must be in the range 1-100'));
}

function validateNodeAffinity(affinity: Fields, path: string, out: FieldError[]): void {
  if (affinity[REQUIRED] !== undefined) {
    validateNodeSelector(fieldsIn(affinity[REQUIRED]), `${path}.${REQUIRED}`, out);
  }
  for (const [i, weighted] of listIn(affinity[PREFERRED]).entries()) {
    const at = `${path}.${PREFERRED}[${i}]`;
    validateWeight(weighted, at, out);
    validateNodeSelectorTerm(fieldsIn(weighted['preference']), `${at}.preference`, out);
  }
}

export function validateNodeSelector(selector: Fields, path: string, out: FieldError[]): void {
  const at = `${path}.nodeSelectorTerms`;
  const terms = listIn(selector['nodeSelectorTerms']);
  if (terms.length === 0) out.push(required(at, 'must have at least one node selector term'));
  for (const [i, term] of terms.entries()) validateNodeSelectorTerm(term, `${at}[${i}]`, out);
}

function validateNodeSelectorTerm(term: Fields, path: string, out: FieldError[]): void {
  for (const [i, requirement] of listIn(term['matchExpressions']).entries()) {
    validateNodeRequirement(requirement, `${path}.matchExpressions[${i}]`, out);
  }
  for (const [i, requirement] of listIn(term['matchFields']).entries()) {
    validateFieldRequirement(requirement, `${path}.matchFields[${i}]`, out);
  }
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textIn) : [];
}

function validateNodeRequirement(requirement: Fields, path: string, out: FieldError[]): void {
  const values = textsIn(requirement['values']);
  const { operator } = requirement;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        out.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        out.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        out.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      out.push(invalid(`${path}.operator`, textIn(operator), 'not a valid selector operator'));
  }
  validateKey(requirement['key'], `${path}.key`, out);
}

function validateKey(key: unknown, path: string, out: FieldError[]): void {
  out.push(...labelKeyFaults(textIn(key)).map((fault) => invalid(path, textIn(key), fault)));
}

function validateFieldRequirement(requirement: Fields, path: string, out: FieldError[]): void {
  const values = textsIn(requirement['values']);
  const { operator, key } = requirement;
  if (operator !== 'In' && operator !== 'NotIn') {
    out.push(invalid(`${path}.operator`, textIn(operator), 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    out.push(required(`${path}.values`, detail));
  }
  if (key !== 'metadata.name') {
    out.push(invalid(`${path}.key`, textIn(key), 'not a valid field selector key'));
    return;
  }
  for (const [i, value] of values.entries()) {
    out.push(...dns1123SubdomainFaults(value).map((fault) => invalid(`${path}.values[${i}]`, value, fault)));
  }
}

function validatePodAffinityTerm(term: Fields, path: string, out: FieldError[]): void {
  const selector = term['labelSelector'];
  if (selector !== undefined) validateLabelSelector(fieldsIn(selector), `${path}.labelSelector`, out);
  if (term['namespaceSelector'] !== undefined) {
    validateLabelSelector(fieldsIn(term['namespaceSelector']), `${path}.namespaceSelector`, out);
  }
  for (const namespace of textsIn(term['namespaces'])) {
    out.push(...dns1123LabelFaults(namespace).map((fault) => invalid(`${path}.namespace`, namespace, fault)));
  }
  validateMatchKeys(term, 'matchLabelKeys', path, out);
  validateMatchKeys(term, 'mismatchLabelKeys', path, out);
  validateTopologyKey(term['topologyKey'], `${path}.topologyKey`, out);
  if (isZero(term['topologyKey'])) validateKey('', `${path}.topologyKey`, out);
}

function validateTopologyKey(key: unknown, path: string, out: FieldError[]): void {
  if (isZero(key)) out.push(required(path, 'can not be empty'));
  else validateKey(key, path, out);
}

/** Keys whose values come from the pod's own labels must not be in the selector, too. */
function validateMatchKeys(term: Fields, field: string, path: string, out: FieldError[]): void {
  const keys = textsIn(term[field]);
  if (keys.length === 0) return;
  const selector = term['labelSelector'];
  if (selector === undefined) {
    out.push(forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    return;
  }
  for (const [i, key] of keys.entries()) validateKey(key, `${path}.${field}[${i}]`, out);
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSIONS = ['Honor', 'Ignore'];

export function validateSpread(constraints: readonly Fields[], path: string, out: FieldError[]): void {
  const pairs = constraints.map((each) => `{${textIn(each['topologyKey'])}, ${textIn(each['whenUnsatisfiable'])}}`);
  for (const [i, constraint] of constraints.entries()) {
    const at = `${path}[${i}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
    if (numberIn(maxSkew) <= 0) out.push(invalid(`${at}.maxSkew`, numberIn(maxSkew), 'must be greater than zero'));
    if (isZero(topologyKey)) out.push(required(`${at}.topologyKey`, 'can not be empty'));
    const action = textIn(whenUnsatisfiable);
    if (!ACTIONS.includes(action)) out.push(notSupported(`${at}.whenUnsatisfiable`, action, ACTIONS));
    if (pairs.includes(pairs[i]!, i + 1)) out.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pairs[i]));
    if (minDomains !== undefined) validateMinDomains(numberIn(minDomains), action, `${at}.minDomains`, out);
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      const policy = constraint[field];
      if (policy === undefined || INCLUSIONS.includes(textIn(policy))) continue;
      out.push(notSupported(`${at}.${field}`, policy, INCLUSIONS));
    }
    validateMatchKeys(constraint, 'matchLabelKeys', at, out);
    if (labelSelector === undefined) continue;
    validateKeysOnce(constraint, at, out);
    validateLabelSelector(fieldsIn(labelSelector), `${at}.labelSelector`, out);
  }
}

function validateMinDomains(minDomains: number, action: string, path: string, out: FieldError[]): void {
  if (minDomains <= 0) out.push(invalid(path, minDomains, 'must be greater than zero'));
  if (action !== 'ScheduleAnyway') return;
  const detail = 'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway';
  out.push(invalid(path, minDomains, detail));
}

/**
 * The values of `matchLabelKeys` have been taken into the selector of a pod by now (`preparePod`): a key that stands there once more was
 * in both. The path is Kubernetes' own.
 */
function validateKeysOnce(constraint: Fields, path: string, out: FieldError[]): void {
  const selector = fieldsIn(constraint['labelSelector']);
  const matchLabels = fieldsIn(selector['matchLabels']);
  const expressions = listIn(selector['matchExpressions']).map(({ key }) => textIn(key));
  for (const [i, key] of textsIn(constraint['matchLabelKeys']).entries()) {
    const first = expressions.indexOf(key);
    if (first < 0 || (!Object.hasOwn(matchLabels, key) && !expressions.includes(key, first + 1))) continue;
    out.push(invalid(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'));
  }
}

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Fields[], path: string, out: FieldError[]): void {
  for (const [i, toleration] of tolerations.entries()) {
    const at = `${path}[${i}]`;
    const { effect, tolerationSeconds } = toleration;
    const key = textIn(toleration['key']);
    const operator = textIn(toleration['operator']);
    if (key !== '') validateKey(key, `${at}.key`, out);
    if (key === '' && operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      out.push(invalid(`${at}.operator`, operator, detail));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      out.push(invalid(`${at}.effect`, textIn(effect), detail));
    }
    validateTolerationValue(operator, textIn(toleration['value']), `${at}.operator`, out);
    if (!isZero(effect) && !TAINT_EFFECTS.includes(textIn(effect))) {
      out.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS));
    }
  }
}

/** `Lt` and `Gt` are known words, but their feature gate is off in 1.36. */
function validateTolerationValue(operator: string, value: string, path: string, out: FieldError[]): void {
  if (operator === '' || operator === 'Equal') {
    const faults = labelValueFaults(value);
    if (faults.length > 0) out.push(invalid(path, value, faults.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') out.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === 'Lt' || operator === 'Gt') {
    out.push(notSupported(path, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
  } else {
    out.push(notSupported(path, operator, ['Equal', 'Exists']));
  }
}
