import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import {
  dns1123LabelFaults,
  dns1123SubdomainFaults,
  portNameFaults,
  portNumberFaults,
  wildcardSubdomainFaults,
} from '../names.js';
import { ipFaults } from './addresses.js';
import { type FieldError, invalid, notSupported, required } from './field-error.js';

/** Ingresses. Source: kubernetes v1.36.3 pkg/apis/networking/validation/validation.go: ValidateIngressSpec. */

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export function validateIngress(ingress: Fields, out: FieldError[]): void {
  const spec = fieldsIn(ingress['spec']);
  const rules = listIn(spec['rules']);
  const className = textIn(spec['ingressClassName']);
  const annotated = fieldsIn(fieldsIn(ingress['metadata'])['annotations'])[CLASS_ANNOTATION];
  if (annotated !== undefined && className !== '' && annotated !== className) {
    const detail = 'must match `ingressClassName` when both are specified';
    out.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotated, detail));
  }
  if (rules.length === 0 && spec['defaultBackend'] === undefined) {
    const shown = Array.isArray(spec['rules']) ? [] : null;
    out.push(invalid('spec', shown, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec['defaultBackend'] !== undefined) {
    validateBackend(fieldsIn(spec['defaultBackend']), 'spec.defaultBackend', out);
  }
  for (const [i, rule] of rules.entries()) validateRule(rule, `spec.rules[${i}]`, out);
  for (const [i, tls] of listIn(spec['tls']).entries()) validateTls(tls, `spec.tls[${i}]`, out);
  if (spec['ingressClassName'] !== undefined) {
    out.push(...dns1123SubdomainFaults(className).map((fault) => invalid('spec.ingressClassName', className, fault)));
  }
}

function validateTls(tls: Fields, path: string, out: FieldError[]): void {
  const hosts = Array.isArray(tls['hosts']) ? tls['hosts'].map(textIn) : [];
  for (const [i, host] of hosts.entries()) {
    const faults = host.includes('*') ? wildcardSubdomainFaults(host) : dns1123SubdomainFaults(host);
    out.push(...faults.map((fault) => invalid(`${path}.hosts[${i}]`, host, fault)));
  }
  const secret = textIn(tls['secretName']);
  if (secret === '') return;
  out.push(...dns1123SubdomainFaults(secret).map((fault) => invalid(`${path}.secretName`, secret, fault)));
}

function validateRule(rule: Fields, path: string, out: FieldError[]): void {
  const host = textIn(rule['host']);
  if (host !== '') {
    const isAddress = ipFaults(host).length === 0;
    if (isAddress) out.push(invalid(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    const faults = host.includes('*') ? wildcardSubdomainFaults(host) : dns1123SubdomainFaults(host);
    if (!isAddress) out.push(...faults.map((fault) => invalid(`${path}.host`, host, fault)));
  }
  if (rule['http'] === undefined) return;
  const paths = listIn(fieldsIn(rule['http'])['paths']);
  if (paths.length === 0) out.push(required(`${path}.http.paths`));
  for (const [i, item] of paths.entries()) validatePath(item, `${path}.http.paths[${i}]`, out);
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const INVALID_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const INVALID_SUFFIXES = ['/..', '/.'];

function validatePath(item: Fields, path: string, out: FieldError[]): void {
  const type = textIn(item['pathType']);
  const text = textIn(item['path']);
  if (item['pathType'] === undefined) {
    out.push(required(`${path}.pathType`, 'pathType must be specified'));
    return;
  }
  if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) out.push(invalid(`${path}.path`, text, 'must be an absolute path'));
  } else if (!PATH_TYPES.includes(type)) {
    out.push(notSupported(`${path}.pathType`, type, PATH_TYPES));
  } else if (!text.startsWith('/')) {
    out.push(invalid(`${path}.path`, text, 'must be an absolute path'));
  } else {
    for (const part of INVALID_SEQUENCES) {
      if (text.includes(part)) out.push(invalid(`${path}.path`, text, `must not contain '${part}'`));
    }
    for (const end of INVALID_SUFFIXES) {
      if (text.endsWith(end)) out.push(invalid(`${path}.path`, text, `cannot end with '${end}'`));
    }
  }
  validateBackend(fieldsIn(item['backend']), `${path}.backend`, out);
}

function validateBackend(backend: Fields, path: string, out: FieldError[]): void {
  const { service, resource } = backend;
  if (service !== undefined && resource !== undefined) {
    out.push(invalid(path, '', 'cannot set both resource and service backends'));
    return;
  }
  if (service === undefined && resource === undefined) {
    out.push(invalid(path, '', 'resource or service backend is required'));
    return;
  }
  if (service === undefined) return;
  const name = textIn(fieldsIn(service)['name']);
  if (name === '') out.push(required(`${path}.service.name`));
  else out.push(...dns1123LabelFaults(name).map((fault) => invalid(`${path}.service.name`, name, fault)));
  const port = fieldsIn(fieldsIn(service)['port']);
  const portName = textIn(port['name']);
  if (portName !== '' && !isZero(port['number'])) {
    out.push(invalid(path, '', 'cannot set both port name & port number'));
  } else if (portName !== '') {
    out.push(...portNameFaults(portName).map((fault) => invalid(`${path}.service.port.name`, portName, fault)));
  } else if (!isZero(port['number'])) {
    const number = numberIn(port['number']);
    out.push(...portNumberFaults(number).map((fault) => invalid(`${path}.service.port.number`, number, fault)));
  } else {
    out.push(required(path, 'port name or number is required'));
  }
}
