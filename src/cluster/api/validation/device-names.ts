import { textIn } from '../fields.js';
import {
  byteLength,
  dns1123LabelFaults,
  DNS_LABEL_MAX_LENGTH,
  DNS_SUBDOMAIN_MAX_LENGTH,
  dns1123SubdomainFaults,
  patternFault,
} from '../names.js';
import { type FieldError, invalid, required, tooLong } from './field-error.js';

/** Names of drivers, pools, devices and their attributes. Source: kubernetes v1.36.3 pkg/apis/resource/validation/validation.go. */

/** k8s.io/api resource/v1: DriverNameMaxLength, DeviceMaxIDLength. */
const DRIVER_MAX_LENGTH = 63;
const ID_MAX_LENGTH = 32;

export function validateLabelName(name: string, path: string, out: FieldError[]): void {
  out.push(...dns1123LabelFaults(name).map((fault) => invalid(path, name, fault)));
}

export function validateDriverName(driver: unknown, path: string, out: FieldError[]): void {
  const name = textIn(driver);
  if (name === '') out.push(required(path));
  if (byteLength(name) > DRIVER_MAX_LENGTH) out.push(tooLong(path, DRIVER_MAX_LENGTH));
  // Upper case is let through.
  out.push(...dns1123SubdomainFaults(name.toLowerCase()).map((fault) => invalid(path, name, fault)));
}

export function validatePoolName(pool: unknown, path: string, out: FieldError[]): void {
  const name = textIn(pool);
  if (name === '') {
    out.push(required(path));
    return;
  }
  if (byteLength(name) > DNS_SUBDOMAIN_MAX_LENGTH) out.push(tooLong(path, DNS_SUBDOMAIN_MAX_LENGTH));
  for (const part of name.split('/')) {
    out.push(...dns1123SubdomainFaults(part).map((fault) => invalid(path, part, fault)));
  }
}

const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const identifier = new RegExp(`^${IDENTIFIER}$`);

function validateIdentifier(name: string, path: string, out: FieldError[]): void {
  if (byteLength(name) > ID_MAX_LENGTH) out.push(tooLong(path, ID_MAX_LENGTH));
  if (identifier.test(name)) return;
  const rule =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  out.push(invalid(path, name, patternFault(rule, IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')));
}

/** Of an attribute or a capacity: `model`, or `example.com/model`. */
export function validateQualifiedName(name: string, path: string, out: FieldError[]): void {
  const [first = '', second] = name.split('/');
  if (second === undefined) {
    validateIdentifier(first, path, out);
    return;
  }
  if (first === '') out.push(invalid(path, '', 'the domain must not be empty'));
  else validateDriverName(first, path, out);
  if (second === '') out.push(invalid(path, '', 'the name must not be empty'));
  else validateIdentifier(second, path, out);
}

/** Length of the longest name of an attribute or a capacity, with its domain. */
export const QUALIFIED_NAME_MAX_LENGTH = DNS_LABEL_MAX_LENGTH + 1 + ID_MAX_LENGTH;
