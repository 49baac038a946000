import { SECOND_US } from '../../../kernel/time.js';
import type { Service } from '../../api/objects/network.js';

/**
 * Time that a cloud takes to build a load balancer, from the Service to the address in its status. Estimate: 30 to 120 s
 * (reference/network.md section 1); its middle on the scale of ratios.
 */
export const PROVISIONING_US = 60 * SECOND_US;

/** Does the Service want a load balancer that it has not got? */
export function lacksLoadBalancer({ metadata, spec, status }: Service): boolean {
  return (
    spec.type === 'LoadBalancer' &&
    spec.loadBalancerClass === undefined &&
    metadata.deletionTimestamp === undefined &&
    (status.loadBalancer?.ingress ?? []).length === 0
  );
}

const HOSTS_PER_BLOCK = 254;

/** The balancer's address: of TEST-NET-3 (RFC 5737), which nobody else has, then of the block for benchmarks (RFC 2544). */
export function balancerAddress(index: number): string {
  if (index < HOSTS_PER_BLOCK) return `203.0.113.${index + 1}`;
  const host = index - HOSTS_PER_BLOCK;
  return `198.18.${Math.floor(host / HOSTS_PER_BLOCK)}.${(host % HOSTS_PER_BLOCK) + 1}`;
}
