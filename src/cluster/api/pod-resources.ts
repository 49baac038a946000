import { conditionOf } from './conditions.js';
import type { Container, PodSpec, ResourceRequirements } from './objects/pod.js';
import type { QuantityText, ResourceList } from './objects/meta.js';
import {
  addQuantities,
  compareQuantities,
  exactMilliValue,
  exactValue,
  formatQuantity,
  type Quantity,
  quantity,
} from './quantity.js';

/**
 * What a pod as a whole asks for.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/component-helpers/resource/helpers.go: PodRequests, PodLimits.
 */
export type QuantityList = ReadonlyMap<string, Quantity>;

/** CPU counted for a container without a request when nodes are scored. Source: kube-scheduler util: DefaultMilliCPURequest. */
export const DEFAULT_MILLI_CPU_REQUEST = 100;
/** Memory in bytes counted likewise (200 MiB). Source: kube-scheduler util: DefaultMemoryRequest. */
export const DEFAULT_MEMORY_REQUEST = 209_715_200;

const NON_ZERO_DEFAULTS: ReadonlyMap<string, QuantityText> = new Map<string, QuantityText>([
  ['cpu', `${DEFAULT_MILLI_CPU_REQUEST}m`],
  ['memory', DEFAULT_MEMORY_REQUEST],
]);

/** What containers say of themselves in the pod's status, when a resize has changed it. */
export interface ResizableStatus {
  readonly containerStatuses?: readonly ContainerResourceStatus[];
  readonly initContainerStatuses?: readonly ContainerResourceStatus[];
  readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
}

export interface ContainerResourceStatus {
  readonly name: string;
  readonly resources?: ResourceRequirements;
  readonly allocatedResources?: ResourceList;
}

export interface PodRequestOptions {
  /** Counts 100m of cpu and 200Mi of memory for containers that ask for none, as scoring does. */
  readonly nonZero?: boolean;
  /** Takes the larger of spec, actual and allocated resources of resized containers. */
  readonly status?: ResizableStatus;
}

/** Whether an init container keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** Counted one by one: extended resources and huge pages (component-helpers scheduling/v1/helpers: IsScalarResourceName). */
export function isScalarResource(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-');
}

/** Kinds of resources of one cluster, cpu, memory and ephemeral storage among them: more do not fit into one verdict of the scheduler. */
export const MAXIMUM_RESOURCES = 24;

/** Requests of a pod: the larger of its containers together and of its init containers one by one, plus overhead. */
export function podRequests(spec: PodSpec, options: PodRequestOptions = {}): QuantityList {
  const statuses = statusByName(options.status);
  const requestsOf = (container: Container, isResizable: boolean): QuantityList => {
    const status = isResizable ? statuses.get(container.name) : undefined;
    const requests = effectiveRequests(container, status, options.status);
    return options.nonZero === true ? withNonZeroDefaults(requests) : requests;
  };
  const total = aggregate(spec, requestsOf);
  applyPodLevel(total, spec.resources?.requests);
  add(total, resourceList(spec.overhead));
  return total;
}

/** Limits of a pod, by the same rule; overhead is added to limits that exist. */
export function podLimits(spec: PodSpec, options: Pick<PodRequestOptions, 'status'> = {}): QuantityList {
  const statuses = statusByName(options.status);
  const total = aggregate(spec, (container, isResizable) => {
    const fromSpec = resourceList(container.resources?.limits);
    const actual = isResizable ? statuses.get(container.name)?.resources : undefined;
    return actual === undefined ? fromSpec : largerOf(fromSpec, [actual.limits], options.status);
  });
  applyPodLevel(total, spec.resources?.limits);
  for (const [name, overhead] of resourceList(spec.overhead)) {
    const limit = total.get(name);
    if (limit !== undefined && limit.nano !== 0n) total.set(name, addQuantities(limit, overhead));
  }
  return total;
}

export interface ResourceNumbers {
  readonly milliCpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes. */
  readonly ephemeralStorage: number;
  /** Everything else (extended resources, huge pages) in whole units, by name; in order of name. */
  readonly scalar: ReadonlyMap<string, number>;
}

/** A resource list as the integers that the scheduler and the nodes count with; each is rounded up. */
export function resourceNumbers(list: QuantityList): ResourceNumbers {
  const scalar = new Map<string, number>();
  const names = [...list.keys()].sort();
  for (const name of names) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') continue;
    scalar.set(name, Number(exactValue(list.get(name)!)));
  }
  const whole = (name: string): number => Number(exactValue(list.get(name) ?? quantity(0)));
  return {
    milliCpu: Number(exactMilliValue(list.get('cpu') ?? quantity(0))),
    memory: whole('memory'),
    ephemeralStorage: whole('ephemeral-storage'),
    scalar,
  };
}

/** A resource list as it is written in objects, in order of name. */
export function formatResources(list: QuantityList): Record<string, string> {
  const names = [...list.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, formatQuantity(list.get(name)!)]));
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/**
 * The class that decides who is evicted and killed first. Resources of the pod as a whole, even none, count instead of the
 * containers' own.
 * Source: kubernetes v1.36.3 pkg/apis/core/v1/helper/qos/qos.go: ComputePodQOS.
 */
export function qosClass(spec: PodSpec): QosClass {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const parts = spec.resources === undefined ? containers.map(({ resources }) => resources ?? {}) : [spec.resources];
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let isGuaranteed = true;
  for (const part of parts) {
    add(requests, qosResources(part.requests));
    const partLimits = qosResources(part.limits);
    add(limits, partLimits);
    if (!partLimits.has('cpu') || !partLimits.has('memory')) isGuaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (!isGuaranteed || requests.size !== limits.size) return 'Burstable';
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    if (limit === undefined || compareQuantities(limit, request) !== 0) return 'Burstable';
  }
  return 'Guaranteed';
}

/** The class depends on cpu and memory above zero and on nothing else. */
function qosResources(list: ResourceList | undefined): Map<string, Quantity> {
  const counted = new Map<string, Quantity>();
  for (const [name, amount] of resourceList(list)) {
    if ((name === 'cpu' || name === 'memory') && amount.nano > 0n) counted.set(name, amount);
  }
  return counted;
}

/** Resources that can be given for a pod as a whole. Source: helpers.go: IsSupportedPodLevelResource. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function applyPodLevel(total: Map<string, Quantity>, list: ResourceList | undefined): void {
  for (const [name, amount] of resourceList(list)) {
    if (isPodLevelResource(name)) total.set(name, amount);
  }
}

/**
 * Regular containers and sidecars run together; a plain init container runs beside the sidecars started before it, so the
 * pod needs the larger of the two.
 */
function aggregate(
  spec: PodSpec,
  resourcesOf: (container: Container, isResizable: boolean) => QuantityList,
): Map<string, Quantity> {
  const together = new Map<string, Quantity>();
  for (const container of spec.containers ?? []) add(together, resourcesOf(container, true));
  const sidecars = new Map<string, Quantity>();
  const initialising = new Map<string, Quantity>();
  for (const container of spec.initContainers ?? []) {
    const resources = resourcesOf(container, isSidecar(container));
    const atThisStep = new Map(sidecars);
    add(atThisStep, resources);
    if (isSidecar(container)) {
      add(together, resources);
      add(sidecars, resources);
    }
    raise(initialising, atThisStep);
  }
  raise(together, initialising);
  return together;
}

/** A resource list as it is written in objects, parsed. */
export function resourceList(list: ResourceList | undefined): Map<string, Quantity> {
  const parsed = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(list ?? {})) parsed.set(name, quantity(text));
  return parsed;
}

function add(total: Map<string, Quantity>, list: QuantityList): void {
  for (const [name, amount] of list) {
    const known = total.get(name);
    total.set(name, known === undefined ? amount : addQuantities(known, amount));
  }
}

function raise(total: Map<string, Quantity>, list: QuantityList): void {
  for (const [name, amount] of list) {
    const known = total.get(name);
    if (known === undefined || compareQuantities(amount, known) > 0) total.set(name, amount);
  }
}

function withNonZeroDefaults(list: QuantityList): QuantityList {
  const filled = new Map(list);
  for (const [name, amount] of NON_ZERO_DEFAULTS) {
    if (!filled.has(name)) filled.set(name, quantity(amount));
  }
  return filled;
}

function statusByName(status: ResizableStatus | undefined): Map<string, ContainerResourceStatus> {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return new Map(statuses.map((container) => [container.name, container]));
}

function effectiveRequests(
  container: Container,
  status: ContainerResourceStatus | undefined,
  pod: ResizableStatus | undefined,
): QuantityList {
  const fromSpec = resourceList(container.resources?.requests);
  if (status?.resources === undefined) return fromSpec;
  return largerOf(fromSpec, [status.resources.requests, status.allocatedResources], pod);
}

/** The larger of what a resized container should have and what it has; what cannot be granted does not count. */
function largerOf(
  fromSpec: ReadonlyMap<string, Quantity>,
  actual: readonly (ResourceList | undefined)[],
  pod: ResizableStatus | undefined,
): QuantityList {
  const isInfeasible = conditionOf(pod?.conditions, 'PodResizePending')?.reason === 'Infeasible';
  const largest = isInfeasible ? new Map<string, Quantity>() : new Map(fromSpec);
  for (const list of actual) raise(largest, resourceList(list));
  return largest;
}
