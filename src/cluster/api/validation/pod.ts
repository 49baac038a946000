import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import {
  byteLength,
  dns1123LabelFaults,
  DNS_SUBDOMAIN_MAX_LENGTH,
  dns1123SubdomainFaults,
  labelKeyFaults,
  patternFault,
  rangeFault,
} from '../names.js';
import type { QuantityText } from '../objects/meta.js';
import type { PodSpec } from '../objects/pod.js';
import { isPodLevelResource, podRequests } from '../pod-resources.js';
import { compareQuantities, formatQuantity, quantity } from '../quantity.js';
import { checkSupported, INT32_MAX, type PodContext, validateContainers, validateUser } from './containers.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { ipFaults } from './addresses.js';
import { sortedEntries, validateAnnotations, validateLabels } from './metadata.js';
import { validatePodClaims } from './pod-claims.js';
import { amountsOf, validateRequestAgainstLimit, validateResourceAmount } from './resources.js';
import { validateAffinity, validateSpread, validateTolerations } from './scheduling.js';
import { validateVolumes } from './volumes.js';

/** Pods and pod templates. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidatePodSpec. */

export function validatePodSpec(spec: Fields, path: string, out: FieldError[]): void {
  const volumes = listIn(spec['volumes']);
  validateVolumes(volumes, `${path}.volumes`, out);
  const claims = listIn(spec['resourceClaims']);
  validatePodClaims(claims, `${path}.resourceClaims`, out);
  const context: PodContext = {
    claimNames: claims.map(({ name }) => textIn(name)).filter((name) => name !== ''),
    volumeNames: new Set(volumes.map(({ name }) => textIn(name))),
    graceSeconds: numberIn(spec['terminationGracePeriodSeconds']),
    restartPolicy: textIn(spec['restartPolicy']),
  };
  validateContainers(spec, path, context, out);
  validatePodResources(spec, `${path}.resources`, out);
  checkSupported(spec, 'restartPolicy', ['Always', 'OnFailure', 'Never'], path, out);
  checkSupported(spec, 'dnsPolicy', ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], path, out);
  validateLabels(spec['nodeSelector'], `${path}.nodeSelector`, out);
  validateSecurity(spec, path, out);
  validateAffinity(fieldsIn(spec['affinity']), `${path}.affinity`, out);
  validateDnsConfig(spec, `${path}.dnsConfig`, out);
  validateGates(spec, path, out);
  validateSpread(listIn(spec['topologySpreadConstraints']), `${path}.topologySpreadConstraints`, out);
  validateHostUsers(spec, path, out);
  validateNames(spec, path, out);
  if (spec['preemptionPolicy'] !== undefined) {
    checkSupported(spec, 'preemptionPolicy', ['PreemptLowerPriority', 'Never'], path, out);
  }
  validateTolerations(listIn(spec['tolerations']), `${path}.tolerations`, out);
  for (const [i, { ip }] of listIn(spec['hostAliases']).entries()) {
    out.push(...ipFaults(textIn(ip)).map((fault) => invalid(`${path}.hostAliases[${i}].ip`, textIn(ip), fault)));
  }
  const os = spec['os'] === undefined ? undefined : textIn(fieldsIn(spec['os'])['name']);
  if (os === '') out.push(required(`${path}.os.name`, 'cannot be empty'));
  else if (os !== undefined && os !== 'linux' && os !== 'windows') {
    out.push(notSupported(`${path}.os`, os, ['linux', 'windows']));
  }
}

/** Resources of the pod as a whole. Source: validation.go: validatePodResources. */
function validatePodResources(spec: Fields, path: string, out: FieldError[]): void {
  if (spec['resources'] === undefined) return;
  const resources = fieldsIn(spec['resources']);
  const limits = amountsOf(resources['limits']);
  for (const list of ['limits', 'requests']) {
    for (const [name, text] of sortedEntries(resources[list])) {
      const at = `${path}.${list}[${name}]`;
      if (!isPodLevelResource(name)) out.push(notSupported(at, name, ['cpu', 'hugepages-', 'memory']));
      validateResourceAmount(name, text, at, out);
    }
  }
  const containers = { ...spec, resources: undefined, overhead: undefined } as unknown as PodSpec;
  const asked = podRequests(containers);
  for (const [name, text] of sortedEntries(resources['requests'])) {
    const request = quantity(text as QuantityText);
    validateRequestAgainstLimit(name, request, limits.get(name), path, out);
    const sum = asked.get(name);
    if (sum === undefined || compareQuantities(request, sum) >= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    out.push(invalid(`${path}.requests[${name}]`, formatQuantity(request), detail));
  }
}

function validateSecurity(spec: Fields, path: string, out: FieldError[]): void {
  const security = fieldsIn(spec['securityContext']);
  if (spec['hostNetwork'] === true) validateHostNetwork(spec, path, out);
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    out.push(invalid(`${path}.securityContext.shareProcessNamespace`, true, detail));
  }
  validateUser(security, `${path}.securityContext`, out);
  for (const [i, { name }] of listIn(security['sysctls']).entries()) {
    validateSysctlName(textIn(name), `${path}.securityContext.sysctls[${i}].name`, out);
  }
}

const SYSCTL = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';

function validateSysctlName(name: string, path: string, out: FieldError[]): void {
  if (name === '') out.push(required(path));
  else if (name.length > DNS_SUBDOMAIN_MAX_LENGTH || !new RegExp(`^${SYSCTL}$`).test(name)) {
    out.push(
      invalid(path, name, `must have at most ${DNS_SUBDOMAIN_MAX_LENGTH} characters and match regex ^${SYSCTL}$`),
    );
  }
}

function validateHostNetwork(spec: Fields, path: string, out: FieldError[]): void {
  for (const list of ['containers', 'initContainers']) {
    for (const [i, container] of listIn(spec[list]).entries()) {
      for (const [k, { hostPort, containerPort }] of listIn(container['ports']).entries()) {
        if (isZero(hostPort) || hostPort === containerPort) continue;
        const at = `${path}.${list}[${i}].ports[${k}].hostPort`;
        out.push(invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
      }
    }
  }
}

/** Source: validation.go: MaxDNSNameservers, MaxDNSSearchPaths. */
const NAMESERVERS_MAX = 3;

function validateDnsConfig(spec: Fields, path: string, out: FieldError[]): void {
  const isNone = spec['dnsPolicy'] === 'None';
  if (spec['dnsConfig'] === undefined) {
    if (isNone) out.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    return;
  }
  const config = fieldsIn(spec['dnsConfig']);
  const servers = Array.isArray(config['nameservers']) ? config['nameservers'].map(textIn) : [];
  if (isNone && servers.length === 0) {
    out.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  }
  if (servers.length > NAMESERVERS_MAX) {
    out.push(invalid(`${path}.nameservers`, servers, `must not have more than ${NAMESERVERS_MAX} nameservers`));
  }
  for (const [i, server] of servers.entries()) {
    out.push(...ipFaults(server).map((fault) => invalid(`${path}.nameservers[${i}]`, server, fault)));
  }
  const searches = Array.isArray(config['searches']) ? config['searches'].map(textIn) : [];
  for (const [i, search] of searches.entries()) {
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    out.push(...searchFaults(name).map((fault) => invalid(`${path}.searches[${i}]`, search, fault)));
  }
}

const SEARCH_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SEARCH_DOMAIN = `${SEARCH_LABEL}(\\.${SEARCH_LABEL})*`;

function searchFaults(name: string): string[] {
  if (byteLength(name) <= DNS_SUBDOMAIN_MAX_LENGTH && new RegExp(`^(?:${SEARCH_DOMAIN})$`).test(name)) return [];
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  return [patternFault(message, SEARCH_DOMAIN, 'example.com')];
}

function validateGates(spec: Fields, path: string, out: FieldError[]): void {
  for (const [i, { conditionType }] of listIn(spec['readinessGates']).entries()) {
    const at = `${path}.readinessGates[${i}].conditionType`;
    out.push(...labelKeyFaults(textIn(conditionType)).map((fault) => invalid(at, textIn(conditionType), fault)));
  }
  const names = new Set<string>();
  for (const [i, gate] of listIn(spec['schedulingGates']).entries()) {
    const name = textIn(gate['name']);
    const at = `${path}.schedulingGates[${i}]`;
    out.push(...labelKeyFaults(name).map((fault) => invalid(at, name, fault)));
    if (names.has(name)) out.push(duplicate(at, name));
    names.add(name);
  }
}

function validateHostUsers(spec: Fields, path: string, out: FieldError[]): void {
  if (spec['hostUsers'] !== false) return;
  const detail = 'when `hostUsers` is false';
  if (spec['hostNetwork'] === true) out.push(forbidden(`${path}.hostNetwork`, detail));
  if (spec['hostPID'] === true) out.push(forbidden(`${path}.HostPID`, detail));
  if (spec['hostIPC'] === true) out.push(forbidden(`${path}.HostIPC`, detail));
}

function validateNames(spec: Fields, path: string, out: FieldError[]): void {
  for (const field of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName']) {
    const name = textIn(spec[field]);
    if (name === '') continue;
    out.push(...dns1123SubdomainFaults(name).map((fault) => invalid(`${path}.${field}`, name, fault)));
  }
  const deadline = spec['activeDeadlineSeconds'];
  if (deadline !== undefined && (numberIn(deadline) < 1 || numberIn(deadline) > INT32_MAX)) {
    out.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeFault(1, INT32_MAX)));
  }
  for (const field of ['hostname', 'subdomain']) {
    const name = textIn(spec[field]);
    if (name === '') continue;
    out.push(...dns1123LabelFaults(name).map((fault) => invalid(`${path}.${field}`, name, fault)));
  }
}

/** Templates in which nothing was wrong: whoever scales a workload hands its template back as it was. No state of the world. */
const validTemplates = new WeakSet<Fields>();

/** A template is told off at `labels`, not at `metadata.labels`: so does Kubernetes. */
export function validatePodTemplate(template: Fields, path: string, out: FieldError[]): void {
  if (validTemplates.has(template)) return;
  const faults = out.length;
  const metadata = fieldsIn(template['metadata']);
  validateLabels(metadata['labels'], `${path}.labels`, out);
  validateAnnotations(metadata['annotations'], `${path}.annotations`, out);
  const spec = fieldsIn(template['spec']);
  validatePodSpec(spec, `${path}.spec`, out);
  if (listIn(spec['ephemeralContainers']).length > 0) {
    out.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  if (out.length === faults) validTemplates.add(template);
}

export function validatePod(pod: Fields, out: FieldError[]): void {
  const spec = fieldsIn(pod['spec']);
  validatePodSpec(spec, 'spec', out);
  if (listIn(spec['ephemeralContainers']).length > 0) {
    out.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (textIn(spec['nodeName']) !== '' && listIn(spec['schedulingGates']).length > 0) {
    out.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
}
