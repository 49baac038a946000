import type { Endpoint, EndpointSlice } from '../../api/objects/network.js';
import { sameData } from '../../api/patch.js';

/**
 * Hints of `spec.trafficDistribution`: a ready endpoint is meant for its own zone, or its own node.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice trafficdist/trafficdist.go.
 */
export function withHints(endpoint: Endpoint, trafficDistribution: string | undefined): Endpoint {
  const { hints: _hints, ...plain } = endpoint;
  const hints = hintsOf(plain, trafficDistribution);
  return hints === undefined ? plain : { ...plain, hints };
}

function hintsOf({ conditions, zone, nodeName }: Endpoint, trafficDistribution: string | undefined): Endpoint['hints'] {
  if (!conditions.ready) return undefined;
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  switch (trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return zone === undefined ? undefined : forZones;
    case 'PreferSameNode':
      return nodeName === undefined ? undefined : { ...forZones, forNodes: [{ name: nodeName }] };
    default:
      return undefined;
  }
}

/** The slice with the hints it should have; the same object where it has them already. */
export function hinted(slice: EndpointSlice, trafficDistribution: string | undefined): EndpointSlice {
  const isHinted = slice.endpoints.every((endpoint) =>
    sameData(endpoint.hints, hintsOf(endpoint, trafficDistribution)),
  );
  if (isHinted) return slice;
  return { ...slice, endpoints: slice.endpoints.map((endpoint) => withHints(endpoint, trafficDistribution)) };
}
