import { type Fields, fieldsIn, isZero, listIn, textIn } from '../fields.js';
import { configMapKeyFaults, envVarNameFaults, labelKeyFaults } from '../names.js';
import { canonicalQuantity } from '../quantity.js';
import { type FieldError, invalid, notSupported, required } from './field-error.js';

/** Environment variables of containers. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidateEnv. */

export function validateEnvironment(container: Fields, path: string, out: FieldError[]): void {
  for (const [i, variable] of listIn(container['env']).entries()) {
    const at = `${path}.env[${i}]`;
    const name = textIn(variable['name']);
    if (name === '') out.push(required(`${at}.name`));
    else out.push(...envVarNameFaults(name).map((fault) => invalid(`${at}.name`, name, fault)));
    if (variable['valueFrom'] !== undefined) validateValueFrom(variable, `${at}.valueFrom`, out);
  }
  for (const [i, source] of listIn(container['envFrom']).entries()) validateEnvFrom(source, `${path}.envFrom`, i, out);
}

const VALUE_SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;
const MORE_THAN_ONE = 'may not have more than one field specified at a time';

function validateValueFrom(variable: Fields, path: string, out: FieldError[]): void {
  const from = fieldsIn(variable['valueFrom']);
  const given = VALUE_SOURCES.filter((source) => from[source] !== undefined);
  for (const source of given) validateValueSource(source, fieldsIn(from[source]), `${path}.${source}`, out);
  if (given.length === 0) {
    const list = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    out.push(invalid(path, '', `must specify one of: ${list}`));
  } else if (!isZero(variable['value'])) {
    out.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (given.length > 1) {
    out.push(invalid(path, '', MORE_THAN_ONE));
  }
}

function validateValueSource(
  source: (typeof VALUE_SOURCES)[number],
  reference: Fields,
  path: string,
  out: FieldError[],
): void {
  switch (source) {
    case 'fieldRef':
      validateFieldPath(textIn(reference['fieldPath']), path, ENV_FIELDS, out);
      break;
    case 'resourceFieldRef':
      validateResourceField(reference, path, out);
      break;
    case 'configMapKeyRef':
    case 'secretKeyRef': {
      const key = textIn(reference['key']);
      if (key === '') out.push(required(`${path}.key`));
      else out.push(...configMapKeyFaults(key).map((fault) => invalid(`${path}.key`, key, fault)));
      break;
    }
    case 'fileKeyRef':
      break;
  }
}

const ENV_FIELDS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Fields of a volume's downward API files. */
export const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const SUBSCRIPT = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/;

export function validateFieldPath(
  fieldPath: string,
  path: string,
  supported: readonly string[],
  out: FieldError[],
): void {
  const at = `${path}.fieldPath`;
  if (fieldPath === '') {
    out.push(required(at));
    return;
  }
  const subscript = SUBSCRIPT.exec(fieldPath);
  if (subscript !== null) {
    out.push(...labelKeyFaults(subscript[2]!).map((fault) => invalid(path, subscript[2], fault)));
  } else if (!KNOWN_FIELDS.has(fieldPath)) {
    out.push(invalid(at, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`));
  } else if (!supported.includes(fieldPath)) {
    out.push(notSupported(at, fieldPath, supported));
  }
}

const ENV_RESOURCES: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

function validateResourceField(reference: Fields, path: string, out: FieldError[]): void {
  const resource = textIn(reference['resource']);
  if (resource === '') {
    out.push(required(`${path}.resource`));
  } else if (!ENV_RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    out.push(notSupported(`${path}.resource`, resource, ENV_RESOURCES));
  }
  const divisor = canonicalQuantity(textIn(reference['divisor']) || '0');
  if (divisor === '0') return;
  if (resource.endsWith('.cpu') && divisor !== '1m' && divisor !== '1') {
    out.push(
      invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource"),
    );
  }
  const bytes = resource.endsWith('.memory')
    ? 'memory'
    : resource.endsWith('.ephemeral-storage')
      ? 'local ephemeral storage'
      : '';
  if (bytes !== '' && !BYTE_DIVISORS.split(', ').includes(divisor)) {
    const detail = `only divisor's values ${BYTE_DIVISORS} are supported with the ${bytes} resource`;
    out.push(invalid(`${path}.divisor`, resource, detail));
  }
}

function validateEnvFrom(source: Fields, path: string, index: number, out: FieldError[]): void {
  const prefix = textIn(source['prefix']);
  if (prefix !== '') {
    out.push(...envVarNameFaults(prefix).map((fault) => invalid(`${path}[${index}].prefix`, prefix, fault)));
  }
  const given = ['configMapRef', 'secretRef'].filter((field) => source[field] !== undefined);
  for (const field of given) {
    if (isZero(fieldsIn(source[field])['name'])) out.push(required(`${path}[${index}].${field}.name`));
  }
  if (given.length === 0) out.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
  if (given.length > 1) out.push(invalid(path, '', MORE_THAN_ONE));
}
