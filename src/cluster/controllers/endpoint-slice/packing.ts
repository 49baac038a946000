import type { Endpoint, EndpointSlice } from '../../api/objects/network.js';
import type { StringMap } from '../../api/objects/meta.js';
import { sameData } from '../../api/patch.js';
import { endpointIdentity, sameEndpoint } from './endpoint.js';

/** Endpoints of new slices, and slices that change: how one group of slices with equal ports comes to its endpoints. */
export interface Packing {
  readonly create: readonly (readonly Endpoint[])[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** A slice in the course of packing. */
interface Bin {
  readonly slice: EndpointSlice;
  endpoints: readonly Endpoint[];
  state: 'unchanged' | 'update' | 'remove';
}

/**
 * Endpoints stay where they are; new ones fill slices that are written anyway, fullest first; the rest goes into the one
 * slice that it fits best, or into new ones. Slices are never balanced: every slice written is sent to every node.
 * `settled`: names of slices whose endpoints are as they should be; those are not among the desired ones.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice reconciler.go: reconcileByPortMapping.
 */
export function pack(
  slices: readonly EndpointSlice[],
  desired: readonly Endpoint[],
  labels: StringMap,
  maximum: number,
  settled: ReadonlySet<string>,
): Packing {
  const left = new Map(desired.map((endpoint) => [endpointIdentity(endpoint), endpoint]));
  const bins = slices.map((slice) =>
    settled.has(slice.metadata.name) ? unchanged(slice) : keepIn(slice, left, labels),
  );
  const rest = [...left.values()];
  const rewritten = bins.filter(({ state }) => state === 'update');
  for (const bin of rewritten.sort((a, b) => b.endpoints.length - a.endpoints.length)) {
    bin.endpoints = [...bin.endpoints, ...rest.splice(0, maximum - bin.endpoints.length)];
  }
  const create: Endpoint[][] = [];
  while (rest.length > 0) {
    const bin = rest.length < maximum ? bestFit(bins, rest.length, maximum) : undefined;
    if (bin === undefined) {
      create.push(rest.splice(0, maximum));
    } else {
      bin.endpoints = [...bin.endpoints, ...rest.splice(0)];
      bin.state = 'update';
    }
  }
  return {
    create,
    update: bins
      .filter(({ state }) => state === 'update')
      .map(({ slice, endpoints }) => ({ ...slice, metadata: { ...slice.metadata, labels }, endpoints })),
    remove: bins.filter(({ state }) => state === 'remove').map(({ slice }) => slice),
  };
}

/** Takes the endpoints that stay in a slice out of those that are left to place. */
function keepIn(slice: EndpointSlice, left: Map<string, Endpoint>, labels: StringMap): Bin {
  const endpoints: Endpoint[] = [];
  let isUpdated = false;
  for (const endpoint of slice.endpoints) {
    const identity = endpointIdentity(endpoint);
    const wanted = left.get(identity);
    if (wanted === undefined) continue;
    endpoints.push(wanted);
    isUpdated ||= !sameEndpoint(wanted, endpoint);
    left.delete(identity);
  }
  const isSmaller = endpoints.length < slice.endpoints.length;
  if (isSmaller && endpoints.length === 0) return { slice, endpoints, state: 'remove' };
  if (isSmaller || isUpdated || !sameData(slice.metadata.labels, labels)) return { slice, endpoints, state: 'update' };
  return unchanged(slice);
}

function unchanged(slice: EndpointSlice): Bin {
  return { slice, endpoints: slice.endpoints, state: 'unchanged' };
}

/** The fullest slice that has room for all. Source: util/endpointslice: GetSliceToFill. */
function bestFit(bins: readonly Bin[], count: number, maximum: number): Bin | undefined {
  let best: Bin | undefined;
  for (const bin of bins) {
    if (bin.state !== 'unchanged' || bin.endpoints.length + count > maximum) continue;
    if (best === undefined || bin.endpoints.length > best.endpoints.length) best = bin;
  }
  return best;
}
