import { type Fields, fieldsIn, listIn, textIn } from '../fields.js';
import { dns1123LabelFaults } from '../names.js';
import type { LabelSelector } from '../objects/meta.js';
import { sameData } from '../patch.js';
import { selectorOf } from '../selectors.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { isEmptySelector, selectorInGoOrder, validateLabelSelector } from './label-selector.js';
import { validateNonNegative } from './metadata.js';
import { validatePodTemplate } from './pod.js';
import {
  plainValue,
  validateAtMostAll,
  validateIntOrPercent,
  validateMatch,
  validateRunsForever,
} from './workloads.js';

/** StatefulSets, DaemonSets, ReplicationControllers. Source: kubernetes v1.36.3 pkg/apis/{apps,core}/validation/validation.go. */

export function validateStatefulSet(spec: Fields, out: FieldError[]): void {
  if (spec['podManagementPolicy'] !== 'OrderedReady' && spec['podManagementPolicy'] !== 'Parallel') {
    const detail = "must be 'OrderedReady' or 'Parallel'";
    out.push(invalid('spec.podManagementPolicy', textIn(spec['podManagementPolicy']), detail));
  }
  validateStatefulStrategy(fieldsIn(spec['updateStrategy']), out);
  validateRetention(fieldsIn(spec['persistentVolumeClaimRetentionPolicy']), out);
  validateNonNegative(spec['replicas'], 'spec.replicas', out);
  validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds', out);
  validateNonNegative(fieldsIn(spec['ordinals'])['start'], 'spec.ordinals.start', out);
  const serviceName = textIn(spec['serviceName']);
  if (serviceName !== '') {
    out.push(...dns1123LabelFaults(serviceName).map((fault) => invalid('spec.serviceName', serviceName, fault)));
  }
  for (const [i, claim] of listIn(spec['volumeClaimTemplates']).entries()) {
    const modes = fieldsIn(claim['spec'])['accessModes'];
    if (Array.isArray(modes) && modes.length > 0) continue;
    out.push(required(`spec.volumeClaimTemplates[${i}].spec.accessModes`, 'at least 1 access mode is required'));
  }
  const template = fieldsIn(spec['template']);
  if (validateSelector(spec, 'statefulset', out)) {
    validateMatch(template, spec['selector'] as LabelSelector | undefined, out);
    validatePodTemplate(withClaims(template, listIn(spec['volumeClaimTemplates'])), 'spec.template', out);
  }
  validateRunsForever(template, 'StatefulSet', out);
}

/** The claims of a StatefulSet are volumes of its pods, in front of the template's own. */
function withClaims(template: Fields, claims: readonly Fields[]): Fields {
  const spec = fieldsIn(template['spec']);
  const names = claims.map(({ metadata }) => textIn(fieldsIn(metadata)['name']));
  const volumes = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const own = listIn(spec['volumes']).filter(({ name }) => !names.includes(textIn(name)));
  return { ...template, spec: { ...spec, volumes: [...volumes, ...own] } };
}

/** Whether the selector can be used at all. */
function validateSelector(spec: Fields, name: string, out: FieldError[]): boolean {
  const selector = fieldsIn(spec['selector']);
  if (spec['selector'] === undefined) {
    out.push(required('spec.selector'));
    return true;
  }
  validateLabelSelector(selector, 'spec.selector', out);
  if (isEmptySelector(selector)) {
    out.push(invalid('spec.selector', selectorInGoOrder(selector), `empty selector is invalid for ${name}`));
  }
  if (selectorOf(selector as LabelSelector).ok) return true;
  out.push(invalid('spec.selector', selectorInGoOrder(selector), ''));
  return false;
}

function validateStatefulStrategy(strategy: Fields, out: FieldError[]): void {
  const type = textIn(strategy['type']);
  const rolling = strategy['rollingUpdate'];
  const { partition, maxUnavailable } = fieldsIn(rolling);
  const shown = rolling === undefined ? null : { Partition: partition ?? 0, MaxUnavailable: maxUnavailable ?? null };
  const path = 'spec.updateStrategy';
  if (type === '') out.push(required(path));
  else if (type === 'OnDelete') {
    if (rolling !== undefined) {
      out.push(invalid(`${path}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'"));
    }
  } else if (type === 'RollingUpdate') {
    validateNonNegative(partition, `${path}.rollingUpdate.partition`, out);
  } else {
    out.push(invalid(path, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

const RETENTIONS = ['Retain', 'Delete'];

function validateRetention(policy: Fields, out: FieldError[]): void {
  for (const field of ['whenDeleted', 'whenScaled']) {
    const value = policy[field];
    if (RETENTIONS.includes(textIn(value))) continue;
    out.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, textIn(value), RETENTIONS));
  }
}

const STATEFUL_SET_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function validateStatefulSetUpdate(spec: Fields, previous: Fields, out: FieldError[]): void {
  const fixed = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !STATEFUL_SET_MUTABLE.includes(name)));
  if (sameData(fixed(spec), fixed(previous))) return;
  const names = STATEFUL_SET_MUTABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  out.push(forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`));
}

export function validateDaemonSet(spec: Fields, out: FieldError[]): void {
  const selector = spec['selector'] as LabelSelector | undefined;
  const template = fieldsIn(spec['template']);
  if (selector !== undefined) validateLabelSelector(fieldsIn(selector), 'spec.selector', out);
  if (selector === undefined || selectorOf(selector).ok) validateMatch(template, selector, out);
  if (selector !== undefined && isEmptySelector(fieldsIn(selector))) {
    out.push(invalid('spec.selector', {}, 'empty selector is invalid for daemonset'));
  }
  validatePodTemplate(template, 'spec.template', out);
  validateRunsForever(template, 'DaemonSet', out);
  validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds', out);
  validateNonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit', out);
  validateDaemonStrategy(fieldsIn(spec['updateStrategy']), out);
}

function validateDaemonStrategy(strategy: Fields, out: FieldError[]): void {
  const type = textIn(strategy['type']);
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: null };
    out.push(notSupported('spec.updateStrategy', shown, ['RollingUpdate', 'OnDelete']));
    return;
  }
  const { maxUnavailable, maxSurge } = fieldsIn(strategy['rollingUpdate']);
  const path = 'spec.updateStrategy.rollingUpdate';
  validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`, out);
  validateIntOrPercent(maxSurge, `${path}.maxSurge`, out);
  validateAtMostAll(maxUnavailable, `${path}.maxUnavailable`, out);
  validateAtMostAll(maxSurge, `${path}.maxSurge`, out);
  if (plainValue(maxUnavailable) !== 0 && plainValue(maxSurge) !== 0) {
    out.push(invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (plainValue(maxUnavailable) === 0 && plainValue(maxSurge) === 0) {
    out.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
}

export function validateReplicationController(spec: Fields, out: FieldError[]): void {
  validateNonNegative(spec['minReadySeconds'], 'spec.minReadySeconds', out);
  const selector = fieldsIn(spec['selector']);
  if (Object.keys(selector).length === 0) out.push(required('spec.selector'));
  validateNonNegative(spec['replicas'], 'spec.replicas', out);
  if (spec['template'] === undefined) {
    out.push(required('spec.template'));
    return;
  }
  const template = fieldsIn(spec['template']);
  if (Object.keys(selector).length > 0) validateMatch(template, { matchLabels: selector } as LabelSelector, out);
  validatePodTemplate(template, 'spec.template', out);
  validateRunsForever(template, 'ReplicationController', out);
}
