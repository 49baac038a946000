import { type Fields, fieldsIn, listIn, numberIn, textIn } from '../fields.js';
import { labelKeyFaults } from '../names.js';
import { duplicate, type FieldError, invalid, notSupported, required } from './field-error.js';
import { validateNonNegative } from './metadata.js';

/** What a Job may say of pods that fail, and of indexes that are enough. Source: kubernetes v1.36.3 pkg/apis/batch/validation/validation.go. */

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

export function validatePodFailurePolicy(spec: Fields, path: string, out: FieldError[]): void {
  const pod = fieldsIn(fieldsIn(spec['template'])['spec']);
  const containers = [...listIn(pod['containers']), ...listIn(pod['initContainers'])].map(({ name }) => textIn(name));
  for (const [index, rule] of listIn(fieldsIn(spec['podFailurePolicy'])['rules']).entries()) {
    const at = `${path}.rules[${index}]`;
    validateAction(textIn(rule['action']), spec, `${at}.action`, out);
    const conditions = listIn(rule['onPodConditions']);
    if (rule['onExitCodes'] !== undefined) {
      if (conditions.length > 0) {
        out.push(invalidWhole(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
      }
      validateExitCodes(fieldsIn(rule['onExitCodes']), containers, `${at}.onExitCodes`, out);
    } else if (conditions.length === 0) {
      out.push(invalidWhole(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
    }
    for (const [place, { type, status }] of conditions.entries()) {
      const where = `${at}.onPodConditions[${place}]`;
      for (const fault of labelKeyFaults(textIn(type))) out.push(invalid(`${where}.type`, textIn(type), fault));
      if (!STATUSES.includes(textIn(status))) out.push(notSupported(`${where}.status`, status, STATUSES));
    }
  }
}

/** A rule as a whole is shown without its value. */
function invalidWhole(field: string, detail: string): FieldError {
  return { field, type: 'FieldValueInvalid', detail };
}

function validateAction(action: string, spec: Fields, path: string, out: FieldError[]): void {
  if (action === '') {
    out.push(required(path, `valid values: ${ACTIONS.map((known) => `"${known}"`).join(', ')}`));
  } else if (action === 'FailIndex') {
    if (spec['backoffLimitPerIndex'] === undefined) {
      out.push(invalid(path, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else if (!ACTIONS.includes(action)) {
    out.push(notSupported(path, action, ACTIONS));
  }
}

function validateExitCodes(
  { operator, containerName, values }: Fields,
  containers: readonly string[],
  path: string,
  out: FieldError[],
): void {
  if (!OPERATORS.includes(textIn(operator))) out.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (containerName !== undefined && !containers.includes(textIn(containerName))) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    out.push(invalid(`${path}.containerName`, containerName, detail));
  }
  const codes = Array.isArray(values) ? values.map(numberIn) : [];
  if (codes.length === 0) out.push(invalid(`${path}.values`, codes, 'at least one value is required'));
  for (const [index, code] of codes.entries()) {
    const at = `${path}.values[${index}]`;
    if (operator === 'In' && code === 0) out.push(invalid(at, code, 'must not be 0 for the In operator'));
    if (codes.indexOf(code) < index) out.push(duplicate(at, code));
  }
  const isOrdered = codes.every((code, index) => index === 0 || codes[index - 1]! <= code);
  if (!isOrdered) out.push(invalid(`${path}.values`, codes, 'must be ordered'));
}

export function validateSuccessPolicy(spec: Fields, path: string, out: FieldError[]): void {
  const rules = listIn(fieldsIn(spec['successPolicy'])['rules']);
  const completions = numberIn(spec['completions']);
  if (rules.length === 0) {
    out.push(required(`${path}.rules`, 'at least one rules must be specified when successPolicy is specified'));
  }
  for (const [index, { succeededIndexes, succeededCount }] of rules.entries()) {
    const at = `${path}.rules[${index}]`;
    if (succeededIndexes === undefined && succeededCount === undefined) {
      out.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
    }
    const indexes = countIndexes(textIn(succeededIndexes), completions);
    if (typeof indexes === 'string') {
      out.push(invalid(`${at}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${indexes}`));
    }
    if (succeededCount === undefined) continue;
    validateNonNegative(succeededCount, `${at}.succeededCount`, out);
    const count = numberIn(succeededCount);
    const most = succeededIndexes === undefined || typeof indexes === 'string' ? completions : indexes;
    const what =
      most === completions && succeededIndexes === undefined
        ? 'specified completions'
        : 'indexes in the specified succeededIndexes field';
    if (count > most) {
      const detail = `must be less than or equal to ${most} (the number of ${what})`;
      out.push(invalid(`${at}.succeededCount`, count, detail));
    }
  }
}

/** How many indexes a text like `1,3-5` names, or why it cannot be read. Source: validateIndexesFormat, parseIndexInterval. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last = -1;
  for (const interval of text.split(',')) {
    const parts = interval.split('-');
    if (parts.length > 2) {
      return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    }
    const limits: number[] = [];
    for (const part of parts) {
      if (!/^[+-]?\d+$/.test(part)) return `cannot convert string to integer for index: "${part}"`;
      if (Number(part) >= completions) return `too large index: "${part}"`;
      limits.push(Number(part));
    }
    const [first = 0, end = first] = limits;
    if (limits.length > 1 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}
