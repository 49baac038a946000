import { createSeries, type Series } from './series.js';
import type { CallSite } from './sites.js';
import type { TrafficWorld } from './world.js';

const DEFAULT_NAMESPACE = 'default';

/** The series of the Service that a call site reaches; undefined while a node port belongs to none. */
export function seriesOfSite(world: TrafficWorld, site: CallSite): Series | undefined {
  const serviceIndex = serviceOfSite(world, site);
  if (serviceIndex < 0) return undefined;
  return world.traffic.serviceSeries[serviceIndex] ?? seriesOfService(world, serviceIndex);
}

/** Service that a call site reaches, -1 if none. */
export function serviceOfSite(world: TrafficWorld, site: CallSite): number {
  return site.serviceIndex >= 0 ? site.serviceIndex : (world.network.nodePorts.get(site.port) ?? -1);
}

export function seriesOfService(world: TrafficWorld, serviceIndex: number): Series {
  const { series, serviceSeries } = world.traffic;
  const known = serviceSeries[serviceIndex];
  if (known !== undefined) return known;
  while (serviceSeries.length <= serviceIndex) serviceSeries.push(undefined);
  const created = createSeries('service', nameOf(world, serviceIndex));
  series.push(created);
  serviceSeries[serviceIndex] = created;
  return created;
}

/** As it is called from its own namespace: `web`, or `web.shop` outside of namespace `default`. */
function nameOf(world: TrafficWorld, serviceIndex: number): string {
  const [namespace, name] = world.network.services[serviceIndex]!.key.split('/') as [string, string];
  return namespace === DEFAULT_NAMESPACE ? name : `${name}.${namespace}`;
}
