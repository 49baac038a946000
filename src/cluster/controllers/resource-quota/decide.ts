import type { Micros } from '../../../kernel/time.js';
import type { ApiRequest } from '../../api/calls.js';
import type { KubernetesObject, ResourceList } from '../../api/objects/meta.js';
import type { ResourceQuota } from '../../api/objects/quota.js';
import { formatResources, resourceList } from '../../api/pod-resources.js';
import { addQuantities, compareQuantities, type Quantity, quantity } from '../../api/quantity.js';
import { isInScope } from '../../api/quota/scopes.js';
import { matchingResources, quotaUsage } from '../../api/quota/usage.js';
import { statusRequest } from '../../api/status-request.js';

/** What one sync of a quota looks at. */
export interface QuotaView {
  readonly quota: ResourceQuota;
  /** Objects of its namespace of each kind that it limits. */
  readonly objects: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly now: Micros;
}

/**
 * The write that brings a quota's status up to date, undefined if it is.
 * Source: kubernetes v1.36.3 pkg/controller/resourcequota/resource_quota_controller.go: syncResourceQuota.
 */
export function syncQuota({ quota, objects, now }: QuotaView): ApiRequest | undefined {
  const { hard = {} } = quota.spec;
  const names = Object.keys(hard);
  const used = resourceList(quota.status.used);
  for (const [kind, found] of objects) {
    const counted = matchingResources(kind, names);
    if (counted.length === 0) continue;
    for (const [name, amount] of usageOf(quota, counted, found, now)) used.set(name, amount);
  }
  const wanted = formatResources(new Map([...used].filter(([name]) => names.includes(name))));
  const { status } = quota;
  if (sameAmounts(hard, status.hard) && sameAmounts(wanted, status.used)) return undefined;
  return statusRequest({ ...quota, status: { hard, used: wanted } });
}

function usageOf(
  quota: ResourceQuota,
  counted: readonly string[],
  objects: readonly KubernetesObject[],
  now: Micros,
): ReadonlyMap<string, Quantity> {
  const usage = new Map(counted.map((name) => [name, quantity(0)]));
  for (const object of objects) {
    if (!isInScope(quota, object)) continue;
    for (const [name, amount] of quotaUsage(object, now)) {
      const sum = usage.get(name);
      if (sum !== undefined) usage.set(name, addQuantities(sum, amount));
    }
  }
  return usage;
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
