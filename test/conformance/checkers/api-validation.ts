import { admitPod, preparePod } from '../../../src/cluster/api/admission/pod.js';
import { type DecodeIssue, decodeManifest } from '../../../src/cluster/api/decode.js';
import { withJobIdentity } from '../../../src/cluster/api/defaults/job-identity.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { groupOfVersion, kindOf, resourceOf } from '../../../src/cluster/api/kinds.js';
import type { Job } from '../../../src/cluster/api/objects/batch.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Service } from '../../../src/cluster/api/objects/network.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { assignAddresses, carryOver, createServiceAddresses } from '../../../src/cluster/api/service-addresses.js';
import { errorBody, type FieldError, invalidMessage } from '../../../src/cluster/api/validation/field-error.js';
import { validateCreate, validateUpdate } from '../../../src/cluster/api/validation/validate.js';
import { VECTOR_CLUSTER } from './api-cluster.js';
import { type Checker, difference } from './checker.js';

interface Case {
  kind: string;
  op: 'create' | 'update';
  rules: string[];
  object?: KubernetesObject;
  old?: KubernetesObject;
  expected: {
    code: number;
    message?: string;
    details?: { name?: string; causes?: { reason: string; field: string; message: string }[] };
  };
}

/** Kinds that nothing plays yet. */
const LATER = new Set(['PersistentVolume', 'ResourceQuota']);
/** Kinds with some of their rules: what we say, the server says as well, but not the other way round. */
const PARTLY = new Set(['CronJob', 'Job']);

interface Answer {
  code: number;
  message: string;
  causes: { reason: string; field: string; message: string }[];
}

const ACCEPTED: Answer = { code: 201, message: '', causes: [] };

function invalidAnswer(object: KubernetesObject, errors: readonly FieldError[]): Answer {
  const causes = errors.map((error) => ({ reason: error.type, field: error.field, message: errorBody(error) }));
  const message = invalidMessage(object.kind, groupOfVersion(object.apiVersion), object.metadata.name, errors);
  return { code: 422, message, causes };
}

/** Random characters are shown as `<suffix>` in the vectors. */
const SUFFIX = '<suffix>';

/** A body without kind or version is taken for what the address says. */
function decode(manifest: KubernetesObject, namespace: string): KubernetesObject {
  const [decoded] = decodeManifest(manifest, namespace);
  if (decoded?.object === undefined) throw new Error(JSON.stringify(decoded?.issues));
  return decoded.object;
}

function createAnswer(manifest: KubernetesObject): Answer {
  const defaulted = applyDefaults(decode(manifest, 'lab'));
  const { name, generateName } = defaulted.metadata;
  const named =
    name === '' && generateName !== undefined
      ? `${generateName}${defaulted.kind === 'Job' ? JOB_SUFFIX : SUFFIX}`
      : name;
  const object = { ...defaulted, metadata: { ...defaulted.metadata, name: named } };
  if (object.kind === 'Pod') {
    const admitted = admitPod(object as Pod, VECTOR_CLUSTER);
    if (!admitted.ok) {
      const message = `${resourceOf('Pod')} "${named}" is forbidden: ${admitted.message}`;
      return { code: 403, message, causes: [] };
    }
    return refusal(preparePod(admitted.object));
  }
  if (object.kind === 'Job') {
    return refusal(withJobIdentity(withJobUid(object) as Job));
  }
  if (object.kind !== 'Service') return refusal(object);
  const addresses = createServiceAddresses('10.96.0.0/16');
  // The cases were sent as dry runs, which do not ask what is taken.
  addresses.usedIps.clear();
  const assigned = assignAddresses(addresses, object as Service, () => 0);
  return assigned.ok ? refusal(assigned.service) : invalidAnswer(object, assigned.errors);
}

function refusal(object: KubernetesObject): Answer {
  const errors = validateCreate(object);
  return errors.length === 0 ? ACCEPTED : invalidAnswer(object, errors);
}

function updateAnswer(manifest: KubernetesObject, old: KubernetesObject): Answer {
  const previous = decode(old, old.metadata.namespace);
  const object = applyDefaults(decode(manifest, old.metadata.namespace));
  if (object.kind === 'Service') {
    const spec = carryOver((object as Service).spec, (previous as Service).spec);
    const errors = validateUpdate({ ...object, spec } as Service, previous);
    return errors.length === 0 ? { ...ACCEPTED, code: 200 } : invalidAnswer(object, errors);
  }
  const errors = validateUpdate(withJobUid(object), withJobUid(applyDefaults(previous)));
  return errors.length === 0 ? { ...ACCEPTED, code: 200 } : invalidAnswer(object, errors);
}

/** Four dry runs with this node port were accepted since the allocator was not asked; a real create is refused. */
function isUnaskedPort(object: KubernetesObject): boolean {
  return (
    object.kind === 'Service' &&
    ((object as Partial<Service>).spec?.ports ?? []).some(({ nodePort }) => nodePort === -1)
  );
}

/** That server ran without --allow-privileged; simulated clusters allow it, as kubeadm's do. */
const NO_PRIVILEGES = 'disallowed by cluster policy';

/** As a set: for an update the server runs some rules several times and tells a fault as often. */
const sorted = (causes: Answer['causes']): string[] =>
  [...new Set(causes.map((cause) => JSON.stringify(cause)))].sort();

/** A body without kind or version is taken for what the address says. */
function completed(object: KubernetesObject, kind: string): KubernetesObject {
  return { ...object, kind, apiVersion: object.apiVersion || kindOf(kind)!.apiVersions[0]! };
}

/** The API server's answer 400 to a body with these issues: a wrong type speaks alone, else all unknown fields at once. */
function decodeMessage(kind: string, apiVersion: string, issues: readonly DecodeIssue[]): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const hard = issues.find(({ isFatal }) => isFatal) ?? issues.find(({ code }) => code !== 'unknown-field');
  const why =
    hard === undefined ? `strict decoding error: ${issues.map(({ message }) => message).join(', ')}` : hard.message;
  return `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`;
}

/** What decoding says of the body; undefined where its kind or version is not the one of the address: we tell that otherwise. */
function decodingMessage({ kind, object }: Case): string | undefined {
  const apiVersion = String(object?.apiVersion);
  if (object === undefined || kindOf(String(object.kind))?.apiVersions.includes(apiVersion) !== true) return undefined;
  const issues = decodeManifest(object)[0]?.issues ?? [];
  return issues.length === 0 ? '' : decodeMessage(kind, apiVersion, issues);
}

function withoutDifference(message: string): string {
  return message.split('\n@@')[0]!;
}

/** Kubernetes adds the difference of two pods as text, which we do not print; a port that nobody asked for was drawn at random. */
function comparable({ code, message, causes }: Answer, object: KubernetesObject): unknown {
  const given = JSON.stringify(object);
  const plain = causes.map((cause) => ({
    ...cause,
    message: withoutDifference(cause.message).replace(/(?<=^Duplicate value: )3[0-2]\d{3}$/, (port) =>
      given.includes(port) ? port : '<drawn>',
    ),
  }));
  const isInvalid = code === 422;
  return {
    code,
    causes: isInvalid ? sorted(plain) : [],
    // The order of several faults is partly that of Go's maps.
    message: isInvalid && sorted(causes).length > 1 ? '' : withoutDifference(message),
  };
}

function realAnswer({ code, message = '', details }: Case['expected']): Answer {
  return { code, message, causes: details?.causes ?? [] };
}

function ourAnswer({ kind, object, old }: Case): Answer {
  const manifest = completed(object!, kind);
  return old === undefined ? createAnswer(manifest) : updateAnswer(manifest, old);
}

/** The uid and the name of a Job stand in its labels, where only usable ones are valid. */
const UID = 'uid-of-job';
const JOB_SUFFIX = 'xxxxx';

function withJobUid<T extends KubernetesObject>(object: T): T {
  return object.kind === 'Job' ? { ...object, metadata: { ...object.metadata, uid: UID } } : object;
}

function withUid(given: Case): Case {
  if (given.kind !== 'Job') return given;
  const text = JSON.stringify(given).replaceAll(/<uid>|\$uid/g, UID);
  return JSON.parse(text.replaceAll(SUFFIX, JOB_SUFFIX)) as Case;
}

function disagreement(original: Case): string | undefined {
  const given = withUid(original);
  const { object, expected } = given;
  const decoding = decodingMessage(given);
  const isDecoding = expected.code === 400 && expected.message?.includes('cannot be handled as a') === true;
  if (decoding !== undefined) {
    const words = difference(decoding, isDecoding ? expected.message : '');
    if (words !== undefined || isDecoding) return words;
  }
  if (object === undefined) return 'the text of a body is not read here';
  if (isOtherStage(given)) return difference('no such stage', expected.message);
  return difference(comparable(ourAnswer(given), object), comparable(realAnswer(expected), object));
}

/** Answers of stages that a request has to pass before and after validation. */
function isOtherStage({ expected }: Case): boolean {
  return expected.code === 400 || expected.code === 409 || expected.code === 404;
}

/** Whether every fault that we find is one that the server finds. */
function saysNothingElse(given: Case): boolean {
  const real = sorted(realAnswer(given.expected).causes);
  return sorted(ourAnswer(given).causes).every((cause) => real.includes(cause));
}

function knownReason(original: Case): string | undefined {
  const given = withUid(original);
  const { kind, op, object, expected } = given;
  const decoding = decodingMessage(given);
  if (decoding !== undefined && decoding !== '') return undefined;
  if (object === undefined) return 'part 4, bodies as text';
  if (isOtherStage(given)) return 'part 4, the stages of a request';
  if (LATER.has(kind)) return 'the part that plays this kind';
  if (PARTLY.has(kind) && (op === 'update' || saysNothingElse(given))) return 'part 4, the rest of the rules';
  if (isUnaskedPort(object)) return 'a dry run does not ask for the port';
  return expected.message?.includes(NO_PRIVILEGES) ? 'simulated clusters allow privileged pods' : undefined;
}

/** `api.validation`: what is refused because it is not valid, decoding included. */
export const apiValidation: Checker = { kind: 'api.validation', check: disagreement, known: knownReason };
