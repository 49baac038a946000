import { type DrawKey, keyedChoice, keyedUniform, mix } from './keyed-draws.js';
import { seenVersion } from './proxies.js';
import { countLocal } from './endpoints.js';
import type { BalancerState, NetworkWorld } from './world.js';

/** Looks for a node in service at random before it searches them all. */
const RANDOM_LOOKS = 32;

/**
 * The node to which the external balancer of a Service sends a new connection: any that its health checks keep in. With
 * none in, it fails open, as cloud balancers do: any node. -1 without nodes.
 */
export function balancerNode(world: NetworkWorld, serviceIndex: number, key: DrawKey): number {
  const { network, nodes } = world;
  const count = nodes.hosts.count;
  if (count === 0) return -1;
  const balancer = balancerOf(world, serviceIndex);
  let look = key;
  for (let looks = 0; looks < RANDOM_LOOKS; looks++) {
    const node = keyedChoice(look, network.keys.entry, count);
    if (isIncluded(world, balancer, serviceIndex, node)) return node;
    look = mix(look + 1);
  }
  for (let node = 0; node < count; node++) if (isIncluded(world, balancer, serviceIndex, node)) return node;
  return keyedChoice(key, network.keys.entry, count);
}

/** Lets the probes since the last look have happened, then says whether the node gets connections. */
function isIncluded(world: NetworkWorld, balancer: BalancerState, serviceIndex: number, node: number): boolean {
  const healthy = observe(world, balancer, serviceIndex, node);
  const now = world.kernel.now;
  if (healthy !== balancer.included[node]!) {
    const { probeIntervalUs, failures, successes } = world.network.parameters.balancer;
    const phase = keyedUniform(mix(node), world.network.keys.probe);
    const probesUntil = (at: number): number => Math.floor(at / probeIntervalUs + phase);
    const probes = probesUntil(now) - probesUntil(balancer.since[node]!);
    if (probes >= (healthy === 1 ? successes : failures)) balancer.included[node] = healthy;
  }
  return balancer.included[node] === 1;
}

/** Notes since when a node answers probes as it does now; gives that: 0 or 1. */
function observe(world: NetworkWorld, balancer: BalancerState, serviceIndex: number, node: number): number {
  const healthy = answersProbe(world, serviceIndex, node) ? 1 : 0;
  if (healthy !== balancer.healthy[node]!) {
    balancer.healthy[node] = healthy;
    balancer.since[node] = world.kernel.now;
  }
  return healthy;
}

/** A node has died or come back: the balancers' probes find out even while no request asks for it. */
export function noteNode(world: NetworkWorld, node: number): void {
  for (const [serviceIndex, { balancer }] of world.network.services.entries()) {
    if (balancer !== null && node < balancer.included.length) isIncluded(world, balancer, serviceIndex, node);
  }
}

/**
 * externalTrafficPolicy Cluster: kube-proxy's health port answers on every live node; Local: it also needs an endpoint of
 * its own (kubernetes v1.36.3 pkg/proxy/healthcheck).
 */
function answersProbe(world: NetworkWorld, serviceIndex: number, node: number): boolean {
  if (world.nodes.hosts.reachable[node] !== 1) return false;
  const version = seenVersion(world, node, serviceIndex);
  if (!version.exists) return false;
  return !version.externalLocal || countLocal(world, version.ready, node) > 0;
}

/** Nodes that the balancer sees for the first time are in: it registers them when it finds them healthy. */
function balancerOf(world: NetworkWorld, serviceIndex: number): BalancerState {
  const record = world.network.services[serviceIndex]!;
  const count = world.nodes.hosts.count;
  const known = record.balancer;
  if (known !== null && known.included.length >= count) return known;
  const from = known?.included.length ?? 0;
  const larger: BalancerState = {
    included: new Uint8Array(count).fill(1, from),
    healthy: new Uint8Array(count).fill(1, from),
    since: new Float64Array(count).fill(world.kernel.now, from),
  };
  if (known !== null) {
    larger.included.set(known.included);
    larger.healthy.set(known.healthy);
    larger.since.set(known.since);
  }
  record.balancer = larger;
  return larger;
}
