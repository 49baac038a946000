import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { type Fields, fieldsIn, listIn, textIn } from '../fields.js';
import { resourceOf } from '../kinds.js';
import type { KubernetesObject, ResourceList } from '../objects/meta.js';
import type { Pod } from '../objects/pod.js';
import { isTerminal } from '../pod-predicates.js';
import { podLimits, podRequests, type QuantityList, resourceList } from '../pod-resources.js';
import { addQuantities, type Quantity, quantity } from '../quantity.js';

/**
 * What an object counts for in ResourceQuotas, by resource.
 * Source: kubernetes v1.36.3 pkg/quota/v1/evaluator/core; reference/workloads.md 9.4.
 */
export function quotaUsage(object: KubernetesObject, now: Micros): QuantityList {
  const usage = new Map<string, Quantity>([[objectCountName(object.kind), ONE]]);
  switch (object.kind) {
    case 'Pod':
      if (countsForQuota(object as Pod, now)) addAll(usage, podUsage(object as Pod));
      break;
    case 'Service':
      addAll(usage, serviceUsage(fieldsIn((object as unknown as Fields)['spec'])));
      break;
    case 'PersistentVolumeClaim':
      addAll(usage, claimUsage(fieldsIn((object as unknown as Fields)['spec'])));
      break;
    default: {
      const legacy = LEGACY_NAMES.get(object.kind);
      if (legacy !== undefined) usage.set(legacy, ONE);
    }
  }
  return usage;
}

const ONE = quantity(1);

/** Kinds that have a name of their own in quotas beside `count/...` (pkg/quota/v1/evaluator/core/registry.go). */
const LEGACY_NAMES: ReadonlyMap<string, string> = new Map([
  ['ConfigMap', 'configmaps'],
  ['ResourceQuota', 'resourcequotas'],
  ['ReplicationController', 'replicationcontrollers'],
  ['Secret', 'secrets'],
]);

function objectCountName(kind: string): string {
  return `count/${resourceOf(kind)}`;
}

/**
 * Pods that have ended, or should have long ago, hold nothing but their own place as objects.
 * Source: pkg/quota/v1/evaluator/core/pods.go: QuotaV1Pod.
 */
export function countsForQuota(pod: Pod, now: Micros): boolean {
  if (isTerminal(pod)) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= deletionTimestamp + deletionGracePeriodSeconds * SECOND_US;
}

/** A version of a pod never changes, and the controller counts all of them again at each that ends. */
const usageByPod = new WeakMap<Pod, QuantityList>();

function podUsage(pod: Pod): QuantityList {
  const known = usageByPod.get(pod);
  if (known !== undefined) return known;
  const { spec, status } = pod;
  const usage = computeUsage(podRequests(spec, { status }), podLimits(spec, { status }));
  usage.set('pods', ONE);
  usageByPod.set(pod, usage);
  return usage;
}

/** What one container's own resources count for: a quota may demand that each container says them. */
export function containerUsage(requests: ResourceList | undefined, limits: ResourceList | undefined): QuantityList {
  return computeUsage(resourceList(requests), resourceList(limits));
}

/** Source: pods.go: podComputeUsageHelper. */
function computeUsage(requests: QuantityList, limits: QuantityList): Map<string, Quantity> {
  const usage = new Map<string, Quantity>();
  for (const [name, amount] of requests) {
    if (isComputeResource(name)) usage.set(name, amount);
    if (isComputeResource(name) || isExtendedResource(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) if (LIMITED_RESOURCES.includes(name)) usage.set(`limits.${name}`, amount);
  return usage;
}

const LIMITED_RESOURCES: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

function isComputeResource(name: string): boolean {
  return LIMITED_RESOURCES.includes(name) || name.startsWith('hugepages-');
}

function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/');
}

/** Source: pkg/quota/v1/evaluator/core/services.go: Usage. */
function serviceUsage(spec: Fields): Map<string, Quantity> {
  const ports = listIn(spec['ports']);
  const type = textIn(spec['type']);
  const isBalanced = type === 'LoadBalancer';
  const takesAll = type === 'NodePort' || (isBalanced && spec['allocateLoadBalancerNodePorts'] !== false);
  const given = isBalanced ? ports.filter(({ nodePort }) => typeof nodePort === 'number' && nodePort !== 0) : [];
  return new Map([
    ['services', ONE],
    ['services.nodeports', quantity(takesAll ? ports.length : given.length)],
    ['services.loadbalancers', quantity(isBalanced ? 1 : 0)],
  ]);
}

/** Source: pkg/quota/v1/evaluator/core/persistent_volume_claims.go: Usage. */
function claimUsage(spec: Fields): Map<string, Quantity> {
  const usage = new Map([['persistentvolumeclaims', ONE]]);
  const storageClass = textIn(spec['storageClassName']);
  if (storageClass !== '') usage.set(`${storageClass}${CLASS_SUFFIX}persistentvolumeclaims`, ONE);
  const storage = resourceList(fieldsIn(fieldsIn(spec['resources'])['requests']) as ResourceList).get('storage');
  if (storage === undefined) return usage;
  usage.set('requests.storage', storage);
  if (storageClass !== '') usage.set(`${storageClass}${CLASS_SUFFIX}requests.storage`, storage);
  return usage;
}

const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

const POD_RESOURCES: readonly string[] = [
  'count/pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
];
const SERVICE_RESOURCES: readonly string[] = [
  'count/services',
  'services',
  'services.nodeports',
  'services.loadbalancers',
];
const CLAIM_RESOURCES: readonly string[] = [
  'count/persistentvolumeclaims',
  'persistentvolumeclaims',
  'requests.storage',
];

/** Those of the resources of a quota that objects of a kind count for. Source: evaluator/core: MatchingResources. */
export function matchingResources(kind: string, names: readonly string[]): string[] {
  return names.filter((name) => isCountedFor(kind, name));
}

function isCountedFor(kind: string, name: string): boolean {
  switch (kind) {
    case 'Pod':
      if (POD_RESOURCES.includes(name) || name.startsWith('hugepages-')) return true;
      return (
        name.startsWith('requests.hugepages-') ||
        (name.startsWith('requests.') && isExtendedResource(name.slice('requests.'.length)))
      );
    case 'Service':
      return SERVICE_RESOURCES.includes(name);
    case 'PersistentVolumeClaim':
      return (
        CLAIM_RESOURCES.includes(name) ||
        name.endsWith(`${CLASS_SUFFIX}requests.storage`) ||
        name.endsWith(`${CLASS_SUFFIX}persistentvolumeclaims`)
      );
    default:
      return name === objectCountName(kind) || name === LEGACY_NAMES.get(kind);
  }
}

function addAll(usage: Map<string, Quantity>, more: QuantityList): void {
  for (const [name, amount] of more) usage.set(name, amount);
}

/** The sum of two lists, resource by resource. */
export function sumOf(left: QuantityList, right: QuantityList): Map<string, Quantity> {
  const sum = new Map(left);
  for (const [name, amount] of right) {
    const known = sum.get(name);
    sum.set(name, known === undefined ? amount : addQuantities(known, amount));
  }
  return sum;
}
