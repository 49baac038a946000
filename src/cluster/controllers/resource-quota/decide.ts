import type { ApiRequest } from '../../api/calls.js';
import type { ResourceList } from '../../api/objects/meta.js';
import type { ResourceQuota } from '../../api/objects/quota.js';
import { formatResources, resourceList } from '../../api/pod-resources.js';
import { compareQuantities, type Quantity } from '../../api/quantity.js';
import { statusRequest } from '../../api/status-request.js';

/**
 * The write that brings a quota's status up to date, undefined if it is. `counted`: what its objects count for, by resource; a
 * resource that nothing counts for keeps its amount.
 * Source: kubernetes v1.36.3 pkg/controller/resourcequota/resource_quota_controller.go: syncResourceQuota.
 */
export function syncQuota(quota: ResourceQuota, counted: ReadonlyMap<string, Quantity>): ApiRequest | undefined {
  const { hard = {} } = quota.spec;
  const used = new Map([...resourceList(quota.status.used), ...counted]);
  const wanted = formatResources(new Map([...used].filter(([name]) => Object.hasOwn(hard, name))));
  const { status } = quota;
  if (sameAmounts(hard, status.hard) && sameAmounts(wanted, status.used)) return undefined;
  return statusRequest({ ...quota, status: { hard, used: wanted } });
}

function sameAmounts(left: ResourceList, right: ResourceList | undefined): boolean {
  if (right === undefined) return false;
  const [ours, theirs] = [resourceList(left), resourceList(right)];
  if (ours.size !== theirs.size) return false;
  return [...ours].every(([name, amount]) => {
    const other = theirs.get(name);
    return other !== undefined && compareQuantities(amount, other) === 0;
  });
}
