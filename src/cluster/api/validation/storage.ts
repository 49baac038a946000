import { type Fields, fieldsIn, isZero, listIn, textIn } from '../fields.js';
import type { QuantityText } from '../objects/meta.js';
import { sameData } from '../patch.js';
import { type Quantity, quantity } from '../quantity.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { validateLabelSelector } from './label-selector.js';

/** Claims and classes of storage. Source: kubernetes v1.36.3 pkg/apis/{core,storage}/validation/validation.go. */

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

export function validateClaim(spec: Fields, out: FieldError[]): void {
  const modes = Array.isArray(spec['accessModes']) ? spec['accessModes'].map(textIn) : [];
  if (modes.length === 0) out.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (spec['selector'] !== undefined) validateLabelSelector(fieldsIn(spec['selector']), 'spec.selector', out);
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) out.push(notSupported('spec.accessModes', mode, ACCESS_MODES));
  }
  const storage = fieldsIn(fieldsIn(spec['resources'])['requests'])['storage'];
  if (storage === undefined) out.push(required('spec.resources[storage]'));
  else if (quantity(storage as QuantityText).nano <= 0n) {
    out.push(invalid('spec.resources[storage]', storage, 'must be greater than zero'));
  }
  const volumeMode = spec['volumeMode'];
  if (volumeMode !== undefined && !VOLUME_MODES.includes(textIn(volumeMode))) {
    out.push(notSupported('spec.volumeMode', volumeMode, VOLUME_MODES));
  }
}

/**
 * A claim stays as it is but for the size of a bound one. Kubernetes adds the difference as text; it is left out here.
 * Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidatePersistentVolumeClaimUpdate.
 */
export function validateClaimUpdate(claim: Fields, before: Fields, out: FieldError[]): void {
  const [spec, previous] = [fieldsIn(claim['spec']), fieldsIn(before['spec'])];
  // A claim that has named no class may be given one while it is not bound (the binder does, once there is a default class).
  const mayGetClass = isZero(previous['volumeName']) && previous['storageClassName'] === undefined;
  const isBound = textIn(fieldsIn(claim['status'])['phase']) === 'Bound';
  const fixed = ({ volumeName: _volumeName, storageClassName, ...rest }: Fields): Fields => {
    const named = mayGetClass ? rest : { ...rest, storageClassName };
    return isBound ? { ...named, resources: withoutSize(fieldsIn(rest['resources'])) } : named;
  };
  if (!sameData(fixed(spec), fixed(previous))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    out.push(forbidden('spec', detail));
  }
  const size = sizeOf(fieldsIn(spec['resources'])['requests']);
  const hasShrunk = size.nano < sizeOf(fieldsIn(previous['resources'])['requests']).nano;
  if (hasShrunk && size.nano <= sizeOf(fieldsIn(before['status'])['capacity']).nano) {
    out.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  if (spec['volumeMode'] !== previous['volumeMode']) {
    out.push(invalid('volumeMode', textIn(spec['volumeMode']), 'field is immutable'));
  }
}

function withoutSize({ requests, ...rest }: Fields): Fields {
  const { storage: _storage, ...others } = fieldsIn(requests);
  return { ...rest, requests: others };
}

function sizeOf(list: unknown): Quantity {
  const { storage = 0 } = fieldsIn(list);
  return quantity(storage as QuantityText);
}

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];

export function validateStorageClass(object: Fields, out: FieldError[]): void {
  if (isZero(object['provisioner'])) out.push(required('provisioner'));
  for (const key of Object.keys(fieldsIn(object['parameters']))) {
    if (key === '') out.push(invalid('parameters', '', 'field can not be empty.'));
  }
  const policy = textIn(object['reclaimPolicy']);
  if (!RECLAIM_POLICIES.includes(policy)) out.push(notSupported('reclaimPolicy', policy, RECLAIM_POLICIES));
  const mode = textIn(object['volumeBindingMode']);
  if (!BINDING_MODES.includes(mode)) out.push(notSupported('volumeBindingMode', mode, BINDING_MODES));
  for (const [i, term] of listIn(object['allowedTopologies']).entries()) {
    for (const [k, { values }] of listIn(term['matchLabelExpressions']).entries()) {
      const texts = Array.isArray(values) ? values.map(textIn) : [];
      for (const [n, text] of texts.entries()) {
        if (texts.indexOf(text) === n) continue;
        out.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions[${k}].values[${n}]`, text));
      }
    }
  }
}

export function validateStorageClassUpdate(object: Fields, previous: Fields, out: FieldError[]): void {
  if (!sameData(fieldsIn(object['parameters']), fieldsIn(previous['parameters']))) {
    out.push(invalid('parameters', object['parameters'], 'field is immutable'));
  }
  for (const field of ['provisioner', 'reclaimPolicy', 'volumeBindingMode']) {
    if (object[field] !== previous[field]) out.push(invalid(field, textIn(object[field]), 'field is immutable'));
  }
}
