import { type Fields, fieldsIn, listIn } from '../fields.js';
import { kindOf } from '../kinds.js';
import type { KubernetesObject } from '../objects/meta.js';
import { validateNetworkPolicy, validateRoleBinding, validateRoleBindingUpdate, validateRoleRules } from './access.js';
import { validateAutoscaler } from './autoscaling.js';
import {
  validateData,
  validateDataUpdate,
  validateNamespace,
  validateNode,
  validateNodeUpdate,
  validatePriorityClass,
  validatePriorityClassUpdate,
} from './cluster-objects.js';
import {
  validateClaimTemplate,
  validateDeviceClass,
  validateFixedSpec,
  validateResourceClaim,
} from './device-claims.js';
import type { FieldError } from './field-error.js';
import { validateIngress } from './ingress.js';
import { validateCronJob, validateJob, validateJobUpdate } from './jobs.js';
import { validateMetadata, validateMetadataUpdate } from './metadata.js';
import {
  validateDaemonSet,
  validateReplicationController,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from './more-workloads.js';
import { validatePod } from './pod.js';
import { validatePodUpdate } from './pod-update.js';
import {
  validateDisruptionBudget,
  validateEndpointSlice,
  validateEndpointSliceUpdate,
  validateLimitRange,
} from './policies.js';
import { validateResourceSlice, validateResourceSliceUpdate } from './resource-slices.js';
import { validateService, validateServiceUpdate } from './service.js';
import { validateClaim, validateClaimUpdate, validateStorageClass, validateStorageClassUpdate } from './storage.js';
import { validateDeployment, validateReplicaSet, validateSelectorUnchanged } from './workloads.js';

interface Rules {
  readonly create: (object: Fields, out: FieldError[]) => void;
  /** The rules of `create` stand for updates, too, unless `alone`. */
  readonly update?: (object: Fields, previous: Fields, out: FieldError[]) => void;
  readonly alone?: true;
  /** The rules say nothing of the metadata, which is looked at when there is nothing else to say. */
  readonly metadataLast?: true;
}

const CONFIG_MAP_FIELDS = ['data', 'binaryData'];
const specOf = (object: Fields): Fields => fieldsIn(object['spec']);

const RULES: ReadonlyMap<string, Rules> = new Map<string, Rules>([
  ['Pod', { create: validatePod, update: validatePodUpdate, alone: true }],
  ['Deployment', withFixedSelector((object, out) => validateDeployment(specOf(object), out))],
  ['ReplicaSet', withFixedSelector((object, out) => validateReplicaSet(specOf(object), out))],
  [
    'Service',
    {
      create: (object, out) => validateService(specOf(object), out),
      update: (object, previous, out) => validateServiceUpdate(specOf(object), specOf(previous), out),
    },
  ],
  ['HorizontalPodAutoscaler', { create: (object, out) => validateAutoscaler(specOf(object), out) }],
  ['Namespace', { create: validateNamespace }],
  ['Node', { create: validateNode, update: validateNodeUpdate, alone: true }],
  [
    'ConfigMap',
    {
      create: (object, out) => validateData(object, CONFIG_MAP_FIELDS, '[]', out),
      update: (object, previous, out) => validateDataUpdate(object, previous, CONFIG_MAP_FIELDS, out),
    },
  ],
  [
    'Secret',
    {
      create: (object, out) => validateData(object, ['data'], 'data', out),
      update: (object, previous, out) => validateDataUpdate(object, previous, ['data'], out),
    },
  ],
  ['ServiceAccount', { create: () => {} }],
  [
    'StatefulSet',
    {
      create: (object, out) => validateStatefulSet(specOf(object), out),
      update: (object, previous, out) => validateStatefulSetUpdate(specOf(object), specOf(previous), out),
    },
  ],
  ['DaemonSet', withFixedSelector((object, out) => validateDaemonSet(specOf(object), out))],
  ['Job', { create: validateJob, update: validateJobUpdate }],
  ['CronJob', { create: (object, out) => validateCronJob(specOf(object), fieldsIn(object['metadata']), out) }],
  [
    'PersistentVolumeClaim',
    {
      create: (object, out) => validateClaim(specOf(object), out),
      update: validateClaimUpdate,
    },
  ],
  ['StorageClass', { create: validateStorageClass, update: validateStorageClassUpdate }],
  ['Ingress', { create: validateIngress }],
  ['NetworkPolicy', { create: (object, out) => validateNetworkPolicy(specOf(object), out) }],
  ['Role', { create: (object, out) => validateRoleRules(listIn(object['rules']), true, out) }],
  ['ClusterRole', { create: (object, out) => validateRoleRules(listIn(object['rules']), false, out) }],
  ['RoleBinding', { create: validateRoleBinding, update: validateRoleBindingUpdate }],
  ['ClusterRoleBinding', { create: validateRoleBinding, update: validateRoleBindingUpdate }],
  ['ReplicationController', { create: (object, out) => validateReplicationController(specOf(object), out) }],
  [
    'PodDisruptionBudget',
    { create: (object, out) => validateDisruptionBudget(specOf(object), out), metadataLast: true },
  ],
  ['LimitRange', { create: (object, out) => validateLimitRange(specOf(object), out) }],
  ['EndpointSlice', { create: validateEndpointSlice, update: validateEndpointSliceUpdate }],
  ['ResourceClaim', { create: validateResourceClaim, update: validateFixedSpec }],
  ['ResourceClaimTemplate', { create: validateClaimTemplate, update: validateFixedSpec, alone: true }],
  ['DeviceClass', { create: validateDeviceClass }],
  ['ResourceSlice', { create: validateResourceSlice, update: validateResourceSliceUpdate }],
  ['PriorityClass', { create: validatePriorityClass, update: validatePriorityClassUpdate, alone: true }],
]);

function withFixedSelector(create: Rules['create']): Rules {
  return {
    create,
    update: (object, previous, out) => validateSelectorUnchanged(specOf(object), specOf(previous), out),
  };
}

/**
 * The faults of a new object, in the words and mostly in the order of the API server. The object is decoded and defaulted, a
 * generated name filled in. An empty list: it is valid.
 */
export function validateCreate(object: KubernetesObject): FieldError[] {
  const out: FieldError[] = [];
  const isNamespaced = kindOf(object.kind)?.namespaced ?? object.metadata.namespace !== '';
  const rules = RULES.get(object.kind);
  if (rules?.metadataLast === true) {
    rules.create(object as unknown as Fields, out);
    if (out.length > 0) return out;
  }
  validateMetadata(object.kind, object.metadata as unknown as Fields, isNamespaced, out);
  if (rules?.metadataLast !== true) rules?.create(object as unknown as Fields, out);
  return out;
}

/** The faults of a new version of an object. */
export function validateUpdate(object: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const out: FieldError[] = [];
  validateMetadataUpdate(object.metadata as unknown as Fields, previous.metadata as unknown as Fields, out);
  const rules = RULES.get(object.kind);
  if (rules === undefined) return out;
  if (rules.alone !== true) rules.create(object as unknown as Fields, out);
  rules.update?.(object as unknown as Fields, previous as unknown as Fields, out);
  return out;
}
