import type { Micros } from '../../../kernel/time.js';
import type { KubernetesObject, ResourceList } from '../objects/meta.js';
import type { Container, Pod } from '../objects/pod.js';
import type { ResourceQuota } from '../objects/quota.js';
import { formatResources, type QuantityList, resourceList } from '../pod-resources.js';
import { compareQuantities } from '../quantity.js';
import { quotaMatches } from './scopes.js';
import { containerUsage, matchingResources, quotaUsage, sumOf } from './usage.js';

/** Why an object may not come in, or what its quotas are when it has. */
export type QuotaVerdict =
  | { readonly ok: false; readonly message: string }
  | { readonly ok: true; readonly charged: readonly ResourceQuota[] };

/**
 * Whether a new object fits all quotas that are about it: all or none of them are charged.
 * Source: kubernetes v1.36.3 staging apiserver pkg/admission/plugin/resourcequota/controller.go: CheckRequest.
 */
export function checkQuotas(quotas: readonly ResourceQuota[], object: KubernetesObject, now: Micros): QuotaVerdict {
  const concerned = quotas.filter((quota) => quotaMatches(quota, object));
  for (const quota of concerned) {
    const fault = faultOf(quota, object);
    if (fault !== undefined) return { ok: false, message: fault };
  }
  const usage = withoutZeros(quotaUsage(object, now));
  const charged: ResourceQuota[] = [];
  for (const quota of concerned) {
    const requested = masked(usage, Object.keys(quota.status.hard ?? {}));
    if (requested.size === 0) continue;
    const hard = resourceList(quota.status.hard);
    const used = resourceList(quota.status.used);
    const after = sumOf(used, requested);
    const exceeded = [...requested.keys()].filter((name) => compareQuantities(after.get(name)!, hard.get(name)!) > 0);
    if (exceeded.length > 0) {
      const [asked, taken, allowed] = [requested, used, hard].map((list) => printed(masked(list, exceeded)));
      const name = quota.metadata.name;
      return {
        ok: false,
        message: `exceeded quota: ${name}, requested: ${asked}, used: ${taken}, limited: ${allowed}`,
      };
    }
    charged.push({ ...quota, status: { ...quota.status, used: formatResources(after) } });
  }
  return { ok: true, charged };
}

/** What stands against the object before any amount is looked at. */
function faultOf(quota: ResourceQuota, object: KubernetesObject): string | undefined {
  const { name } = quota.metadata;
  const restricted = matchingResources(object.kind, Object.keys(quota.status.hard ?? {}));
  const missing = object.kind === 'Pod' ? missingResources(object as Pod, restricted) : '';
  if (missing !== '') return `failed quota: ${name}: must specify ${missing}`;
  const { used = {} } = quota.status;
  if (restricted.every((resource) => Object.hasOwn(used, resource))) return undefined;
  return `status unknown for quota: ${name}, resources: ${[...restricted].sort().join(',')}`;
}

/** Resources that every container has to state when they are limited. Source: pods.go: validationSet. */
const TO_BE_STATED: readonly string[] = [
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
];

/** Source: kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go: Constraints. */
function missingResources({ spec }: Pod, restricted: readonly string[]): string {
  const required = restricted.filter((name) => TO_BE_STATED.includes(name)).sort();
  const containers: readonly Container[] = [...spec.containers, ...(spec.initContainers ?? [])];
  const parts: string[] = [];
  for (const resource of required) {
    const silent = containers.filter(({ resources }) => {
      return !containerUsage(resources?.requests, resources?.limits).has(resource);
    });
    if (silent.length === 0) continue;
    const names = [...new Set(silent.map(({ name }) => name))].sort();
    parts.push(`${resource} for: ${names.join(',')}`);
  }
  return parts.join('; ');
}

function masked(list: QuantityList, names: readonly string[]): QuantityList {
  return new Map([...list].filter(([name]) => names.includes(name)));
}

function withoutZeros(list: QuantityList): QuantityList {
  return new Map([...list].filter(([, { nano }]) => nano !== 0n));
}

/** `cpu=1,memory=2Gi`, in order of name. */
function printed(list: QuantityList): string {
  const amounts: ResourceList = formatResources(list);
  return Object.entries(amounts)
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
}
