import { constant } from '../../src/kernel/distributions.js';
import { NETWORK_PRESETS, type NetworkParameters } from '../../src/network/parameters.js';

/** No delay anywhere: for queueing theory, which knows no network. */
export const INSTANT_NETWORK: NetworkParameters = {
  ...NETWORK_PRESETS.managed,
  watchDelivery: constant(0),
  minSyncPeriodUs: 0,
  sameNode: constant(0),
  sameZone: constant(0),
  crossZone: constant(0),
  external: constant(0),
  translationUs: 0,
  balancer: { ...NETWORK_PRESETS.managed.balancer, hop: constant(0) },
};
