import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { parseSemver } from '../cel/semver-type.js';
import { byteLength, dns1123SubdomainFaults, labelKeyFaults, labelValueFaults } from '../names.js';
import { eachNamed, TAINT_EFFECTS } from './device-claims.js';
import {
  QUALIFIED_NAME_MAX_LENGTH,
  validateDriverName,
  validateLabelName,
  validatePoolName,
  validateQualifiedName,
} from './device-names.js';
import { type FieldError, forbidden, invalid, notSupported, required, tooLong } from './field-error.js';
import { sortedEntries } from './metadata.js';
import { validateNodeSelector } from './scheduling.js';

/** What drivers offer. Source: kubernetes v1.36.3 pkg/apis/resource/validation/validation.go: validateResourceSliceSpec. */

/** k8s.io/api resource/v1: limits of types.go. */
const DEVICES_MAX = 128;
const DEVICES_WITH_MORE_MAX = 64;
const COUNTER_SETS_MAX = 8;
const ATTRIBUTES_MAX = 32;
const VALUE_MAX_LENGTH = 64;

export function validateResourceSlice(object: Fields, out: FieldError[]): void {
  const spec = fieldsIn(object['spec']);
  const pool = fieldsIn(spec['pool']);
  validateDriverName(spec['driver'], 'spec.driver', out);
  validatePoolName(pool['name'], 'spec.pool.name', out);
  const count = numberIn(pool['resourceSliceCount']);
  if (count <= 0) out.push(invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  const generation = numberIn(pool['generation']);
  if (generation < 0) out.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
  validateChoice(spec, 'spec', SLICE_CHOICE, out);
  const terms = listIn(fieldsIn(spec['nodeSelector'])['nodeSelectorTerms']);
  if (spec['nodeSelector'] !== undefined && terms.length !== 1) {
    out.push(invalid('spec.nodeSelector.nodeSelectorTerms', terms, 'must have exactly one node selector term'));
  }
  if (spec['sharedCounters'] !== undefined && spec['devices'] !== undefined) {
    out.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const devices = listIn(spec['devices']);
  const hasMore = devices.some(
    ({ taints, consumesCounters }) => listIn(taints).length + listIn(consumesCounters).length > 0,
  );
  const limit = hasMore ? DEVICES_WITH_MORE_MAX : DEVICES_MAX;
  const isPerDevice = spec['perDeviceNodeSelection'] === true;
  eachNamed(devices, limit, 'spec.devices', out, (device, at) => validateDevice(device, isPerDevice, at, out));
  eachNamed(spec['sharedCounters'], COUNTER_SETS_MAX, 'spec.sharedCounters', out, (set, at) => {
    if (isZero(set['name'])) out.push(required(`${at}.name`));
    else validateLabelName(textIn(set['name']), `${at}.name`, out);
    validateCounters(set['counters'], `${at}.counters`, out);
  });
}

export function validateResourceSliceUpdate(object: Fields, previous: Fields, out: FieldError[]): void {
  const [spec, before] = [fieldsIn(object['spec']), fieldsIn(previous['spec'])];
  const check = (path: string, value: unknown, was: unknown): void => {
    if (value !== was) out.push(invalid(path, value, 'field is immutable'));
  };
  check('spec.pool.name', fieldsIn(spec['pool'])['name'], fieldsIn(before['pool'])['name']);
  check('spec.driver', spec['driver'], before['driver']);
  check('spec.nodeName', spec['nodeName'], before['nodeName']);
}

interface Choice {
  readonly fields: readonly string[];
  readonly none: string;
  readonly several: string;
}

const SLICE_RULE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const SLICE_CHOICE: Choice = {
  fields: ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'],
  none: SLICE_RULE,
  several: `${SLICE_RULE}, but multiple fields are set`,
};
const DEVICE_RULE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
const DEVICE_CHOICE: Choice = {
  fields: ['nodeName', 'nodeSelector', 'allNodes'],
  none: DEVICE_RULE,
  several: DEVICE_RULE,
};

/** Which nodes can use it. */
function validateChoice(
  fields: Fields,
  path: string,
  { fields: names, none, several }: Choice,
  out: FieldError[],
): void {
  const given = names.filter((name) => !isZero(fields[name]));
  const { nodeName, nodeSelector } = fields;
  if (nodeName === '') {
    out.push(invalid(`${path}.nodeName`, '', 'must be either unset or set to a non-empty string'));
  } else if (nodeName !== undefined) {
    const name = textIn(nodeName);
    out.push(...dns1123SubdomainFaults(name).map((fault) => invalid(`${path}.nodeName`, name, fault)));
  }
  if (nodeSelector !== undefined) validateNodeSelector(fieldsIn(nodeSelector), `${path}.nodeSelector`, out);
  for (const name of ['allNodes', 'perDeviceNodeSelection']) {
    if (fields[name] === false) out.push(invalid(`${path}.${name}`, false, 'must be either unset or set to true'));
  }
  if (given.length === 0) out.push(required(path, none));
  else if (given.length > 1) {
    out.push(invalid(path, `{${given.map((name) => `\`${name}\``).join(', ')}}`, several));
  }
}

function validateDevice(device: Fields, isPerDevice: boolean, path: string, out: FieldError[]): void {
  validateLabelName(textIn(device['name']), `${path}.name`, out);
  const attributes = sortedEntries(device['attributes']);
  const capacities = sortedEntries(device['capacity']);
  const described = attributes.length + capacities.length;
  if (described > ATTRIBUTES_MAX) {
    const detail = `the total number of attributes and capacities must not exceed ${ATTRIBUTES_MAX}`;
    out.push(invalid(path, described, detail));
  }
  for (const [name, attribute] of attributes) {
    validateKey(name, `${path}.attributes`, out);
    validateAttribute(fieldsIn(attribute), `${path}.attributes[${name}]`, out);
  }
  for (const [name, capacity] of capacities) {
    validateKey(name, `${path}.capacity`, out);
    if (device['allowMultipleAllocations'] === true || fieldsIn(capacity)['requestPolicy'] === undefined) continue;
    out.push(forbidden(`${path}.capacity[${name}].requestPolicy`, 'allowMultipleAllocations must be true'));
  }
  validateTaints(listIn(device['taints']), `${path}.taints`, out);
  for (const [i, { counterSet, counters }] of listIn(device['consumesCounters']).entries()) {
    const at = `${path}.consumesCounters[${i}]`;
    if (isZero(counterSet)) out.push(required(`${at}.counterSet`));
    else validateLabelName(textIn(counterSet), `${at}.counterSet`, out);
    validateCounters(counters, `${at}.counters`, out);
  }
  if (isPerDevice) validateChoice(device, path, DEVICE_CHOICE, out);
  else if (DEVICE_CHOICE.fields.some((name) => device[name] !== undefined)) {
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    out.push(invalid(path, undefined, detail));
  }
}

function validateKey(name: string, path: string, out: FieldError[]): void {
  if (byteLength(name) > QUALIFIED_NAME_MAX_LENGTH) out.push(tooLong(path, QUALIFIED_NAME_MAX_LENGTH));
  validateQualifiedName(name, path, out);
}

function validateAttribute(attribute: Fields, path: string, out: FieldError[]): void {
  for (const field of ['string', 'version']) {
    if (byteLength(textIn(attribute[field])) > VALUE_MAX_LENGTH)
      out.push(tooLong(`${path}.${field}`, VALUE_MAX_LENGTH));
  }
  if (attribute['version'] !== undefined && parseSemver(textIn(attribute['version'])) === undefined) {
    out.push(
      invalid(`${path}.version`, attribute['version'], 'must be a string compatible with semver.org spec 2.0.0'),
    );
  }
  const given = ['int', 'bool', 'string', 'version'].filter((field) => attribute[field] !== undefined).length;
  if (given !== 1) out.push(invalid(path, given === 0 ? '' : attribute, 'exactly one value must be specified'));
}

function validateTaints(taints: readonly Fields[], path: string, out: FieldError[]): void {
  for (const [i, { key, value, effect }] of taints.entries()) {
    const at = `${path}[${i}]`;
    out.push(...labelKeyFaults(textIn(key)).map((fault) => invalid(`${at}.key`, textIn(key), fault)));
    out.push(...labelValueFaults(textIn(value)).map((fault) => invalid(`${at}.value`, value, fault)));
    if (isZero(effect)) out.push(required(`${at}.effect`));
    else if (!TAINT_EFFECTS.includes(textIn(effect))) out.push(notSupported(`${at}.effect`, effect, TAINT_EFFECTS));
  }
}

function validateCounters(counters: unknown, path: string, out: FieldError[]): void {
  const entries = sortedEntries(counters);
  if (entries.length === 0) out.push(required(path));
  for (const [name] of entries) validateLabelName(name, path, out);
}
