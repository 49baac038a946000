import type { Draw } from '../../kernel/random.js';

/**
 * Rules for names, labels and other short texts, with Kubernetes' own messages: a function returns the faults of a text, an
 * empty list when it is valid.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/util/validation, pkg/api/validate/content.
 */

const DNS_1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_1123_SUBDOMAIN = `${DNS_1123_LABEL}(\\.${DNS_1123_LABEL})*`;
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;

export const DNS_LABEL_MAX_LENGTH = 63;
export const DNS_SUBDOMAIN_MAX_LENGTH = 253;
const LABEL_MAX_LENGTH = 63;
const PORT_NAME_MAX_LENGTH = 15;

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const dns1123Label = whole(DNS_1123_LABEL);
const dns1123Subdomain = whole(DNS_1123_SUBDOMAIN);
const dns1035Label = whole(DNS_1035_LABEL);
const wildcardSubdomain = whole(`\\*\\.${DNS_1123_SUBDOMAIN}`);
const labelKey = whole(LABEL_KEY);
const labelValue = whole(LABEL_VALUE);
const encoder = new TextEncoder();

/** Length in bytes of UTF-8: what Go calls the length of a string. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Most bytes that a unit of a text takes in UTF-8. */
const BYTES_PER_UNIT = 3;

/** Whether a text has more bytes than that. Nearly all texts are short enough to need no count. */
function isLonger(text: string, limit: number): boolean {
  return text.length * BYTES_PER_UNIT > limit && byteLength(text) > limit;
}

export function maxLengthFault(length: number, unit: 'bytes' | 'characters'): string {
  return `must be no more than ${length} ${unit}`;
}

export function patternFault(message: string, pattern: string, ...examples: string[]): string {
  const used = `regex used for validation is '${pattern}')`;
  if (examples.length === 0) return `${message} (${used}`;
  return `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}${used}`;
}

export function rangeFault(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

export function dns1123LabelFaults(text: string): string[] {
  const faults: string[] = [];
  if (isLonger(text, DNS_LABEL_MAX_LENGTH)) faults.push(maxLengthFault(DNS_LABEL_MAX_LENGTH, 'characters'));
  if (dns1123Label.test(text)) return faults;
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  if (dns1123Subdomain.test(text)) faults.push('must not contain dots');
  else faults.push(patternFault(message, DNS_1123_LABEL, 'my-name', '123-abc'));
  return faults;
}

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export function dns1123SubdomainFaults(text: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const faults: string[] = [];
  if (isLonger(text, DNS_SUBDOMAIN_MAX_LENGTH)) faults.push(maxLengthFault(DNS_SUBDOMAIN_MAX_LENGTH, unit));
  if (!dns1123Subdomain.test(text)) faults.push(patternFault(SUBDOMAIN_MESSAGE, DNS_1123_SUBDOMAIN, 'example.com'));
  return faults;
}

export function wildcardSubdomainFaults(text: string): string[] {
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  const faults: string[] = [];
  if (isLonger(text, DNS_SUBDOMAIN_MAX_LENGTH)) faults.push(maxLengthFault(DNS_SUBDOMAIN_MAX_LENGTH, 'characters'));
  if (!wildcardSubdomain.test(text)) {
    faults.push(patternFault(message, `\\*\\.${DNS_1123_SUBDOMAIN}`, '*.example.com'));
  }
  return faults;
}

export function dns1035LabelFaults(text: string): string[] {
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  const faults: string[] = [];
  if (isLonger(text, DNS_LABEL_MAX_LENGTH)) faults.push(maxLengthFault(DNS_LABEL_MAX_LENGTH, 'characters'));
  if (!dns1035Label.test(text)) faults.push(patternFault(message, DNS_1035_LABEL, 'my-name', 'abc-123'));
  return faults;
}

const LABEL_KEY_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** Faults of a qualified name: keys of labels, annotations, taints, resources. */
export function labelKeyFaults(text: string): string[] {
  const pattern = patternFault(LABEL_KEY_MESSAGE, LABEL_KEY, 'MyName', 'my.name', '123-abc');
  const parts = text.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${pattern} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const faults: string[] = [];
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    const prefixFaults = prefix === '' ? ['must be non-empty'] : dns1123SubdomainFaults(prefix, 'bytes');
    faults.push(...prefixFaults.map((fault) => `prefix part ${fault}`));
  }
  if (name === '') faults.push('name part must be non-empty');
  else if (isLonger(name, LABEL_MAX_LENGTH)) faults.push(`name part ${maxLengthFault(LABEL_MAX_LENGTH, 'bytes')}`);
  if (!labelKey.test(name)) faults.push(`name part ${pattern}`);
  return faults;
}

export function labelValueFaults(text: string): string[] {
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const faults: string[] = [];
  if (isLonger(text, LABEL_MAX_LENGTH)) faults.push(maxLengthFault(LABEL_MAX_LENGTH, 'bytes'));
  if (!labelValue.test(text)) faults.push(patternFault(message, LABEL_VALUE, 'MyValue', 'my_value', '12345'));
  return faults;
}

/** Names of objects that become a segment of an URL and need no more. */
export function pathSegmentFaults(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
}

export function portNumberFaults(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [rangeFault(1, 65535)];
}

export function portNameFaults(text: string): string[] {
  const faults: string[] = [];
  if (isLonger(text, PORT_NAME_MAX_LENGTH)) faults.push(maxLengthFault(PORT_NAME_MAX_LENGTH, 'characters'));
  if (!/^[-a-z0-9]+$/.test(text)) {
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) faults.push('must contain at least one letter (a-z)');
  if (text.includes('--')) faults.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) faults.push('must not begin or end with a hyphen');
  return faults;
}

export function percentFaults(text: string): string[] {
  if (/^[0-9]+%$/.test(text)) return [];
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return [patternFault(message, '[0-9]+%', '1%', '93%')];
}

export function envVarNameFaults(text: string): string[] {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(text)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export function configMapKeyFaults(text: string): string[] {
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const faults: string[] = [];
  if (isLonger(text, DNS_SUBDOMAIN_MAX_LENGTH)) faults.push(maxLengthFault(DNS_SUBDOMAIN_MAX_LENGTH, 'characters'));
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    faults.push(patternFault(message, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (text === '.' || text === '..') faults.push(`must not be '${text}'`);
  else if (text.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

/** Characters of generated name ends: no vowels, no look-alikes. Source: apimachinery pkg/util/rand: alphanums. */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** Source: apiserver pkg/storage/names: maxGeneratedNameLength (63 - 5). */
const GENERATED_BASE_MAX_LENGTH = 58;

/**
 * A name made from `generateName`: the base, cut to 58 characters, and five random ones.
 */
export function generateName(base: string, draw: Draw): string {
  let suffix = ''; // by itself: engines copy short texts, and would keep a chain of five pieces of the name
  for (let i = 0; i < SUFFIX_LENGTH; i++) {
    suffix += SAFE_ALPHABET[Math.floor(draw() * SAFE_ALPHABET.length)]!;
  }
  return base.slice(0, GENERATED_BASE_MAX_LENGTH) + suffix;
}

/** Letters mapped one by one into the alphabet that cannot spell words. Source: apimachinery pkg/util/rand: SafeEncodeString. */
export function safeEncode(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += SAFE_ALPHABET[text.charCodeAt(i) % SAFE_ALPHABET.length]!;
  return out;
}

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function fnv32a(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash;
}

/**
 * The hash in the names of ReplicaSets and in their label pod-template-hash. It is a function of the template and of the
 * collision count, as in Kubernetes, but of our own form of the template: the letters differ from a real cluster's.
 * Source of the form: kubernetes v1.36.3 pkg/controller/controller_utils.go: ComputeHash.
 */
export function podTemplateHash(template: unknown, collisionCount = 0): string {
  const text = stableJson(template) + (collisionCount === 0 ? '' : `#${collisionCount}`);
  return safeEncode(String(fnv32a(encoder.encode(text))));
}

/** JSON with sorted keys, so that equal objects give equal texts. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${stableJson(field)}`);
  return `{${entries.join(',')}}`;
}
