import type { Preset } from '../cluster/api/parameters.js';
import { type Distribution, lognormalByMedian, uniform } from '../kernel/distributions.js';
import { MILLISECOND_US, type Micros, SECOND_US } from '../kernel/time.js';

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables';

/** Latencies and lags of the data plane, in microseconds. Sections are those of reference/network.md. */
export interface NetworkParameters {
  readonly proxyMode: ProxyMode;
  /** From a commit to a node's kube-proxy (section 5). */
  readonly watchDelivery: Distribution;
  /** Least time between the end of a sync and the start of the next (section 3; ipvs: 0). */
  readonly minSyncPeriodUs: Micros;
  /** Round trips of one exchange (section 11). */
  readonly sameNode: Distribution;
  readonly sameZone: Distribution;
  readonly crossZone: Distribution;
  /** Between clients outside of the cluster and its edge. Assumption: they stand in the same region. */
  readonly external: Distribution;
  /** Longest round trip across zones (section 11: 4 ms). */
  readonly crossZoneMaximumUs: Micros;
  /** Round trips before the first byte of a new connection: 1 for TCP, 2 with TLS 1.3 (section 4). */
  readonly connectRoundTrips: number;
  /** Address translation of a new connection (section 11: 0.01 ms). */
  readonly translationUs: Micros;
  readonly balancer: BalancerParameters;
}

/** The external balancer in front of Services of type LoadBalancer (section 1). */
export interface BalancerParameters {
  /** What the hop through it adds to a round trip (section 11: L4, 0.1 to 0.5 ms). */
  readonly hop: Distribution;
  readonly probeIntervalUs: Micros;
  /** Failed probes in a row that take a node out. */
  readonly failures: number;
  /** Successful probes in a row that bring it back. */
  readonly successes: number;
}

const ms = MILLISECOND_US;
const logNormal = (medianMs: number, logSd: number): Distribution => lognormalByMedian(medianMs * ms, logSd);

const BALANCER: BalancerParameters = {
  hop: uniform(0.1 * ms, 0.5 * ms),
  probeIntervalUs: 10 * SECOND_US,
  failures: 3,
  successes: 2,
};

const MANAGED: NetworkParameters = {
  proxyMode: 'iptables',
  watchDelivery: logNormal(12, 0.45),
  minSyncPeriodUs: SECOND_US,
  sameNode: logNormal(0.06, 0.35),
  sameZone: logNormal(0.2, 0.5),
  crossZone: logNormal(0.8, 0.45),
  external: logNormal(0.8, 0.45),
  crossZoneMaximumUs: 4 * ms,
  connectRoundTrips: 1,
  translationUs: 10,
  balancer: BALANCER,
};

const BARE_METAL: NetworkParameters = {
  ...MANAGED,
  watchDelivery: logNormal(8, 0.45),
  sameNode: logNormal(0.05, 0.3),
  sameZone: logNormal(0.08, 0.4),
};

export const NETWORK_PRESETS: { readonly [P in Preset]: NetworkParameters } = {
  managed: MANAGED,
  'bare-metal': BARE_METAL,
  large: { ...MANAGED, watchDelivery: logNormal(120, 0.45) },
  edge: { ...BARE_METAL, watchDelivery: logNormal(40, 0.45), external: logNormal(40, 0.5) },
  recorded: BARE_METAL,
};

/** With ipvs kube-proxy defaults to no pause between syncs (section 3). */
export function withProxyMode(parameters: NetworkParameters, proxyMode: ProxyMode): NetworkParameters {
  return { ...parameters, proxyMode, minSyncPeriodUs: proxyMode === 'ipvs' ? 0 : parameters.minSyncPeriodUs };
}

/** How long one sync of a node's proxy takes (section 3, the models with their anchors). */
export function syncUs(mode: ProxyMode, services: number, endpoints: number, changes: number): Micros {
  switch (mode) {
    case 'iptables':
      return Math.round((0.02 + 5e-6 * (3 * endpoints + 5 * services)) * SECOND_US);
    case 'nftables':
      return Math.round((0.05 + 3e-5 * services + 3.3e-8 * services * services) * SECOND_US);
    case 'ipvs':
      return Math.round((0.02 + 1e-4 * changes) * SECOND_US);
  }
}
