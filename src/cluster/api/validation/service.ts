import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { dns1123LabelFaults, dns1123SubdomainFaults, portNumberFaults } from '../names.js';
import { cidrFaults, ipFaults, isIPv6, specialIpFaults } from './addresses.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { nodePortOutside } from '../service-addresses.js';
import { validateLabels } from './metadata.js';
import { validatePort } from './probes.js';

/** Services. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidateService. */

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
/** One day. Source: api core/v1: MaxClientIPServiceAffinitySeconds. */
const MAX_AFFINITY_SECONDS = 86400;

export function validateService(spec: Fields, out: FieldError[]): void {
  const refused = addressErrors(spec);
  if (refused.length > 0) {
    // Addresses are given out before anything else is looked at, so these errors stand alone.
    out.length = 0;
    out.push(...refused);
    return;
  }
  const type = textIn(spec['type']);
  const isHeadless = spec['clusterIP'] === 'None';
  const ports = listIn(spec['ports']);
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') out.push(required('spec.ports'));
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort')) {
    out.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  if (type === 'ExternalName') validateExternalName(spec, out);
  validatePorts(ports, type, out);
  validateLabels(spec['selector'], 'spec.selector', out);
  validateSessionAffinity(spec, out);
  validateClusterIps(spec, out);
  validateExternalIps(spec, out);
  if (!TYPES.includes(type)) out.push(notSupported('spec.type', type, TYPES));
  validateDuplicatePorts(ports, out);
  validateLoadBalancer(spec, type, out);
  validateTrafficPolicies(spec, type, out);
}

/**
 * What the allocators refuse whatever else is taken: the cluster has one family, IPv4, and node ports have a range.
 * Source: pkg/registry/core/service/storage/alloc.go: initIPFamilyFields.
 */
function addressErrors(spec: Fields): FieldError[] {
  if (spec['type'] === 'ExternalName') return [];
  const out: FieldError[] = [];
  const seen = new Set<string>();
  const families = Array.isArray(spec['ipFamilies']) ? spec['ipFamilies'].map(textIn) : [];
  const isHeadless = spec['clusterIP'] === 'None' && Object.keys(fieldsIn(spec['selector'])).length === 0;
  for (const [i, family] of families.entries()) {
    const path = `spec.ipFamilies[${i}]`;
    if (family !== 'IPv4' && family !== 'IPv6') out.push(notSupported(path, family, ['IPv4', 'IPv6']));
    else if (seen.has(family)) out.push(duplicate(path, family));
    else if (family === 'IPv6' && !isHeadless) out.push(invalid(path, family, 'not configured on this cluster'));
    seen.add(family);
  }
  const address = textIn(spec['clusterIP']);
  if (address !== '' && address !== 'None') {
    out.push(...ipFaults(address).map((fault) => invalid('spec.clusterIPs[0]', address, fault)));
  }
  if (isIPv6(address)) out.push(invalid('spec.clusterIPs[0]', [address], 'IPv6 is not configured on this cluster'));
  if (out.length > 0 || (spec['type'] !== 'NodePort' && spec['type'] !== 'LoadBalancer')) return out;
  for (const [i, { nodePort }] of listIn(spec['ports']).entries()) {
    const refusal = isZero(nodePort) ? undefined : nodePortOutside(numberIn(nodePort));
    if (refusal !== undefined) return [invalid(`spec.ports[${i}].nodePort`, nodePort, refusal)];
  }
  return out;
}

function validateExternalName(spec: Fields, out: FieldError[]): void {
  const name = textIn(spec['externalName']).replace(/\.$/, '');
  if (name === '') out.push(required('spec.externalName'));
  else out.push(...dns1123SubdomainFaults(name).map((fault) => invalid('spec.externalName', name, fault)));
  if (!isZero(spec['clusterIP'])) {
    out.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
  }
}

function validatePorts(ports: readonly Fields[], type: string, out: FieldError[]): void {
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const path = `spec.ports[${i}]`;
    const name = textIn(port['name']);
    if (name === '' && ports.length > 1) out.push(required(`${path}.name`));
    if (name !== '') {
      out.push(...dns1123LabelFaults(name).map((fault) => invalid(`${path}.name`, name, fault)));
      if (names.has(name)) out.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    const number = numberIn(port['port']);
    out.push(...portNumberFaults(number).map((fault) => invalid(`${path}.port`, number, fault)));
    const protocol = textIn(port['protocol']);
    if (protocol === '') out.push(required(`${path}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) out.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
    validatePort(port['targetPort'], `${path}.targetPort`, out);
    if (type === 'ClusterIP' && !isZero(port['nodePort'])) {
      out.push(forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
}

function validateDuplicatePorts(ports: readonly Fields[], out: FieldError[]): void {
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  for (const [i, { port, nodePort, protocol }] of ports.entries()) {
    if (!isZero(nodePort)) {
      const identity = `${textIn(protocol)}/${numberIn(nodePort)}`;
      if (nodePorts.has(identity)) out.push(duplicate(`spec.ports[${i}].nodePort`, nodePort));
      nodePorts.add(identity);
    }
    const identity = `${textIn(protocol)}/${numberIn(port)}`;
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    if (numbers.has(identity)) out.push(duplicate(`spec.ports[${i}]`, shown));
    numbers.add(identity);
  }
}

function validateSessionAffinity(spec: Fields, out: FieldError[]): void {
  const affinity = textIn(spec['sessionAffinity']);
  if (affinity === '') out.push(required('spec.sessionAffinity'));
  else if (affinity !== 'ClientIP' && affinity !== 'None') {
    out.push(notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None']));
  }
  if (affinity !== 'ClientIP') return;
  const timeout = fieldsIn(fieldsIn(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds'];
  const path = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  if (numberIn(timeout) <= 0 || numberIn(timeout) > MAX_AFFINITY_SECONDS) {
    out.push(invalid(path, timeout ?? 0, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`));
  }
}

function validateClusterIps(spec: Fields, out: FieldError[]): void {
  const all = Array.isArray(spec['clusterIPs']) ? spec['clusterIPs'].map(textIn) : [];
  if (spec['type'] === 'ExternalName') return;
  if (!isZero(spec['clusterIP']) && all.length > 0 && all[0] !== spec['clusterIP']) {
    out.push(invalid('spec.clusterIPs', all, 'first value must match `clusterIP`'));
  }
}

function validateExternalIps(spec: Fields, out: FieldError[]): void {
  const addresses = Array.isArray(spec['externalIPs']) ? spec['externalIPs'].map(textIn) : [];
  for (const [i, address] of addresses.entries()) {
    const path = `spec.externalIPs[${i}]`;
    const faults = ipFaults(address);
    const all = faults.length > 0 ? faults : specialIpFaults(address);
    out.push(...all.map((fault) => invalid(path, address, fault)));
  }
}

const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

function validateLoadBalancer(spec: Fields, type: string, out: FieldError[]): void {
  const ranges = Array.isArray(spec['loadBalancerSourceRanges']) ? spec['loadBalancerSourceRanges'].map(textIn) : [];
  const path = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && type !== 'LoadBalancer') out.push(forbidden(path, ONLY_LOAD_BALANCER));
  for (const [i, range] of ranges.entries()) {
    out.push(...cidrFaults(range.trim()).map((fault) => invalid(`${path}[${i}]`, range, fault)));
  }
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) {
    if (type !== 'LoadBalancer' && spec[field] !== undefined) out.push(forbidden(`spec.${field}`, ONLY_LOAD_BALANCER));
  }
}

/** Whether something outside the cluster can reach a Service. Source: pkg/api/service/util.go: ExternallyAccessible. */
function isExternallyAccessible(spec: Fields, type: string): boolean {
  const hasExternalIps = Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0;
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && hasExternalIps);
}

function validateTrafficPolicies(spec: Fields, type: string, out: FieldError[]): void {
  const external = textIn(spec['externalTrafficPolicy']);
  const path = 'spec.externalTrafficPolicy';
  if (isExternallyAccessible(spec, type)) {
    if (external === '') out.push(required(path));
    else if (!POLICIES.includes(external)) out.push(notSupported(path, external, POLICIES));
  } else if (external !== '') {
    out.push(invalid(path, external, 'may only be set for externally-accessible services'));
  }
  const healthPort = numberIn(spec['healthCheckNodePort']);
  if (healthPort !== 0 && !(type === 'LoadBalancer' && external === 'Local')) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    out.push(invalid('spec.healthCheckNodePort', healthPort, detail));
  }
  const internal = spec['internalTrafficPolicy'];
  if (internal !== undefined && !POLICIES.includes(textIn(internal))) {
    out.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  }
  const distribution = spec['trafficDistribution'];
  if (distribution !== undefined && !DISTRIBUTIONS.includes(textIn(distribution))) {
    out.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS));
  }
}

/** An address stays for the life of a Service. */
export function validateServiceUpdate(spec: Fields, previous: Fields, out: FieldError[]): void {
  if (spec['type'] === 'ExternalName' || previous['type'] === 'ExternalName') return;
  const before = textIn(previous['clusterIP']);
  const after = textIn(spec['clusterIP']);
  if (before !== '' && after !== '' && before !== after) {
    out.push(invalid('spec.clusterIPs[0]', [after], 'may not change once set'));
  }
}
