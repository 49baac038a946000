import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import {
  byteLength,
  dns1035LabelFaults,
  dns1123LabelFaults,
  dns1123SubdomainFaults,
  labelKeyFaults,
  labelValueFaults,
  pathSegmentFaults,
} from '../names.js';
import { type FieldError, invalid, required, tooLong } from './field-error.js';

/** Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go. */

type NameRule = (name: string) => string[];

const subdomain: NameRule = (name) => dns1123SubdomainFaults(name);

const NAME_RULES: ReadonlyMap<string, NameRule> = new Map([
  ['Namespace', dns1123LabelFaults],
  ['Service', dns1123LabelFaults],
  ['StatefulSet', dns1123LabelFaults],
  ['ReplicationController', (name) => dns1123SubdomainFaults(name, 'bytes')],
  ['PodDisruptionBudget', pathSegmentFaults],
  ['Role', pathSegmentFaults],
  ['RoleBinding', pathSegmentFaults],
  ['ClusterRole', pathSegmentFaults],
  ['ClusterRoleBinding', pathSegmentFaults],
]);

/** The rule for names of a kind: a DNS subdomain for nearly all. */
export function nameRuleOf(kind: string): NameRule {
  return NAME_RULES.get(kind) ?? subdomain;
}

export { dns1035LabelFaults };

/** All annotations of an object together. */
const ANNOTATIONS_MAX_BYTES = 256 * 1024;

export function validateMetadata(kind: string, metadata: Fields, isNamespaced: boolean, out: FieldError[]): void {
  const name = textIn(metadata['name']);
  const generateName = textIn(metadata['generateName']);
  const nameRule = nameRuleOf(kind);
  // Names of these are looked at by a newer sort of rules, which leaves prefixes alone.
  if (generateName !== '' && kind !== 'ReplicationController') {
    out.push(
      ...nameRule(maskTrailingDash(generateName)).map((fault) => invalid('metadata.generateName', generateName, fault)),
    );
  }
  if (name === '') out.push(required('metadata.name', 'name or generateName is required'));
  else out.push(...nameRule(name).map((fault) => invalid('metadata.name', name, fault)));
  if (isNamespaced) validateNamespaceField(textIn(metadata['namespace']), out);
  validateLabels(metadata['labels'], 'metadata.labels', out);
  validateAnnotations(metadata['annotations'], 'metadata.annotations', out);
  validateOwnerReferences(listIn(metadata['ownerReferences']), out);
  validateFinalizers(metadata['finalizers'], out);
}

/** A prefix may end in a dash, for random characters follow. */
function maskTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
}

function validateNamespaceField(namespace: string, out: FieldError[]): void {
  if (namespace === '') out.push(required('metadata.namespace'));
  else out.push(...dns1123LabelFaults(namespace).map((fault) => invalid('metadata.namespace', namespace, fault)));
}

/** Maps are gone through in order of their keys: Go's order is random. */
export function sortedEntries(map: unknown): [string, unknown][] {
  return Object.entries(fieldsIn(map)).sort(([a], [b]) => (a < b ? -1 : 1));
}

export function validateLabels(labels: unknown, path: string, out: FieldError[]): void {
  for (const [key, value] of sortedEntries(labels)) {
    out.push(...labelKeyFaults(key).map((fault) => invalid(path, key, fault)));
    out.push(...labelValueFaults(textIn(value)).map((fault) => invalid(path, value, fault)));
  }
}

export function validateAnnotations(annotations: unknown, path: string, out: FieldError[]): void {
  let size = 0;
  for (const [key, value] of sortedEntries(annotations)) {
    out.push(...labelKeyFaults(key.toLowerCase()).map((fault) => invalid(path, key, fault)));
    size += byteLength(key) + byteLength(textIn(value));
  }
  if (size > ANNOTATIONS_MAX_BYTES) out.push(tooLong(path, ANNOTATIONS_MAX_BYTES));
}

function validateOwnerReferences(references: readonly Fields[], out: FieldError[]): void {
  const path = 'metadata.ownerReferences';
  for (const { apiVersion, kind, name, uid } of references) {
    if (isZero(apiVersion)) out.push(invalid(`${path}.apiVersion`, '', 'version must not be empty'));
    if (isZero(kind)) out.push(invalid(`${path}.kind`, '', 'must not be empty'));
    if (isZero(name)) out.push(invalid(`${path}.name`, '', 'must not be empty'));
    if (isZero(uid)) out.push(invalid(`${path}.uid`, '', 'must not be empty'));
  }
  const controllers = references.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers.map(({ kind, name }) => `${textIn(kind)}/${textIn(name)}`);
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
    out.push(invalid(path, references, detail));
  }
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function validateFinalizers(finalizers: unknown, out: FieldError[]): void {
  const names = Array.isArray(finalizers) ? finalizers.map(textIn) : [];
  for (const name of names)
    out.push(...labelKeyFaults(name).map((fault) => invalid('metadata.finalizers', name, fault)));
  for (const [i, name] of names.entries()) out.push(...finalizerFaults(name, `metadata.finalizers[${i}]`));
}

/** Kubernetes' own finalizers are known by name, all others have a domain. */
export function finalizerFaults(name: string, path: string): FieldError[] {
  if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return [];
  return [invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}

/** Fields of the metadata that never change. */
export function validateMetadataUpdate(metadata: Fields, previous: Fields, out: FieldError[]): void {
  for (const field of ['name', 'namespace', 'uid']) {
    if (textIn(metadata[field]) !== textIn(previous[field])) {
      out.push(invalid(`metadata.${field}`, metadata[field], 'field is immutable'));
    }
  }
  validateLabels(metadata['labels'], 'metadata.labels', out);
  validateAnnotations(metadata['annotations'], 'metadata.annotations', out);
  validateOwnerReferences(listIn(metadata['ownerReferences']), out);
  validateFinalizers(metadata['finalizers'], out);
}

/** A count or a span that is below zero. */
export function validateNonNegative(value: unknown, path: string, out: FieldError[]): void {
  if (numberIn(value) < 0) out.push(invalid(path, value, 'must be greater than or equal to 0'));
}

export function required1123Label(name: unknown, path: string, out: FieldError[]): void {
  if (isZero(name)) out.push(required(path));
  else out.push(...dns1123LabelFaults(textIn(name)).map((fault) => invalid(path, name, fault)));
}
