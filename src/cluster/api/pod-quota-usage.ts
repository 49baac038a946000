import { type Micros, SECOND_US } from '../../kernel/time.js';
import type { Pod } from './objects/pod.js';
import { podLimits, podRequests, type QuantityList } from './pod-resources.js';
import { type Quantity, quantity } from './quantity.js';

const ONE = quantity(1);

/** Resources that are counted under their own name as well as under `requests.`. */
function isPlainResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-');
}

/** Names with a domain that is not Kubernetes' own. Source: pkg/apis/core/v1/helper/helpers.go: IsExtendedResourceName. */
function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/');
}

/**
 * What a pod takes of the quotas of its namespace, by the quotas' names of resources. A pod that has ended, or that is past its
 * grace period, is counted as an object only.
 * Source: kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go: PodUsageFunc.
 */
export function podQuotaUsage({ metadata, spec, status }: Pod, now: Micros): QuantityList {
  const usage = new Map<string, Quantity>([['count/pods', ONE]]);
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const isOverdue =
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds !== undefined &&
    now > deletionTimestamp + deletionGracePeriodSeconds * SECOND_US;
  if (status.phase === 'Failed' || status.phase === 'Succeeded' || isOverdue) return usage;
  usage.set('pods', ONE);
  for (const [name, amount] of podRequests(spec, { status })) {
    if (isPlainResource(name)) usage.set(name, amount);
    if (isPlainResource(name) || isExtendedResource(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of podLimits(spec, { status })) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage.set(`limits.${name}`, amount);
  }
  return usage;
}
