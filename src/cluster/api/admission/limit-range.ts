import { type Fields, fieldsIn } from '../fields.js';
import type { KubernetesObject, ResourceList } from '../objects/meta.js';
import type { Container, Pod } from '../objects/pod.js';
import type { LimitRange, LimitRangeItem } from '../objects/quota.js';
import { podLimits, podRequests, type QuantityList, resourceList } from '../pod-resources.js';
import { compareQuantities, exactMilliValue, exactValue, formatQuantity, type Quantity } from '../quantity.js';

/** Annotation in which the plug-in says what it has filled in. */
const ANNOTATION = 'kubernetes.io/limit-ranger';

/**
 * A new pod with the requests and limits that its namespace's LimitRanges give to containers without their own.
 * Source: kubernetes v1.36.3 plugin/pkg/admission/limitranger/admission.go: PodMutateLimitFunc; reference/workloads.md 9.5.
 */
export function withLimitDefaults(pod: Pod, ranges: readonly LimitRange[]): Pod {
  return ranges.reduce(withDefaultsOf, pod);
}

function withDefaultsOf(pod: Pod, { spec: { limits } }: LimitRange): Pod {
  const ofContainers = limits.filter(({ type }) => type === 'Container');
  const requests = Object.assign({}, ...ofContainers.map((item) => item.defaultRequest)) as ResourceList;
  const defaults = Object.assign({}, ...ofContainers.map((item) => item.default)) as ResourceList;
  const notes: string[] = [];
  const fill = (what: string) => (container: Container) => {
    const given = container.resources ?? {};
    const missingRequests = missingOf(requests, given.requests);
    const missingLimits = missingOf(defaults, given.limits);
    for (const [field, added] of [
      ['request', missingRequests],
      ['limit', missingLimits],
    ] as const) {
      const names = Object.keys(added).sort();
      if (names.length > 0) notes.push(`${names.join(', ')} ${field} for ${what} ${container.name}`);
    }
    const filled = {
      requests: { ...given.requests, ...missingRequests },
      limits: { ...given.limits, ...missingLimits },
    };
    return { ...container, resources: { ...given, ...withoutEmpty(filled) } };
  };
  const containers = pod.spec.containers.map(fill('container'));
  const initContainers = pod.spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return pod;
  const spec = { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}

function missingOf(defaults: ResourceList, given: ResourceList = {}): ResourceList {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !Object.hasOwn(given, name)));
}

function withoutEmpty(lists: {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}): Partial<typeof lists> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => Object.keys(list).length > 0));
}

/** What a LimitRange has against a new object, as it follows `is forbidden: `; undefined if nothing. */
export function limitFault(object: KubernetesObject, ranges: readonly LimitRange[]): string | undefined {
  for (const { spec } of ranges) {
    const faults = new Set(spec.limits.flatMap((item) => faultsOf(object, item)));
    if (faults.size > 0) return faults.size === 1 ? [...faults][0] : `[${[...faults].join(', ')}]`;
  }
  return undefined;
}

function faultsOf(object: KubernetesObject, item: LimitRangeItem): string[] {
  if (object.kind === 'PersistentVolumeClaim') {
    const spec = fieldsIn((object as unknown as Fields)['spec']);
    const requests = resourceList(fieldsIn(fieldsIn(spec['resources'])['requests']) as ResourceList);
    return item.type === 'PersistentVolumeClaim' ? claimFaults(item, requests) : [];
  }
  if (object.kind !== 'Pod') return [];
  const { spec } = object as Pod;
  if (item.type === 'Pod') return usageFaults(item, podRequests(spec), podLimits(spec));
  if (item.type !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    usageFaults(item, resourceList(resources?.requests), resourceList(resources?.limits)),
  );
}

/** Source: admission.go: PersistentVolumeClaimValidateLimitFunc. */
function claimFaults({ type, min, max }: LimitRangeItem, requests: QuantityList): string[] {
  return [
    ...constraints(min, (name, bound) => {
      const request = requests.get(name);
      const rule = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
      if (request === undefined) return `${rule}.  No request is specified`;
      return compareQuantities(request, bound) < 0 ? `${rule}, but request is ${formatQuantity(request)}` : undefined;
    }),
    ...constraints(max, (name, bound) => {
      const request = requests.get(name);
      const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
      if (request === undefined) return `${rule}.  No request is specified`;
      return compareQuantities(request, bound) > 0 ? `${rule}, but request is ${formatQuantity(request)}` : undefined;
    }),
  ];
}

/** Source: admission.go: PodValidateLimitFunc, minConstraint, maxConstraint. */
function usageFaults(item: LimitRangeItem, requests: QuantityList, limits: QuantityList): string[] {
  const { type, min, max, maxLimitRequestRatio } = item;
  return [
    ...constraints(min, (name, bound) => {
      const [request, limit] = [requests.get(name), limits.get(name)];
      const rule = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
      if (request === undefined) return `${rule}.  No request is specified`;
      if (compareQuantities(request, bound) < 0) return `${rule}, but request is ${formatQuantity(request)}`;
      return limit !== undefined && compareQuantities(limit, bound) < 0
        ? `${rule}, but limit is ${formatQuantity(limit)}`
        : undefined;
    }),
    ...constraints(max, (name, bound) => {
      const [request, limit] = [requests.get(name), limits.get(name)];
      const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
      if (limit === undefined) return `${rule}.  No limit is specified`;
      if (compareQuantities(limit, bound) > 0) return `${rule}, but limit is ${formatQuantity(limit)}`;
      return request !== undefined && compareQuantities(request, bound) > 0
        ? `${rule}, but request is ${formatQuantity(request)}`
        : undefined;
    }),
    ...constraints(maxLimitRequestRatio, (name, bound) =>
      ratioFault(`${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`, bound, [
        requests.get(name),
        limits.get(name),
      ]),
    ),
  ];
}

/** Source: admission.go: limitRequestRatioConstraint. */
function ratioFault(
  rule: string,
  bound: Quantity,
  [request, limit]: readonly [Quantity | undefined, Quantity | undefined],
): string | undefined {
  if (request === undefined || request.nano === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nano === 0n) return `${rule}, but no limit is specified or limit is 0`;
  // Amounts that are small enough are compared in thousandths.
  const isSmall = [request, limit, bound].every((amount) => exactValue(amount) <= MAXIMUM_IN_MILLI);
  const valueOf = isSmall ? exactMilliValue : exactValue;
  const ratio = Number(valueOf(limit)) / Number(valueOf(request));
  return ratio * 1000 > Number(exactMilliValue(bound))
    ? `${rule}, but provided ratio is ${ratio.toFixed(6)}`
    : undefined;
}

/** Above this a value in thousandths does not fit into 64 bits (apimachinery pkg/api/resource: MaxMilliValue). */
const MAXIMUM_IN_MILLI = 9_223_372_036_854_775n;

/** The faults by resource, in order of its name. */
function constraints(
  bounds: ResourceList | undefined,
  judge: (name: string, bound: Quantity) => string | undefined,
): string[] {
  const list = resourceList(bounds);
  const names = [...list.keys()].sort();
  return names.flatMap((name) => judge(name, list.get(name)!) ?? []);
}
