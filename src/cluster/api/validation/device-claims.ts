import { selectorFault } from '../cel/device-selector.js';
import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { byteLength, dns1123SubdomainFaults, labelKeyFaults, labelValueFaults } from '../names.js';
import { sameData } from '../patch.js';
import { validateDriverName, validateLabelName, validateQualifiedName } from './device-names.js';
import { duplicate, type FieldError, invalid, notSupported, required, tooLong, tooMany } from './field-error.js';
import { validateAnnotations, validateLabels } from './metadata.js';

/** Claims for devices, their templates and classes. Source: kubernetes v1.36.3 pkg/apis/resource/validation/validation.go. */

/** k8s.io/api resource/v1: limits of types.go. */
const REQUESTS_MAX = 32;
const CONSTRAINTS_MAX = 32;
const CONFIGS_MAX = 32;
const SELECTORS_MAX = 32;
const ALTERNATIVES_MAX = 8;
const EXPRESSION_MAX_BYTES = 10 * 1024;

export function validateResourceClaim(object: Fields, out: FieldError[]): void {
  validateClaimSpec(fieldsIn(object['spec']), 'spec', out);
}

export function validateClaimTemplate(object: Fields, out: FieldError[]): void {
  const spec = fieldsIn(object['spec']);
  const metadata = fieldsIn(spec['metadata']);
  validateAnnotations(metadata['annotations'], 'spec.metadata.annotations', out);
  validateLabels(metadata['labels'], 'spec.metadata.labels', out);
  validateClaimSpec(fieldsIn(spec['spec']), 'spec.spec', out);
}

/** What a claim or a template asks for never changes. */
export function validateFixedSpec(object: Fields, previous: Fields, out: FieldError[]): void {
  if (sameData(object['spec'], previous['spec'])) return;
  out.push(invalid('spec', object['spec'], 'field is immutable'));
}

export function validateDeviceClass(object: Fields, out: FieldError[]): void {
  const spec = fieldsIn(object['spec']);
  validateSelectors(spec['selectors'], 'spec.selectors', out);
  each(spec['config'], CONFIGS_MAX, 'spec.config', out, (config, at) => validateConfiguration(config, at, out));
  if (isZero(spec['extendedResourceName'])) return;
  const name = textIn(spec['extendedResourceName']);
  const isExtended = name.includes('/') && !name.startsWith('requests.') && labelKeyFaults(name).length === 0;
  if (isExtended && !name.includes('kubernetes.io/')) return;
  out.push(invalid('spec.extendedResourceName', name, 'must be a valid extended resource name'));
}

function validateClaimSpec(spec: Fields, path: string, out: FieldError[]): void {
  const at = `${path}.devices`;
  const devices = fieldsIn(spec['devices']);
  const names = new Set<string>();
  for (const { name, firstAvailable } of listIn(devices['requests'])) {
    names.add(textIn(name));
    for (const alternative of listIn(firstAvailable)) names.add(`${textIn(name)}/${textIn(alternative['name'])}`);
  }
  eachNamed(devices['requests'], REQUESTS_MAX, `${at}.requests`, out, (request, place) =>
    validateRequest(request, place, out),
  );
  each(devices['constraints'], CONSTRAINTS_MAX, `${at}.constraints`, out, (constraint, place) => {
    validateNameReferences(constraint['requests'], names, `${place}.requests`, out);
    validateConstraint(constraint, place, out);
  });
  each(devices['config'], CONFIGS_MAX, `${at}.config`, out, (config, place) => {
    validateNameReferences(config['requests'], names, `${place}.requests`, out);
    validateConfiguration(config, place, out);
  });
}

type Rule = (item: Fields, path: string) => void;

function each(value: unknown, limit: number, path: string, out: FieldError[], rule: Rule): void {
  const items = listIn(value);
  if (items.length > limit) out.push(tooMany(path, items.length, limit));
  for (const [i, item] of items.entries()) rule(item, `${path}[${i}]`);
}

/** Items whose names differ. */
export function eachNamed(value: unknown, limit: number, path: string, out: FieldError[], rule: Rule): void {
  const names = new Set<string>();
  each(value, limit, path, out, (item, at) => {
    rule(item, at);
    const name = textIn(item['name']);
    if (names.has(name)) out.push(duplicate(at, name));
    names.add(name);
  });
}

const ONE_KIND = 'exactly one of `exactly` or `firstAvailable` is required';

function validateRequest(request: Fields, path: string, out: FieldError[]): void {
  validateLabelName(textIn(request['name']), `${path}.name`, out);
  const hasAlternatives = listIn(request['firstAvailable']).length > 0;
  if (request['exactly'] === undefined && !hasAlternatives) out.push(required(path, ONE_KIND));
  else if (request['exactly'] !== undefined && hasAlternatives) {
    out.push(invalid(path, undefined, `${ONE_KIND}, but multiple fields are set`));
  } else if (!hasAlternatives) validateWish(fieldsIn(request['exactly']), `${path}.exactly`, out);
  else {
    eachNamed(request['firstAvailable'], ALTERNATIVES_MAX, `${path}.firstAvailable`, out, (alternative, at) => {
      validateLabelName(textIn(alternative['name']), `${at}.name`, out);
      validateWish(alternative, at, out);
    });
  }
}

function validateWish(wish: Fields, path: string, out: FieldError[]): void {
  const className = textIn(wish['deviceClassName']);
  const at = `${path}.deviceClassName`;
  if (className === '') out.push(required(at));
  else out.push(...dns1123SubdomainFaults(className).map((fault) => invalid(at, className, fault)));
  validateSelectors(wish['selectors'], `${path}.selectors`, out);
  validateMode(wish, path, out);
  for (const [i, toleration] of listIn(wish['tolerations']).entries()) {
    validateToleration(toleration, `${path}.tolerations[${i}]`, out);
  }
}

const MODES = ['All', 'ExactCount'];

function validateMode(wish: Fields, path: string, out: FieldError[]): void {
  const mode = textIn(wish['allocationMode']);
  const count = numberIn(wish['count']);
  if (!MODES.includes(mode)) out.push(notSupported(`${path}.allocationMode`, mode, MODES));
  else if (mode === 'All' && count !== 0) {
    out.push(invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'"));
  } else if (mode === 'ExactCount' && count <= 0) {
    out.push(invalid(`${path}.count`, count, 'must be greater than zero'));
  }
}

const OPERATORS = ['Equal', 'Exists'];
export const TAINT_EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

function validateToleration({ key, operator, value, effect }: Fields, path: string, out: FieldError[]): void {
  if (!isZero(key)) out.push(...labelKeyFaults(textIn(key)).map((fault) => invalid(`${path}.key`, key, fault)));
  if (!OPERATORS.includes(textIn(operator))) out.push(notSupported(`${path}.operator`, operator, OPERATORS));
  else if (operator === 'Exists') {
    if (!isZero(value)) out.push(invalid(`${path}.value`, value, 'must be empty for operator `Exists`'));
  } else out.push(...labelValueFaults(textIn(value)).map((fault) => invalid(`${path}.value`, value, fault)));
  if (isZero(effect) || TAINT_EFFECTS.includes(textIn(effect))) return;
  out.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS));
}

function validateSelectors(selectors: unknown, path: string, out: FieldError[]): void {
  each(selectors, SELECTORS_MAX, path, out, (selector, at) => {
    if (selector['cel'] === undefined) {
      out.push(required(`${at}.cel`));
      return;
    }
    const expression = textIn(fieldsIn(selector['cel'])['expression']);
    const place = `${at}.cel.expression`;
    if (byteLength(expression) > EXPRESSION_MAX_BYTES) {
      out.push(tooLong(place, EXPRESSION_MAX_BYTES));
      return;
    }
    const fault = selectorFault(expression);
    if (fault !== undefined) out.push(invalid(place, expression, fault));
  });
}

function validateConstraint(constraint: Fields, path: string, out: FieldError[]): void {
  const field = ['matchAttribute', 'distinctAttribute'].find((name) => constraint[name] !== undefined);
  if (field === undefined) {
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    out.push(required(path, detail));
    return;
  }
  const name = textIn(constraint[field]);
  validateQualifiedName(name, `${path}.${field}`, out);
  if (!name.includes('/')) {
    out.push(
      invalid(`${path}.${field}`, name, 'a fully qualified name must be a domain and a name separated by a slash'),
    );
  }
}

const NOT_A_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

function validateNameReferences(value: unknown, names: ReadonlySet<string>, path: string, out: FieldError[]): void {
  const references = Array.isArray(value) ? value.map(textIn) : [];
  for (const [i, reference] of references.entries()) {
    const parts = reference.split('/');
    if (parts.length <= 2) for (const part of parts) validateLabelName(part, `${path}[${i}]`, out);
    if (!names.has(reference)) out.push(invalid(`${path}[${i}]`, reference, NOT_A_REQUEST));
    if (references.indexOf(reference) !== i) out.push(duplicate(`${path}[${i}]`, reference));
  }
}

function validateConfiguration(config: Fields, path: string, out: FieldError[]): void {
  if (config['opaque'] === undefined) out.push(required(`${path}.opaque`));
  else {
    const { driver, parameters } = fieldsIn(config['opaque']);
    validateDriverName(driver, `${path}.opaque.driver`, out);
    if (parameters === undefined) out.push(required(`${path}.opaque.parameters`));
  }
}
