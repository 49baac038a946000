import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { dns1123SubdomainFaults, pathSegmentFaults } from '../names.js';
import { ipNumber } from '../service-addresses.js';
import { cidrFaults } from './addresses.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { validateLabelSelector } from './label-selector.js';
import { validatePort } from './probes.js';

/** Who may reach and who may do what. Source: kubernetes v1.36.3 pkg/apis/{networking,rbac}/validation/validation.go. */

const POLICY_TYPES = ['Ingress', 'Egress'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validateNetworkPolicy(spec: Fields, out: FieldError[]): void {
  validateLabelSelector(fieldsIn(spec['podSelector']), 'spec.podSelector', out);
  for (const [list, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [i, rule] of listIn(spec[list]).entries()) {
      const path = `spec.${list}[${i}]`;
      for (const [k, port] of listIn(rule['ports']).entries()) validatePolicyPort(port, `${path}.ports[${k}]`, out);
      for (const [k, peer] of listIn(rule[peers]).entries()) validatePeer(peer, `${path}.${peers}[${k}]`, out);
    }
  }
  const types = Array.isArray(spec['policyTypes']) ? spec['policyTypes'].map(textIn) : [];
  if (types.length > POLICY_TYPES.length) {
    out.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return;
  }
  for (const [i, type] of types.entries()) {
    if (!POLICY_TYPES.includes(type)) out.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES));
  }
}

function validatePolicyPort({ port, endPort, protocol }: Fields, path: string, out: FieldError[]): void {
  if (protocol !== undefined && !PROTOCOLS.includes(textIn(protocol))) {
    out.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  }
  if (port === undefined) {
    if (endPort !== undefined) {
      out.push(invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified'));
    }
    return;
  }
  validatePort(port, `${path}.port`, out);
  if (endPort === undefined) return;
  if (typeof port === 'string') {
    out.push(invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
  } else if (numberIn(endPort) < numberIn(port)) {
    out.push(invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`'));
  } else {
    validatePort(endPort, `${path}.endPort`, out);
  }
}

function validatePeer(peer: Fields, path: string, out: FieldError[]): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (podSelector !== undefined) validateLabelSelector(fieldsIn(podSelector), `${path}.podSelector`, out);
  if (namespaceSelector !== undefined) {
    validateLabelSelector(fieldsIn(namespaceSelector), `${path}.namespaceSelector`, out);
  }
  if (ipBlock !== undefined) validateIpBlock(fieldsIn(ipBlock), `${path}.ipBlock`, out);
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (hasSelector && ipBlock !== undefined) {
    out.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  } else if (!hasSelector && ipBlock === undefined) {
    out.push(required(path, 'must specify a peer'));
  }
}

function validateIpBlock({ cidr, except }: Fields, path: string, out: FieldError[]): void {
  const network = textIn(cidr);
  if (network === '') {
    out.push(required(`${path}.cidr`));
    return;
  }
  const faults = networkFaults(network);
  out.push(...faults.map((fault) => invalid(`${path}.cidr`, network, fault)));
  const outer = rangeOf(network);
  for (const [i, text] of (Array.isArray(except) ? except.map(textIn) : []).entries()) {
    const at = `${path}.except[${i}]`;
    const inner = rangeOf(text);
    const innerFaults = networkFaults(text);
    out.push(...innerFaults.map((fault) => invalid(at, text, fault)));
    if (innerFaults.length > 0 || outer === undefined || inner === undefined) continue;
    const isInside = inner.first >= outer.first && inner.last <= outer.last;
    const isSmaller = inner.last - inner.first < outer.last - outer.first;
    if (!isInside || !isSmaller) out.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  }
}

function networkFaults(text: string): string[] {
  const faults = cidrFaults(text);
  const range = rangeOf(text);
  if (faults.length > 0 || range === undefined) return faults;
  return range.address === range.first ? [] : ['must not have bits set beyond the prefix length'];
}

/** First and last address of an IPv4 network, undefined for anything else. */
function rangeOf(text: string): { address: number; first: number; last: number } | undefined {
  const [address, bits] = text.split('/');
  const number = ipNumber(address ?? '');
  if (number === undefined || bits === undefined || !/^[0-9]+$/.test(bits) || Number(bits) > 32) return undefined;
  const mask = Number(bits) === 0 ? 0 : (0xffffffff << (32 - Number(bits))) >>> 0;
  const first = (number & mask) >>> 0;
  return { address: number, first, last: first + (~mask >>> 0) };
}

function hasItems(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

export function validateRoleRules(rules: readonly Fields[], isNamespaced: boolean, out: FieldError[]): void {
  for (const [i, rule] of rules.entries()) {
    const path = `rules[${i}]`;
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    if (!hasItems(verbs)) out.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
    if (hasItems(nonResourceURLs)) {
      const refuse = (why: string): number => out.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, why));
      if (isNamespaced) refuse('namespaced rules cannot apply to non-resource URLs');
      if ([apiGroups, resources, resourceNames].some(hasItems)) {
        refuse('rules cannot apply to both regular resources and non-resource URLs');
      }
      continue;
    }
    if (!hasItems(apiGroups)) {
      out.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (!hasItems(resources)) {
      out.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
    }
  }
}

const RBAC = 'rbac.authorization.k8s.io';
const ROLE_KINDS = ['Role', 'ClusterRole'];
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];

export function validateRoleBinding(binding: Fields, out: FieldError[]): void {
  const { apiGroup, kind, name } = fieldsIn(binding['roleRef']);
  if (apiGroup !== RBAC) out.push(notSupported('roleRef.apiGroup', textIn(apiGroup), [RBAC]));
  if (!ROLE_KINDS.includes(textIn(kind))) out.push(notSupported('roleRef.kind', textIn(kind), ROLE_KINDS));
  if (isZero(name)) out.push(required('roleRef.name'));
  else out.push(...pathSegmentFaults(textIn(name)).map((fault) => invalid('roleRef.name', name, fault)));
  for (const [i, subject] of listIn(binding['subjects']).entries()) validateSubject(subject, `subjects[${i}]`, out);
}

function validateSubject(subject: Fields, path: string, out: FieldError[]): void {
  const [kind, name, group] = [textIn(subject['kind']), textIn(subject['name']), textIn(subject['apiGroup'])];
  if (name === '') out.push(required(`${path}.name`));
  if (!SUBJECT_KINDS.includes(kind)) {
    out.push(notSupported(`${path}.kind`, kind, SUBJECT_KINDS));
  } else if (kind === 'ServiceAccount') {
    if (name !== '') out.push(...dns1123SubdomainFaults(name).map((fault) => invalid(`${path}.name`, name, fault)));
    if (group !== '') out.push(notSupported(`${path}.apiGroup`, group, ['']));
    if (isZero(subject['namespace'])) out.push(required(`${path}.namespace`));
  } else if (group !== RBAC) {
    out.push(notSupported(`${path}.apiGroup`, group, [RBAC]));
  }
}

/** What a binding grants stays; whom it is granted to may change. */
export function validateRoleBindingUpdate(binding: Fields, previous: Fields, out: FieldError[]): void {
  const shown = ({ apiGroup, kind, name }: Fields): Fields => ({ APIGroup: apiGroup, Kind: kind, Name: name });
  const after = shown(fieldsIn(binding['roleRef']));
  if (JSON.stringify(after) === JSON.stringify(shown(fieldsIn(previous['roleRef'])))) return;
  out.push(invalid('roleRef', after, 'cannot change roleRef'));
}
