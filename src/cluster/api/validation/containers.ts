import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { dns1123LabelFaults, portNameFaults, portNumberFaults, rangeFault } from '../names.js';
import { validateEnvironment } from './environment.js';
import { duplicate, type FieldError, forbidden, invalid, notFound, notSupported, required } from './field-error.js';
import { validateLifecycle, validateProbe } from './probes.js';
import { validateUsedClaims } from './pod-claims.js';
import { validateContainerResources } from './resources.js';

/** Containers of a pod. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: validateContainers. */

export interface PodContext {
  readonly volumeNames: ReadonlySet<string>;
  /** Names of the pod's claims for devices. */
  readonly claimNames: readonly string[];
  readonly graceSeconds: number;
  readonly restartPolicy: string;
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
export const INT32_MAX = 2147483647;

export function validateContainers(spec: Fields, path: string, context: PodContext, out: FieldError[]): void {
  const containers = listIn(spec['containers']);
  const at = `${path}.containers`;
  if (containers.length === 0) out.push(required(at));
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const here = `${at}[${i}]`;
    validateContainer(container, here, context, out);
    checkUnique(names, container['name'], `${here}.name`, out);
    validateLifecycle(container, here, context.graceSeconds, out);
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      validateProbe(container, probe, here, out);
    }
    validateRestartPolicy(container, here, out);
  }
  validateHostPorts(containers, at, out);
  validateInitContainers(listIn(spec['initContainers']), names, `${path}.initContainers`, context, out);
}

function checkUnique(names: Set<string>, name: unknown, path: string, out: FieldError[]): void {
  if (isZero(name)) return;
  if (names.has(textIn(name))) out.push(duplicate(path, name));
  names.add(textIn(name));
}

const ONLY_SIDECARS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function validateInitContainers(
  containers: readonly Fields[],
  names: Set<string>,
  path: string,
  context: PodContext,
  out: FieldError[],
): void {
  for (const [i, container] of containers.entries()) {
    const here = `${path}[${i}]`;
    validateContainer(container, here, context, out);
    checkUnique(names, container['name'], `${here}.name`, out);
    validateHostPorts([container], path, out);
    if (container['restartPolicy'] === 'Always') {
      validateLifecycle(container, here, context.graceSeconds, out);
      for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        validateProbe(container, probe, here, out);
      }
    } else {
      for (const field of ONLY_SIDECARS) {
        if (container[field] === undefined) continue;
        out.push(forbidden(`${here}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
      }
    }
    validateRestartPolicy(container, here, out);
  }
}

const CONTAINER_RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];

function validateRestartPolicy(container: Fields, path: string, out: FieldError[]): void {
  const policy = container['restartPolicy'];
  if (policy === undefined || CONTAINER_RESTART_POLICIES.includes(textIn(policy))) return;
  out.push(notSupported(`${path}.restartPolicy`, policy, CONTAINER_RESTART_POLICIES));
}

/** What all sorts of containers have in common. */
export function validateContainer(container: Fields, path: string, context: PodContext, out: FieldError[]): void {
  const { name, image } = container;
  if (isZero(name)) out.push(required(`${path}.name`));
  else out.push(...dns1123LabelFaults(textIn(name)).map((fault) => invalid(`${path}.name`, name, fault)));
  if (isZero(image)) out.push(required(`${path}.image`));
  else if (textIn(image).trim() !== image) {
    out.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  }
  checkSupported(container, 'terminationMessagePolicy', ['File', 'FallbackToLogsOnError'], path, out);
  validatePorts(listIn(container['ports']), `${path}.ports`, out);
  validateEnvironment(container, path, out);
  validateMounts(container, `${path}.volumeMounts`, context.volumeNames, out);
  checkSupported(container, 'imagePullPolicy', ['Always', 'IfNotPresent', 'Never'], path, out);
  const resources = fieldsIn(container['resources']);
  validateContainerResources(resources, `${path}.resources`, out);
  validateUsedClaims(listIn(resources['claims']), context.claimNames, `${path}.resources.claims`, out);
  validateResizePolicy(container, `${path}.resizePolicy`, context.restartPolicy, out);
  validateUser(fieldsIn(container['securityContext']), `${path}.securityContext`, out);
}

export function checkSupported(
  fields: Fields,
  name: string,
  supported: readonly string[],
  path: string,
  out: FieldError[],
): void {
  const value = textIn(fields[name]);
  if (value === '') out.push(required(`${path}.${name}`));
  else if (!supported.includes(value)) out.push(notSupported(`${path}.${name}`, value, supported));
}

export function validateUser(security: Fields, path: string, out: FieldError[]): void {
  for (const field of ['runAsUser', 'runAsGroup', 'fsGroup']) {
    const id = security[field];
    if (id === undefined || (numberIn(id) >= 0 && numberIn(id) <= INT32_MAX)) continue;
    out.push(invalid(`${path}.${field}`, id, rangeFault(0, INT32_MAX)));
  }
}

function validatePorts(ports: readonly Fields[], path: string, out: FieldError[]): void {
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const at = `${path}[${i}]`;
    const { name, containerPort, hostPort, protocol } = port;
    if (!isZero(name)) {
      const faults = portNameFaults(textIn(name));
      out.push(...faults.map((fault) => invalid(`${at}.name`, name, fault)));
      if (faults.length === 0) checkUnique(names, name, `${at}.name`, out);
    }
    if (isZero(containerPort)) out.push(required(`${at}.containerPort`));
    else validatePortNumber(containerPort, `${at}.containerPort`, out);
    if (!isZero(hostPort)) validatePortNumber(hostPort, `${at}.hostPort`, out);
    if (!PROTOCOLS.includes(textIn(protocol))) out.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
  }
}

function validatePortNumber(port: unknown, path: string, out: FieldError[]): void {
  out.push(...portNumberFaults(numberIn(port)).map((fault) => invalid(path, port, fault)));
}

/** A port of the node can be had once by a pod, for each protocol and address. */
function validateHostPorts(containers: readonly Fields[], path: string, out: FieldError[]): void {
  const taken = new Set<string>();
  for (const [i, container] of containers.entries()) {
    for (const [k, { hostPort, hostIP, protocol }] of listIn(container['ports']).entries()) {
      if (isZero(hostPort)) continue;
      const identity = `${textIn(protocol)}/${textIn(hostIP)}/${numberIn(hostPort)}`;
      if (taken.has(identity)) out.push(duplicate(`${path}[${i}].ports[${k}].hostPort`, identity));
      taken.add(identity);
    }
  }
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

function validateMounts(container: Fields, path: string, volumes: ReadonlySet<string>, out: FieldError[]): void {
  const paths = new Set<string>();
  for (const [i, mount] of listIn(container['volumeMounts']).entries()) {
    const at = `${path}[${i}]`;
    const { name, mountPath, subPath, mountPropagation } = mount;
    if (isZero(name)) out.push(required(`${at}.name`));
    if (!volumes.has(textIn(name))) out.push(notFound(`${at}.name`, textIn(name)));
    if (isZero(mountPath)) out.push(required(`${at}.mountPath`));
    if (paths.has(textIn(mountPath))) out.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(textIn(mountPath));
    if (!isZero(subPath)) validateRelativePath(textIn(subPath), `${path}.subPath`, out);
    if (mountPropagation === undefined) continue;
    const isPrivileged = fieldsIn(container['securityContext'])['privileged'] === true;
    if (!PROPAGATIONS.includes(textIn(mountPropagation))) {
      out.push(notSupported(`${path}.mountPropagation`, mountPropagation, PROPAGATIONS));
    } else if (mountPropagation === 'Bidirectional' && !isPrivileged) {
      const detail = 'Bidirectional mount propagation is available only to privileged containers';
      out.push(forbidden(`${path}.mountPropagation`, detail));
    }
  }
}

/** A path below some folder, that does not climb out of it. */
export function validateRelativePath(text: string, path: string, out: FieldError[]): void {
  if (text.startsWith('/')) out.push(invalid(path, text, 'must be a relative path'));
  if (text.split('/').includes('..')) out.push(invalid(path, text, "must not contain '..'"));
}

const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

function validateResizePolicy(container: Fields, path: string, podRestartPolicy: string, out: FieldError[]): void {
  const names = new Set<string>();
  for (const [i, { resourceName, restartPolicy }] of listIn(container['resizePolicy']).entries()) {
    const name = textIn(resourceName);
    const policy = textIn(restartPolicy);
    if (names.has(name)) out.push(duplicate(`${path}[${i}]`, name));
    names.add(name);
    if (name === '') out.push(required(path));
    else if (name !== 'cpu' && name !== 'memory') out.push(notSupported(path, name, ['cpu', 'memory']));
    if (policy === '') out.push(required(path));
    else if (!RESIZE_POLICIES.includes(policy)) out.push(notSupported(path, policy, RESIZE_POLICIES));
    if (podRestartPolicy === 'Never' && policy !== 'NotRequired') {
      out.push(invalid(path, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
}
