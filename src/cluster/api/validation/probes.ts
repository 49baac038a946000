import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { patternFault, portNameFaults, portNumberFaults } from '../names.js';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { validateNonNegative } from './metadata.js';

/** Probes and lifecycle hooks. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go. */

export type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function validateProbe(container: Fields, name: ProbeName, path: string, out: FieldError[]): void {
  if (container[name] === undefined) return;
  const probe = fieldsIn(container[name]);
  const at = `${path}.${name}`;
  validateHandler(probe, at, 0, out);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    validateNonNegative(probe[field], `${at}.${field}`, out);
  }
  const grace = probe['terminationGracePeriodSeconds'];
  if (grace !== undefined && numberIn(grace) <= 0) {
    out.push(invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  if (name === 'readinessProbe' && grace !== undefined) {
    out.push(invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  }
  if (name !== 'readinessProbe' && probe['successThreshold'] !== 1) {
    out.push(invalid(`${at}.successThreshold`, probe['successThreshold'], 'must be 1'));
  }
}

export function validateLifecycle(container: Fields, path: string, graceSeconds: number, out: FieldError[]): void {
  const lifecycle = fieldsIn(container['lifecycle']);
  for (const hook of ['postStart', 'preStop']) {
    if (lifecycle[hook] === undefined) continue;
    validateHandler(fieldsIn(lifecycle[hook]), `${path}.lifecycle.${hook}`, graceSeconds, out);
  }
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHandler(handler: Fields, path: string, graceSeconds: number, out: FieldError[]): void {
  let isFirst = true;
  for (const kind of HANDLERS) {
    if (handler[kind] === undefined) continue;
    const at = `${path}.${kind}`;
    if (isFirst) validateAction(kind, fieldsIn(handler[kind]), at, graceSeconds, out);
    else out.push(forbidden(at, 'may not specify more than 1 handler type'));
    isFirst = false;
  }
  if (isFirst) out.push(required(path, 'must specify a handler type'));
}

function validateAction(
  kind: (typeof HANDLERS)[number],
  action: Fields,
  path: string,
  graceSeconds: number,
  out: FieldError[],
): void {
  switch (kind) {
    case 'exec':
      if (!Array.isArray(action['command']) || action['command'].length === 0) out.push(required(`${path}.command`));
      break;
    case 'httpGet':
      if (isZero(action['path'])) out.push(required(`${path}.path`));
      validatePort(action['port'], `${path}.port`, out);
      if (action['scheme'] !== 'HTTP' && action['scheme'] !== 'HTTPS') {
        out.push(notSupported(`${path}.scheme`, action['scheme'], ['HTTP', 'HTTPS']));
      }
      for (const { name } of listIn(action['httpHeaders']))
        validateHeaderName(textIn(name), `${path}.httpHeaders`, out);
      break;
    case 'tcpSocket':
      validatePort(action['port'], `${path}.port`, out);
      break;
    case 'grpc':
      validatePort(numberIn(action['port']), `${path}.port`, out);
      break;
    case 'sleep': {
      const seconds = numberIn(action['seconds']);
      if (seconds < 0 || seconds > graceSeconds) {
        const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
        out.push(invalid(path, seconds, detail));
      }
    }
  }
}

function validateHeaderName(name: string, path: string, out: FieldError[]): void {
  if (/^[-A-Za-z0-9]+$/.test(name)) return;
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  out.push(invalid(path, name, patternFault(message, '[-A-Za-z0-9]+', 'X-Header-Name')));
}

/** A port by number or by name. */
export function validatePort(port: unknown, path: string, out: FieldError[]): void {
  const faults = typeof port === 'string' ? portNameFaults(port) : portNumberFaults(numberIn(port));
  out.push(...faults.map((fault) => invalid(path, port ?? 0, fault)));
}
