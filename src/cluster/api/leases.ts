import { MILLISECOND_US, type Micros } from '../../kernel/time.js';
import type { Lease } from './objects/node.js';
import { stored } from './store.js';
import type { ApiWorld } from './world.js';
import { insertObject, replaceObject } from './writes.js';

export const LEASE_NAMESPACE = 'kube-node-lease';
/** kubernetes v1.36.3 pkg/kubelet/apis/config/v1beta1/defaults.go: NodeLeaseDurationSeconds */
const LEASE_DURATION_SECONDS = 40;
/** A quarter of the duration, stretched by 0 to 4 % (component-helpers v0.36.3 lease/controller.go): the mean. */
const RENEWAL_PERIOD_US = 10_200 * MILLISECOND_US;
/** Spreads the nodes' renewals over the period: an odd stride in thousandths of it. */
const PHASE_STRIDE = 619;
const THOUSAND = 1_000;

/**
 * Heartbeat of a node. Its renewals are not played one by one: while `renewEveryUs` is there the lease counts as renewed at
 * `renewTime` and every so often after it. The object changes when the renewals stop and when they begin again.
 */
export interface NodeLease extends Lease {
  readonly spec: Lease['spec'] & { readonly renewTime: Micros; readonly renewEveryUs?: Micros };
}

/** When node number `node`, alive at `now`, renewed its lease the last time. */
export function spreadRenewal(now: Micros, node: number): Micros {
  return now - Math.round((RENEWAL_PERIOD_US * ((node * PHASE_STRIDE) % THOUSAND)) / THOUSAND);
}

/** The lease of a node that is alive, renewed the last time at `renewTime`. */
export function insertLease(world: ApiWorld, name: string, renewTime: Micros): void {
  world.api.resourceVersion += 1;
  world.api.nextUid += 1;
  const lease: NodeLease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: LEASE_NAMESPACE,
      uid: `uid-${world.api.nextUid}`,
      resourceVersion: world.api.resourceVersion,
      generation: 1,
      creationTimestamp: world.kernel.now,
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: LEASE_DURATION_SECONDS,
      renewTime,
      renewEveryUs: RENEWAL_PERIOD_US,
    },
  };
  insertObject(world, lease);
}

/** The node's renewals stop, or begin again, at this instant. */
export function setRenewing(world: ApiWorld, name: string, isRenewing: boolean): void {
  const lease = stored<NodeLease>(world, 'Lease', `${LEASE_NAMESPACE}/${name}`);
  if (lease === undefined) return;
  const { renewEveryUs: _, ...spec } = lease.spec;
  const { now } = world.kernel;
  const next = isRenewing
    ? { ...spec, renewTime: now, renewEveryUs: RENEWAL_PERIOD_US }
    : { ...spec, renewTime: lastRenewalAt(lease, now) };
  replaceObject(world, lease, { ...lease, spec: next });
}

/** When the node renewed its lease the last time, up to `at`. */
export function lastRenewalAt({ spec }: NodeLease, at: Micros): Micros {
  if (spec.renewEveryUs === undefined || at < spec.renewTime) return spec.renewTime;
  return spec.renewTime + Math.floor((at - spec.renewTime) / spec.renewEveryUs) * spec.renewEveryUs;
}
