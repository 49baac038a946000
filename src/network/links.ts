import { type Distribution, sample } from '../kernel/distributions.js';
import { type DrawKey, keyedSequence, mix } from './keyed-draws.js';
import type { NetworkParameters } from './parameters.js';
import type { LinkTables, NetworkWorld } from './world.js';

const SAME_NODE = 0;
const SAME_ZONE = 1;
const CROSS_ZONE = 2;
const EXTERNAL = 3;
const BALANCER = 4;
const LINK_KINDS = 5;

/** A round trip is one of so many equally likely quantiles: one look-up instead of a logarithm and an exponential. */
const CELL_BITS = 10;
const LINK_CELLS = 1 << CELL_BITS;

/** For a client that stands on no node. */
export const OUTSIDE = -1;

export function createLinks(parameters: NetworkParameters, key: DrawKey): LinkTables {
  const roundTripsUs = new Float64Array(LINK_KINDS * LINK_CELLS);
  const { sameNode, sameZone, crossZone, external, balancer, crossZoneMaximumUs } = parameters;
  for (const [kind, distribution] of [sameNode, sameZone, crossZone, external, balancer.hop].entries()) {
    roundTripsUs.set(quantiles(distribution, key), kind * LINK_CELLS);
  }
  const crossZones = roundTripsUs.subarray(CROSS_ZONE * LINK_CELLS, (CROSS_ZONE + 1) * LINK_CELLS);
  for (const [cell, value] of crossZones.entries()) crossZones[cell] = Math.min(value, crossZoneMaximumUs);
  return { roundTripsUs };
}

/** Draws for each quantile of a distribution that takes more than one draw a value. */
const OVERSAMPLING = 16;

function quantiles(distribution: Distribution, key: DrawKey): Float64Array {
  const several = distribution.type === 'gamma' || distribution.type === 'mixture';
  if (!several) return Float64Array.from({ length: LINK_CELLS }, (_, cell) => sample(distribution, middleOf(cell)));
  const draw = keyedSequence(key, 0);
  const values = Float64Array.from({ length: LINK_CELLS * OVERSAMPLING }, () => sample(distribution, draw)).sort();
  return values.filter((_, index) => index % OVERSAMPLING === OVERSAMPLING / 2);
}

function middleOf(cell: number): () => number {
  return () => (cell + 0.5) / LINK_CELLS;
}

/** One exchange of packets between two nodes (`from` may be OUTSIDE), in microseconds. */
export function roundTripUs(world: NetworkWorld, from: number, to: number, key: DrawKey): number {
  const zones = world.nodes.hosts.zones;
  const kind = from < 0 ? EXTERNAL : from === to ? SAME_NODE : zones[from] === zones[to] ? SAME_ZONE : CROSS_ZONE;
  return cellOf(world, kind, key);
}

/** What the hop through an external balancer adds. */
export function balancerHopUs(world: NetworkWorld, key: DrawKey): number {
  return cellOf(world, BALANCER, key);
}

function cellOf(world: NetworkWorld, kind: number, key: DrawKey): number {
  const { links, keys } = world.network;
  return links.roundTripsUs[(kind << CELL_BITS) + (mix(key ^ keys.link) >>> (32 - CELL_BITS))]!;
}
