import { type Fields, isZero, textIn } from '../fields.js';
import { dns1123LabelFaults, dns1123SubdomainFaults } from '../names.js';
import { duplicate, type FieldError, invalid, notFound, required } from './field-error.js';

/** Claims for devices that a pod names, and its containers use. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go. */

/** Source: validatePodResourceClaims. */
export function validatePodClaims(claims: readonly Fields[], path: string, out: FieldError[]): void {
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    const name = textIn(claim['name']);
    const at = `${path}[${i}]`;
    if (name === '') out.push(required(`${at}.name`));
    else if (names.has(name)) out.push(duplicate(`${at}.name`, name));
    else out.push(...dns1123LabelFaults(name).map((fault) => invalid(`${at}.name`, name, fault)));
    names.add(name);
    validateSource(claim, at, out);
  }
}

const SOURCES = ['resourceClaimName', 'resourceClaimTemplateName'];

function validateSource(claim: Fields, path: string, out: FieldError[]): void {
  const { name, resourceClaimName: byName, resourceClaimTemplateName: byTemplate } = claim;
  const shown = { Name: name, ResourceClaimName: byName ?? null, ResourceClaimTemplateName: byTemplate ?? null };
  if (byName !== undefined && byTemplate !== undefined) {
    const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
    out.push(invalid(path, shown, detail));
  }
  if (byName === undefined && byTemplate === undefined) {
    out.push(invalid(path, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
  }
  for (const field of SOURCES) {
    if (claim[field] === undefined) continue;
    const text = textIn(claim[field]);
    out.push(...dns1123SubdomainFaults(text).map((fault) => invalid(`${path}.${field}`, text, fault)));
  }
}

/** Source: validateResourceClaimNames. */
export function validateUsedClaims(
  used: readonly Fields[],
  known: readonly string[],
  path: string,
  out: FieldError[],
): void {
  const names = new Set<string>();
  for (const [i, claim] of used.entries()) {
    const name = textIn(claim['name']);
    const at = `${path}[${i}]`;
    if (isZero(name)) {
      out.push(required(at));
      continue;
    }
    if (names.has(name)) out.push(duplicate(at, name));
    names.add(name);
    if (known.includes(name)) continue;
    const those = known.length === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    out.push({ ...notFound(at, name), detail: `must be one of the names in pod.spec.resourceClaims${those}` });
  }
}
