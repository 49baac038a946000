import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { type Controllers, enqueue, SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Service } from '../../api/objects/network.js';
import { type ObjectKey, objectKey } from '../../api/store.js';
import { balancerAddress, lacksLoadBalancer, PROVISIONING_US } from './decide.js';

/** kubernetes v1.36.3 staging k8s.io/cloud-provider controllers/service: one worker, retries from 5 s. */
const WORKERS = 1;
const RETRY_BASE_US = 5 * SECOND_US;

/** A load balancer that a Service has ordered. */
interface Order {
  readonly at: Micros;
  readonly ip: string;
}

/** The cloud's memory. */
export interface ServiceState {
  readonly orders: Map<ObjectKey, Order>;
  /** Orders so far: each gets an address of its own. */
  ordered: number;
}

export interface ServiceWorld extends KcmWorld {
  readonly controllers: { readonly service: ServiceState };
}

export function createServiceState(): ServiceState {
  return { orders: new Map(), ordered: 0 };
}

/**
 * The cloud's service controller: gives Services of type LoadBalancer an address, a while after they were made.
 * Which nodes the balancer sends to is the network's business.
 */
export function registerService<W extends ServiceWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
  provisioningUs: Micros = PROVISIONING_US,
): void {
  const controllerId = controllers.add({
    name: 'service-controller',
    workers: WORKERS,
    retryBaseUs: RETRY_BASE_US,
    sync: (world, key) => provide(world, key, provisioningUs),
  });
  listeners.on<Service>(KCM, 'Service', (world, { type, object }) => {
    if (type === 'deleted') world.controllers.service.orders.delete(objectKey(object));
    else if (lacksLoadBalancer(object)) enqueue(world, controllerId, objectKey(object));
  });
}

function provide(world: ServiceWorld, key: ObjectKey, provisioningUs: Micros): SyncStep {
  const service = kcmLister<Service>(world, 'Service').get(key);
  if (service === undefined || !lacksLoadBalancer(service)) return SYNC_DONE;
  const order = orderOf(world, key);
  const afterUs = order.at + provisioningUs - world.kernel.now;
  if (afterUs > 0) return { requests: [], outcome: { afterUs } };
  const { namespace, name, uid } = service.metadata;
  const body = { status: { loadBalancer: { ingress: [{ ip: order.ip }] } } };
  return { requests: [{ verb: 'patch', kind: 'Service', namespace, name, uid, subresource: 'status', body }] };
}

function orderOf(world: ServiceWorld, key: ObjectKey): Order {
  const state = world.controllers.service;
  const known = state.orders.get(key);
  if (known !== undefined) return known;
  const order = { at: world.kernel.now, ip: balancerAddress(state.ordered) };
  state.orders.set(key, order);
  state.ordered += 1;
  return order;
}
