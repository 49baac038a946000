import { createHistogram, type Histogram } from '../../kernel/histogram.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import type { Verb } from './calls.js';
import type { ApiWorld } from './world.js';

/** One client of the API server with its own token bucket, as client-go has one per client set. */
export interface ApiClient {
  /** Component name as the results show it, for example "replicaset-controller". */
  readonly name: string;
  /** Tokens a second; 0 = not limited. */
  readonly qps: number;
  readonly burst: number;
  /** When the bucket would be full again: the bucket in one number (a token lasts 1/qps). */
  fullAt: Micros;
}

/** Requests of all clients of one name (all kubelets, say), by verb and kind, for the results. */
export interface ClientUsage {
  readonly client: string;
  readonly verb: Verb;
  readonly kind: string;
  failed: number;
  /** Summed waits for the client-side limit (us). */
  throttledUs: number;
  /** From leaving the client to the answer (us). */
  readonly latency: Histogram;
}

/** By client's name, verb and kind. */
export type UsageByClient = Map<string, Map<Verb, Map<string, ClientUsage>>>;

/** Client-side limits of Kubernetes' components: reference/control-plane.md section 5. */
export const CLIENT_LIMITS = {
  /** kubernetes v1.36.3 pkg/controller/apis/config/v1alpha1/defaults.go: each controller has a client of its own. */
  controller: { qps: 20, burst: 30 },
  /** kubernetes v1.36.3 pkg/scheduler/apis/config/v1/defaults.go */
  scheduler: { qps: 50, burst: 100 },
  /** kubernetes v1.36.3 pkg/kubelet/apis/config/v1beta1/defaults.go */
  kubelet: { qps: 50, burst: 100 },
  /** kubernetes v1.36.3 cmd/kubelet/app/server.go: leases and node status are not limited. */
  heartbeat: { qps: 0, burst: 0 },
  /** client-go v0.36.3 rest/config.go, used by kubectl for everything but discovery. */
  kubectl: { qps: 5, burst: 10 },
} as const;

/** Opens a client and gives its number. */
export function openClient(
  world: ApiWorld,
  name: string,
  limits: { readonly qps: number; readonly burst: number },
): number {
  world.api.clients.push({ name, qps: limits.qps, burst: limits.burst, fullAt: 0 });
  return world.api.clients.length - 1;
}

/** Takes a token and gives when it is there: now, or later in first-come order (client-go util/flowcontrol). */
export function takeToken(world: ApiWorld, clientId: number): Micros {
  const client = world.api.clients[clientId]!;
  const now = world.kernel.now;
  if (client.qps === 0) return now;
  const tokenUs = SECOND_US / client.qps;
  const fullAt = (client.fullAt > now ? client.fullAt : now) + tokenUs;
  client.fullAt = fullAt;
  const availableAt = fullAt - client.burst * tokenUs;
  return availableAt > now ? Math.ceil(availableAt) : now;
}

export function usageOf(world: ApiWorld, client: string, verb: Verb, kind: string): ClientUsage {
  const { usage } = world.api;
  let ofClient = usage.get(client);
  if (ofClient === undefined) usage.set(client, (ofClient = new Map()));
  let ofVerb = ofClient.get(verb);
  if (ofVerb === undefined) ofClient.set(verb, (ofVerb = new Map()));
  let ofKind = ofVerb.get(kind);
  if (ofKind === undefined) {
    ofKind = { client, verb, kind, failed: 0, throttledUs: 0, latency: createHistogram() };
    ofVerb.set(kind, ofKind);
  }
  return ofKind;
}
