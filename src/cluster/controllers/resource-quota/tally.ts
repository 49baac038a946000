import type { Micros } from '../../../kernel/time.js';
import type { Change } from '../../api/informers.js';
import { kcmLister, type KcmWorld } from '../../api/kcm.js';
import { KINDS } from '../../api/kinds.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import type { ResourceQuota } from '../../api/objects/quota.js';
import { addQuantities, type Quantity, quantity, subtractQuantities } from '../../api/quantity.js';
import { isInScope } from '../../api/quota/scopes.js';
import { matchingResources, quotaUsage } from '../../api/quota/usage.js';
import { type ObjectKey, objectKey } from '../../api/store.js';

/** What the informers' objects count for in one quota, kept with every change: a count of all of them at each would be quadratic. */
export interface QuotaTally {
  /** By resource, of all but the pods that are being deleted. */
  readonly used: Map<string, Quantity>;
  /** Those, by uid: they stop to count at a time of their own, which no change tells. */
  readonly ending: Map<string, Pod>;
}

/** The tallies of the quotas that have been counted, by their keys. */
export interface ResourceQuotaState {
  readonly tallies: Map<ObjectKey, QuotaTally>;
}

export interface ResourceQuotaWorld extends KcmWorld {
  readonly controllers: { readonly resourceQuota: ResourceQuotaState };
}

/** Kinds that can be counted. */
export const COUNTED = KINDS.filter(({ kind, namespaced }) => namespaced && kind !== 'Event').map(({ kind }) => kind);

export function createResourceQuotaState(): ResourceQuotaState {
  return { tallies: new Map() };
}

/** The tally of a quota; the first one is a count of all that the informers show. */
export function tallyOf(world: ResourceQuotaWorld, quota: ResourceQuota): QuotaTally {
  const { tallies } = world.controllers.resourceQuota;
  const key = objectKey(quota);
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const names = Object.keys(quota.spec.hard ?? {});
  const tally: QuotaTally = { used: new Map(), ending: new Map() };
  for (const kind of COUNTED) {
    const counted = matchingResources(kind, names);
    for (const name of counted) tally.used.set(name, quantity(0));
    if (counted.length === 0) continue;
    for (const object of kcmLister(world, kind).values()) count(world, quota, tally, object, addQuantities);
  }
  tallies.set(key, tally);
  return tally;
}

/** Takes a change of an object into the tallies of its namespace. */
export function followUsage(world: ResourceQuotaWorld, { type, object, before }: Change): void {
  const { tallies } = world.controllers.resourceQuota;
  if (tallies.size === 0) return;
  const quotas = kcmLister<ResourceQuota>(world, 'ResourceQuota');
  for (const [key, tally] of tallies) {
    const quota = quotas.get(key)!;
    if (before !== undefined) count(world, quota, tally, before, subtractQuantities);
    if (type !== 'deleted') count(world, quota, tally, object, addQuantities);
  }
}

function count(
  world: ResourceQuotaWorld,
  quota: ResourceQuota,
  { used, ending }: QuotaTally,
  object: KubernetesObject,
  change: typeof addQuantities | typeof subtractQuantities,
): void {
  const { namespace, uid, deletionTimestamp } = object.metadata;
  if (namespace !== quota.metadata.namespace || !isInScope(quota, object)) return;
  if (object.kind !== 'Pod' || deletionTimestamp === undefined) {
    addUsage(used, object, world.kernel.now, change);
  } else if (change === addQuantities) ending.set(uid, object as Pod);
  else ending.delete(uid);
}

/** What a quota's objects count for at this time. */
export function usedNow({ used, ending }: QuotaTally, now: Micros): ReadonlyMap<string, Quantity> {
  if (ending.size === 0) return used;
  const sums = new Map(used);
  for (const pod of ending.values()) addUsage(sums, pod, now, addQuantities);
  return sums;
}

function addUsage(
  sums: Map<string, Quantity>,
  object: KubernetesObject,
  now: Micros,
  change: typeof addQuantities | typeof subtractQuantities,
): void {
  for (const [name, amount] of quotaUsage(object, now)) {
    const sum = sums.get(name);
    if (sum !== undefined) sums.set(name, change(sum, amount));
  }
}
