import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { configMapKeyFaults } from '../names.js';
import type { QuantityText } from '../objects/meta.js';
import { quantity } from '../quantity.js';
import { validateRelativePath } from './containers.js';
import { validateFieldPath, VOLUME_FIELDS } from './environment.js';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from './field-error.js';
import { required1123Label } from './metadata.js';

/** Volumes of a pod. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go: ValidateVolumes. */

/** In the order in which Kubernetes looks at them: the second one given is the one that is told off. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'flexVolume',
  'quobyte',
  'downwardAPI',
  'fc',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'scaleIO',
  'projected',
  'csi',
  'ephemeral',
  'image',
] as const;

export function validateVolumes(volumes: readonly Fields[], path: string, out: FieldError[]): void {
  const names = new Set<string>();
  for (const [i, volume] of volumes.entries()) {
    const at = `${path}[${i}]`;
    validateSource(volume, at, out);
    required1123Label(volume['name'], `${at}.name`, out);
    const name = textIn(volume['name']);
    if (name !== '' && names.has(name)) out.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
}

function validateSource(volume: Fields, path: string, out: FieldError[]): void {
  const given = SOURCES.filter((source) => volume[source] !== undefined);
  if (given.length === 0) out.push(required(path, 'must specify a volume type'));
  for (const [i, source] of given.entries()) {
    const at = `${path}.${source}`;
    if (i > 0) out.push(forbidden(at, 'may not specify more than 1 volume type'));
    else CHECKS.get(source)?.(fieldsIn(volume[source]), at, out);
  }
}

type Check = (source: Fields, path: string, out: FieldError[]) => void;

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['emptyDir', validateEmptyDir],
  ['hostPath', validateHostPath],
  ['secret', (source, path, out) => validateFiles(source, path, 'secretName', out)],
  ['configMap', (source, path, out) => validateFiles(source, path, 'name', out)],
  ['nfs', validateNfs],
  ['downwardAPI', validateDownwardApi],
  ['persistentVolumeClaim', (source, path, out) => requireField(source, 'claimName', path, out)],
  ['csi', (source, path, out) => requireField(source, 'driver', path, out)],
  ['ephemeral', validateEphemeral],
]);

function requireField(source: Fields, field: string, path: string, out: FieldError[]): void {
  if (isZero(source[field])) out.push(required(`${path}.${field}`));
}

function validateEmptyDir(source: Fields, path: string, out: FieldError[]): void {
  const limit = source['sizeLimit'];
  if (limit === undefined || quantity(limit as QuantityText).nano >= 0n) return;
  out.push(forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
}

function validateHostPath(source: Fields, path: string, out: FieldError[]): void {
  requireField(source, 'path', path, out);
  if (textIn(source['path']).split('/').includes('..')) {
    out.push(invalid(`${path}.path`, source['path'], "must not contain '..'"));
  }
  const type = textIn(source['type']);
  if (!HOST_PATH_TYPES.includes(type)) out.push(notSupported(`${path}.type`, type, HOST_PATH_TYPES));
}

/** Largest permissions of a file: 0777. */
const FILE_MODE_MAX = 511;

function validateFiles(source: Fields, path: string, nameField: string, out: FieldError[]): void {
  requireField(source, nameField, path, out);
  validateMode(source['defaultMode'], `${path}.defaultMode`, out);
  for (const [i, item] of listIn(source['items']).entries()) {
    const at = `${path}.items[${i}]`;
    const key = textIn(item['key']);
    if (key === '') out.push(required(`${at}.key`));
    else out.push(...configMapKeyFaults(key).map((fault) => invalid(`${at}.key`, key, fault)));
    validateItemPath(item, at, out);
  }
}

function validateItemPath(item: Fields, path: string, out: FieldError[]): void {
  if (isZero(item['path'])) out.push(required(`${path}.path`));
  else validateRelativePath(textIn(item['path']), `${path}.path`, out);
  validateMode(item['mode'], `${path}.mode`, out);
}

function validateMode(mode: unknown, path: string, out: FieldError[]): void {
  if (mode === undefined || (numberIn(mode) >= 0 && numberIn(mode) <= FILE_MODE_MAX)) return;
  out.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}

function validateNfs(source: Fields, path: string, out: FieldError[]): void {
  requireField(source, 'server', path, out);
  requireField(source, 'path', path, out);
  if (!textIn(source['path']).startsWith('/')) {
    out.push(invalid(`${path}.path`, textIn(source['path']), 'must be an absolute path'));
  }
}

function validateDownwardApi(source: Fields, path: string, out: FieldError[]): void {
  validateMode(source['defaultMode'], `${path}.defaultMode`, out);
  for (const [i, item] of listIn(source['items']).entries()) {
    const at = `${path}[${i}]`;
    validateItemPath(item, at, out);
    if (item['fieldRef'] !== undefined) {
      validateFieldPath(textIn(fieldsIn(item['fieldRef'])['fieldPath']), `${at}.fieldRef`, VOLUME_FIELDS, out);
    }
  }
}

function validateEphemeral(source: Fields, path: string, out: FieldError[]): void {
  if (source['volumeClaimTemplate'] === undefined) {
    out.push(required(`${path}.volumeClaimTemplate`));
    return;
  }
  const spec = fieldsIn(fieldsIn(source['volumeClaimTemplate'])['spec']);
  const at = `${path}.volumeClaimTemplate.spec`;
  if (!Array.isArray(spec['accessModes']) || spec['accessModes'].length === 0) {
    out.push(required(`${at}.accessModes`, 'at least 1 access mode is required'));
  }
  const storage = fieldsIn(fieldsIn(spec['resources'])['requests'])['storage'];
  if (storage === undefined) out.push(required(`${at}.resources[storage]`));
  else if (quantity(storage as QuantityText).nano <= 0n) {
    out.push(invalid(`${at}.resources[storage]`, storage, 'must be greater than zero'));
  }
}
