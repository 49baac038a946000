import { serviceIndexOf } from '../network/services.js';
import type { NetworkWorld } from '../network/world.js';
import type { Micros } from '../kernel/time.js';
import type { ClientInput, SourceInput } from './model.js';
import { createTimeoutClass, type TimeoutClass } from './timeouts.js';

export const TO_SERVICE = 0;
export const TO_NODE_PORT = 1;
export const TO_BALANCER = 2;

/** One place from which requests are sent: a source, or a call in the graph. Never changes, but for what it counts. */
export interface CallSite {
  readonly index: number;
  /** -1 for a call of a service. */
  readonly source: number;
  /** The step (index into `programs.steps`) that makes the call; -1 for a source. */
  readonly step: number;
  /** TO_... */
  readonly target: number;
  /** -1 for a node port. */
  readonly serviceIndex: number;
  readonly port: number;
  /** Of a node port: its node, '' for any. */
  readonly nodeName: string;
  /** Of a source: where its clients stand; '' outside of the cluster. */
  readonly zone: string;
  readonly requestName: string;
  /** Index into `requestNames`. */
  readonly request: number;
  readonly timeoutClass: number;
  readonly retries: number;
  readonly retryBackoffUs: Micros;
  readonly retryBackoffMaximumUs: Micros;
  readonly budget: RetryBudget | null;
  readonly keepAliveConnections: number;
}

/** Requests and retries of the last seconds, in rings of one second a cell; see retries.ts. */
export interface RetryBudget {
  readonly share: number;
  readonly requests: Float64Array;
  readonly retries: Float64Array;
  second: number;
}

export const BUDGET_SECONDS = 10;

/** Call sites and what they share, while traffic is being built. */
export interface SiteTable {
  readonly sites: CallSite[];
  readonly timeouts: TimeoutClass[];
  readonly requestNames: string[];
}

export interface CallTarget {
  readonly kind: 'service' | 'node-port' | 'load-balancer';
  readonly namespace?: string;
  readonly service?: string;
  readonly node?: string;
  readonly port: number;
}

const TARGETS = { service: TO_SERVICE, 'node-port': TO_NODE_PORT, 'load-balancer': TO_BALANCER };

export function addSite(
  world: NetworkWorld,
  table: SiteTable,
  client: ClientInput,
  to: CallTarget,
  requestName: string,
  from: { readonly source: number; readonly step: number; readonly zone: string },
): number {
  const index = table.sites.length;
  table.sites.push({
    index,
    ...from,
    target: TARGETS[to.kind],
    serviceIndex: to.service === undefined ? -1 : serviceIndexOf(world, to.namespace ?? '', to.service),
    port: to.port,
    nodeName: to.node ?? '',
    requestName,
    request: indexIn(table.requestNames, requestName),
    timeoutClass: timeoutClassOf(table.timeouts, client.timeoutUs),
    retries: client.retries,
    retryBackoffUs: client.retryBackoffUs,
    retryBackoffMaximumUs: client.retryBackoffMaximumUs,
    budget: client.retryBudget === null ? null : createBudget(client.retryBudget),
    keepAliveConnections: client.keepAliveConnections,
  });
  return index;
}

export function addSourceSite(world: NetworkWorld, table: SiteTable, source: SourceInput, index: number): number {
  return addSite(world, table, source, source.to, source.request, { source: index, step: -1, zone: source.zone });
}

function createBudget(share: number): RetryBudget {
  return { share, requests: new Float64Array(BUDGET_SECONDS), retries: new Float64Array(BUDGET_SECONDS), second: 0 };
}

function timeoutClassOf(timeouts: TimeoutClass[], timeoutUs: Micros): number {
  const known = timeouts.findIndex((list) => list.timeoutUs === timeoutUs);
  return known >= 0 ? known : timeouts.push(createTimeoutClass(timeoutUs)) - 1;
}

export function indexIn(names: string[], name: string): number {
  const known = names.indexOf(name);
  return known >= 0 ? known : names.push(name) - 1;
}
