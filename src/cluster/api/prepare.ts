import { draws } from '../../kernel/random.js';
import { withFields } from '../../kernel/with-fields.js';
import { limitFault, withLimitDefaults } from './admission/limit-range.js';
import { taintNewNode } from './admission/node.js';
import {
  CLAIM_PROTECTION,
  growthFault,
  VOLUME_PROTECTION,
  withDefaultClass,
  withProtection,
} from './admission/storage.js';
import { type AdmissionView, admitPod, preparePod, type PriorityClass } from './admission/pod.js';
import type { ApiRequest, ApiResult } from './calls.js';
import type { ObjectDraft } from './create.js';
import { applyDefaults } from './defaults/defaults.js';
import { withJobIdentity } from './defaults/job-identity.js';
import { groupOfVersion, resourceOf } from './kinds.js';
import type { Job } from './objects/batch.js';
import type { KubernetesObject, ObjectMeta } from './objects/meta.js';
import type { Service } from './objects/network.js';
import type { Node } from './objects/node.js';
import type { Pod, PodSpec, PodStatus } from './objects/pod.js';
import type { LimitRange } from './objects/quota.js';
import type { PersistentVolumeClaim, StorageClass } from './objects/storage.js';
import type { DaemonSet } from './objects/workload.js';
import { assignAddresses, carryOver, releaseAddresses } from './service-addresses.js';
import { collection, keyOf, type ObjectKey, stored } from './store.js';
import { withTemplateGeneration } from './template-generation.js';
import { type FieldError, invalidMessage } from './validation/field-error.js';
import { validateCreate, validateUpdate } from './validation/validate.js';
import type { ApiWorld } from './world.js';

/** Defaulting, admission and validation of a new object: the object as it will be stored, or the refusal. */
export function prepareCreate(world: ApiWorld, draft: ObjectDraft, name: string): ApiResult {
  const metadata = newMetadata(world, draft, name);
  if (draft.kind === 'Pod') return preparePodCreate(world, draft as PodDraft, metadata);
  const object: KubernetesObject = withFields(draft, { metadata });
  const defaulted = completed(world, applyDefaults(object));
  const second = secondDefaultClass(world, defaulted);
  if (second !== undefined) return second;
  const errors = validateCreate(defaulted);
  if (errors.length > 0) return invalid(defaulted, errors);
  const fault = limitFault(defaulted, limitRangesOf(world, defaulted.metadata.namespace));
  if (fault !== undefined) return forbidden(defaulted, fault);
  return withAddresses(world, withInitialStatus(defaulted), undefined, 201);
}

/** What the server fills in by more than the fields that a client gives. */
function completed(world: ApiWorld, object: KubernetesObject): KubernetesObject {
  switch (object.kind) {
    case 'Job':
      return withJobIdentity(object as Job);
    case 'Node':
      return taintNewNode(object as Node);
    case 'PersistentVolumeClaim': {
      const classes = collection<StorageClass>(world, 'StorageClass');
      return withProtection(withDefaultClass(object as PersistentVolumeClaim, classes.values()), CLAIM_PROTECTION);
    }
    case 'PersistentVolume':
      return withProtection(object, VOLUME_PROTECTION);
    default:
      return object;
  }
}

/** What a new object asks for: with the defaults of the API and of its namespace's LimitRanges. */
export function filledIn(world: ApiWorld, draft: KubernetesObject, namespace: string): KubernetesObject {
  const defaulted = applyDefaults(draft);
  if (defaulted.kind !== 'Pod') return defaulted;
  return withLimitDefaults({ ...(defaulted as Pod), status: { phase: 'Pending' } }, limitRangesOf(world, namespace));
}

/** Defaulting, admission and validation of a new version of an object. A status is taken as it comes. */
export function prepareUpdate(
  world: ApiWorld,
  request: ApiRequest,
  current: KubernetesObject,
  wanted: KubernetesObject,
): ApiResult {
  const unchangedSpec = specOf(wanted) === specOf(current);
  if (request.subresource !== undefined || unchangedSpec) {
    return { status: 200, reason: '', message: '', object: wanted };
  }
  const defaulted = counted(applyDefaults(carriedOver(wanted, current)), current);
  const errors = validateUpdate(defaulted, current);
  if (errors.length > 0) return invalid(defaulted, errors);
  const fault = defaulted.kind === 'PersistentVolumeClaim' ? claimFault(world, defaulted, current) : undefined;
  if (fault !== undefined) return forbidden(defaulted, fault);
  return withAddresses(world, defaulted, current, 200);
}

function claimFault(world: ApiWorld, wanted: KubernetesObject, current: KubernetesObject): string | undefined {
  const classes = collection<StorageClass>(world, 'StorageClass');
  return growthFault(wanted as PersistentVolumeClaim, current as PersistentVolumeClaim, classes);
}

/** A Service keeps the addresses that an update does not mention. */
function carriedOver(wanted: KubernetesObject, current: KubernetesObject): KubernetesObject {
  if (wanted.kind !== 'Service') return wanted;
  const service = wanted as Service;
  const kept: Service = { ...service, spec: carryOver(service.spec, (current as Service).spec) };
  return kept;
}

function counted(wanted: KubernetesObject, current: KubernetesObject): KubernetesObject {
  return wanted.kind === 'DaemonSet' ? withTemplateGeneration(wanted as DaemonSet, current as DaemonSet) : wanted;
}

/** Gives back the addresses of a Service that goes. */
export function releaseService(world: ApiWorld, object: KubernetesObject): void {
  if (object.kind === 'Service') releaseAddresses(world.api.addresses, object as Service);
}

/**
 * Pods made from one template share its spec by identity, so what defaulting, admission and validation make of it is
 * worked out once. It depends on nothing else but the namespace, the pod's labels where `matchLabelKeys` are used, priority
 * classes (one that the pod names is looked up each time), and LimitRanges.
 */
interface PreparedSpec {
  readonly namespace: string;
  readonly labels: unknown;
  /** What the pod did not name and admission took into account: the namespace's LimitRanges, the default PriorityClass. */
  readonly surroundings: readonly KubernetesObject[];
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

const preparedSpecs = new WeakMap<PodSpec, PreparedSpec>();

const NOTHING: readonly never[] = [];

interface PodDraft extends ObjectDraft {
  readonly spec: PodSpec;
}

function preparePodCreate(world: ApiWorld, draft: PodDraft, metadata: ObjectMeta): ApiResult {
  const known = preparedSpecs.get(draft.spec);
  const ranges = limitRangesOf(world, metadata.namespace);
  const classes = defaultClasses(world);
  const surroundings = ranges.length + classes.length === 0 ? NOTHING : [...ranges, ...classes];
  if (
    known !== undefined &&
    isSameCase(known, metadata, surroundings) &&
    hasServiceAccount(world, known.namespace, accountOf(known.spec))
  ) {
    const { apiVersion, kind } = draft;
    const object: Pod = { apiVersion, kind, metadata, spec: known.spec, status: known.status };
    return { status: 201, reason: '', message: '', object };
  }
  const pod = withFields(draft, { metadata }) as unknown as Pod;
  const admitted = admitPod(withLimitDefaults(applyDefaults(pod), ranges), admissionView(world));
  if (!admitted.ok) return forbidden(pod, admitted.message);
  const prepared = preparePod(admitted.object);
  const errors = validateCreate(prepared);
  if (errors.length > 0) return invalid(prepared, errors);
  const fault = limitFault(prepared, ranges);
  if (fault !== undefined) return forbidden(prepared, fault);
  const { namespace, labels } = pod.metadata;
  // LimitRanges may also write an annotation, which is not the spec's.
  if (pod.spec.priorityClassName === undefined && prepared.metadata === pod.metadata) {
    preparedSpecs.set(pod.spec, { namespace, labels, surroundings, spec: prepared.spec, status: prepared.status });
  }
  return { status: 201, reason: '', message: '', object: prepared };
}

function isSameCase(known: PreparedSpec, metadata: ObjectMeta, surroundings: readonly KubernetesObject[]): boolean {
  if (known.namespace !== metadata.namespace || known.labels !== metadata.labels) return false;
  if (known.surroundings.length !== surroundings.length) return false;
  return surroundings.every((object, place) => object === known.surroundings[place]);
}

function limitRangesOf(world: ApiWorld, namespace: string): readonly LimitRange[] {
  const ranges = collection<LimitRange>(world, 'LimitRange');
  if (ranges.size === 0) return NOTHING;
  return [...ranges.values()].filter(({ metadata }) => metadata.namespace === namespace);
}

function accountOf(spec: PodSpec): string {
  return spec.serviceAccountName ?? DEFAULT_ACCOUNT;
}

/** Its controller makes it in every namespace (kubernetes v1.36.3 pkg/controller/serviceaccount). */
export const DEFAULT_ACCOUNT = 'default';

function admissionView(world: ApiWorld): AdmissionView {
  const classes = collection<StoredPriorityClass>(world, 'PriorityClass');
  const classOf = (object: StoredPriorityClass): PriorityClass => ({
    name: object.metadata.name,
    value: object.value,
    preemptionPolicy: object.preemptionPolicy ?? 'PreemptLowerPriority',
  });
  return {
    priorityClass: (name) => {
      const object = classes.get(name);
      return object === undefined ? undefined : classOf(object);
    },
    defaultPriorityClass: () => {
      const [object] = defaultClasses(world);
      return object === undefined ? undefined : classOf(object);
    },
    hasServiceAccount: (namespace, name) => hasServiceAccount(world, namespace, name),
  };
}

export function hasServiceAccount(world: ApiWorld, namespace: string, name: string): boolean {
  const key = name === DEFAULT_ACCOUNT ? defaultAccountKey(namespace) : keyOf(namespace, name);
  return stored(world, 'ServiceAccount', key) !== undefined;
}

/** By namespace: each new pod looks for its account, and a key put together anew has to be hashed anew. */
const defaultAccountKeys = new Map<string, ObjectKey>();

/** Namespaces remembered at most; then all are forgotten. */
const MAXIMUM_NAMESPACES = 1_000;

function defaultAccountKey(namespace: string): ObjectKey {
  let key = defaultAccountKeys.get(namespace);
  if (key === undefined) {
    if (defaultAccountKeys.size >= MAXIMUM_NAMESPACES) defaultAccountKeys.clear();
    defaultAccountKeys.set(namespace, (key = keyOf(namespace, DEFAULT_ACCOUNT)));
  }
  return key;
}

/** The classes for pods that name none, the lowest first. Source: plugin/pkg/admission/priority: getDefaultPriorityClass. */
function defaultClasses(world: ApiWorld): readonly StoredPriorityClass[] {
  const classes = collection<StoredPriorityClass>(world, 'PriorityClass');
  if (classes.size === 0) return NOTHING;
  return [...classes.values()]
    .filter(({ globalDefault }) => globalDefault === true)
    .sort((left, right) => left.value - right.value);
}

/** Only one class may be the default. Source: plugin/pkg/admission/priority/admission.go: validatePriorityClass. */
function secondDefaultClass(world: ApiWorld, object: KubernetesObject): ApiResult | undefined {
  if (object.kind !== 'PriorityClass' || (object as StoredPriorityClass).globalDefault !== true) return undefined;
  const [first] = defaultClasses(world);
  if (first === undefined || first.metadata.name === object.metadata.name) return undefined;
  const { name } = first.metadata;
  return forbidden(object, `PriorityClass ${name} is already marked as default. Only one default can exist`);
}

interface StoredPriorityClass extends KubernetesObject {
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy?: PriorityClass['preemptionPolicy'];
}

function withAddresses(
  world: ApiWorld,
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  status: number,
): ApiResult {
  if (object.kind !== 'Service') return { status, reason: '', message: '', object };
  const { addresses, streams } = world.api;
  const draw = draws(world, streams.names);
  const assigned = assignAddresses(addresses, object as Service, draw, previous as Service | undefined);
  if (assigned.ok) return { status, reason: '', message: '', object: assigned.service };
  if (assigned.exhausted === undefined) return invalid(object, assigned.errors);
  return { status: 500, reason: 'InternalError', message: `Internal error occurred: ${assigned.exhausted}` };
}

function invalid(object: KubernetesObject, errors: readonly FieldError[]): ApiResult {
  const { kind, metadata, apiVersion } = object;
  const group = groupOfVersion(apiVersion);
  return { status: 422, reason: 'Invalid', message: invalidMessage(kind, group, metadata.name, errors) };
}

export function forbidden(object: KubernetesObject, why: string): ApiResult {
  const name = object.metadata.name;
  return { status: 403, reason: 'Forbidden', message: `${resourceOf(object.kind)} "${name}" is forbidden: ${why}` };
}

function specOf(object: KubernetesObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}

const INITIAL_STATUS: Readonly<Record<string, unknown>> = {
  Deployment: {},
  ReplicaSet: { replicas: 0 },
  ReplicationController: { replicas: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  Job: {},
  CronJob: {},
  PersistentVolume: { phase: 'Pending' },
  PersistentVolumeClaim: { phase: 'Pending' },
  VolumeAttachment: { attached: false },
  ResourceClaim: {},
  Service: { loadBalancer: {} },
  PodDisruptionBudget: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  ResourceQuota: {},
  HorizontalPodAutoscaler: { desiredReplicas: 0 },
  Node: { capacity: {}, allocatable: {} },
};

/** A new object has no status of its own yet, whatever the client sends (nodes, which their kubelets register, do). */
function withInitialStatus(object: KubernetesObject): KubernetesObject {
  const status = INITIAL_STATUS[object.kind];
  const keeps = object.kind === 'Node' && 'status' in object;
  return status === undefined || keeps ? object : withFields(object, { status });
}

/** Metadata as the server completes it for a new object. */
function newMetadata(world: ApiWorld, draft: ObjectDraft, name: string): ObjectMeta {
  const { api, kernel } = world;
  api.resourceVersion += 1;
  api.nextUid += 1;
  return withFields(draft.metadata, {
    name,
    namespace: draft.metadata.namespace ?? '',
    uid: `uid-${api.nextUid}`,
    resourceVersion: api.resourceVersion,
    generation: 1,
    creationTimestamp: kernel.now,
  });
}
