import type { Draw } from '../../kernel/random.js';
import type { Service, ServicePort, ServiceSpec } from './objects/network.js';
import { type FieldError, invalid } from './validation/field-error.js';

/**
 * Addresses that the API server gives to Services while it stores them: cluster IPs and node ports.
 * Source: kubernetes v1.36.3 pkg/registry/core/service/{ipallocator,portallocator,storage/alloc.go}.
 */
export interface ServiceAddresses {
  /** Lowest address that can be given, as a 32-bit number (the network's own address is left out). */
  readonly firstIp: number;
  readonly ipCount: number;
  readonly usedIps: Set<number>;
  readonly firstPort: number;
  readonly portCount: number;
  readonly usedPorts: Set<number>;
}

/** Default service network. Source: kubeadm v1.36: DefaultServicesSubnet. */
export const DEFAULT_SERVICE_CIDR = '10.96.0.0/12';
/** Source: kubernetes v1.36.3 pkg/kubeapiserver/options/options.go: DefaultServiceNodePortRange. */
export const DEFAULT_NODE_PORTS = { first: 30000, count: 2768 } as const;

/** A free set of addresses; the first one belongs to the Service `kubernetes` of the API server itself. */
export function createServiceAddresses(serviceCidr: string = DEFAULT_SERVICE_CIDR): ServiceAddresses {
  const [network, bits] = serviceCidr.split('/');
  const firstIp = ipNumber(network!)! + 1;
  // The network's own address and the broadcast address are never given.
  const ipCount = networkSize(Number(bits)) - 2;
  return {
    firstIp,
    ipCount,
    usedIps: new Set([firstIp]),
    firstPort: DEFAULT_NODE_PORTS.first,
    portCount: DEFAULT_NODE_PORTS.count,
    usedPorts: new Set(),
  };
}

export type AssignResult =
  | { readonly ok: true; readonly service: Service }
  /** Faults of what was asked for (422), or `exhausted`: nothing is left to give (500). */
  | { readonly ok: false; readonly errors: readonly FieldError[]; readonly exhausted?: string };

/**
 * Gives a Service the addresses its type needs and takes back those of its previous version that it no longer has. Nothing
 * changes when it is refused.
 */
export function assignAddresses(
  addresses: ServiceAddresses,
  service: Service,
  draw: Draw,
  previous?: Service,
): AssignResult {
  const kept = previous === undefined ? service.spec : carryOver(service.spec, previous.spec);
  const before = previous === undefined ? emptyUse() : useOf(previous.spec);
  const ip = assignClusterIp(addresses, kept, before, draw);
  if (!ip.ok) return ip;
  const ports = assignNodePorts(addresses, ip.spec, before, draw);
  if (!ports.ok) return ports;
  const after = useOf(ports.spec);
  replaceUse(addresses.usedIps, before.ips, after.ips);
  replaceUse(addresses.usedPorts, before.ports, after.ports);
  return { ok: true, service: { ...service, spec: ports.spec } };
}

/** Gives back the addresses of a Service that is gone. */
export function releaseAddresses(addresses: ServiceAddresses, service: Service): void {
  const use = useOf(service.spec);
  for (const ip of use.ips) addresses.usedIps.delete(ip);
  for (const port of use.ports) addresses.usedPorts.delete(port);
}

export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type !== 'ExternalName' && spec.clusterIP !== 'None';
}

export function needsNodePorts(spec: ServiceSpec): boolean {
  if (spec.type === 'LoadBalancer') return spec.allocateLoadBalancerNodePorts !== false;
  return spec.type === 'NodePort';
}

function needsHealthCheckNodePort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

interface AddressUse {
  readonly ips: ReadonlySet<number>;
  readonly ports: ReadonlySet<number>;
}

function emptyUse(): AddressUse {
  return { ips: new Set(), ports: new Set() };
}

function useOf(spec: ServiceSpec): AddressUse {
  const ip = needsClusterIp(spec) ? ipNumber(spec.clusterIP ?? '') : undefined;
  const ports = (spec.ports ?? []).map(({ nodePort = 0 }) => nodePort).filter((port) => port !== 0);
  const healthPort = spec.healthCheckNodePort ?? 0;
  return {
    ips: new Set(ip === undefined ? [] : [ip]),
    ports: new Set(healthPort === 0 ? ports : [...ports, healthPort]),
  };
}

function replaceUse(used: Set<number>, before: ReadonlySet<number>, after: ReadonlySet<number>): void {
  for (const address of before) used.delete(address);
  for (const address of after) used.add(address);
}

type SpecResult = { readonly ok: true; readonly spec: ServiceSpec } | Extract<AssignResult, { ok: false }>;

function assignClusterIp(state: ServiceAddresses, spec: ServiceSpec, before: AddressUse, draw: Draw): SpecResult {
  if (spec.type === 'ExternalName') return { ok: true, spec };
  const asked = spec.clusterIP ?? spec.clusterIPs?.[0] ?? '';
  if (asked === 'None') return { ok: true, spec: withClusterIp(spec, 'None') };
  if (asked === '') {
    const free = pickFree(state.usedIps, state.firstIp, state.ipCount, ipBand(state.ipCount), draw);
    if (free === undefined) return exhausted('a serviceIP');
    return { ok: true, spec: withClusterIp(spec, ipText(free)) };
  }
  const number = ipNumber(asked);
  if (number === undefined) return { ok: true, spec }; // left to validation
  const refuse = (why: string): SpecResult => {
    const detail = `failed to allocate IP ${asked}: ${why}`;
    return { ok: false, errors: [invalid('spec.clusterIPs', [asked], detail)] };
  };
  if (number < state.firstIp || number >= state.firstIp + state.ipCount) {
    const network = `${ipText(state.firstIp - 1)}/${Math.clz32(state.ipCount + 1)}`;
    return refuse(`the provided network does not match the current range of ${network}`);
  }
  if (state.usedIps.has(number) && !before.ips.has(number)) return refuse('provided IP is already allocated');
  return { ok: true, spec: withClusterIp(spec, asked) };
}

function withClusterIp(spec: ServiceSpec, clusterIP: string): ServiceSpec {
  return { ...spec, clusterIP, clusterIPs: spec.clusterIPs ?? [clusterIP] };
}

function assignNodePorts(state: ServiceAddresses, spec: ServiceSpec, before: AddressUse, draw: Draw): SpecResult {
  const taken = new Set(state.usedPorts);
  for (const port of before.ports) taken.delete(port);
  const nodePortOf = new Map<number, number>();
  const ports: ServicePort[] = [];
  for (const [i, port] of (spec.ports ?? []).entries()) {
    const known = nodePortOf.get(port.port);
    const asked = port.nodePort ?? 0;
    if (!needsNodePorts(spec)) {
      ports.push(port);
    } else if (known !== undefined && (asked === 0 || asked === known)) {
      // One port number of a Service has one node port, whatever its protocols.
      ports.push({ ...port, nodePort: known });
    } else {
      const wanted = asked === 0 ? askedByTwin(spec, port.port) : asked;
      const refusal = wanted === 0 ? undefined : refuseNodePort(state, wanted, taken);
      if (refusal !== undefined) return { ok: false, errors: [invalid(`spec.ports[${i}].nodePort`, wanted, refusal)] };
      const nodePort = wanted === 0 ? freeNodePort(state, taken, draw) : wanted;
      if (nodePort === undefined) return exhausted('a nodePort');
      taken.add(nodePort);
      if (known === undefined) nodePortOf.set(port.port, nodePort);
      ports.push({ ...port, nodePort });
    }
  }
  const withPorts: ServiceSpec = spec.ports === undefined ? spec : { ...spec, ports };
  return needsHealthCheckNodePort(spec)
    ? assignHealthCheckPort(state, withPorts, taken, draw)
    : { ok: true, spec: withPorts };
}

function assignHealthCheckPort(state: ServiceAddresses, spec: ServiceSpec, taken: Set<number>, draw: Draw): SpecResult {
  const asked = spec.healthCheckNodePort ?? 0;
  const refusal = asked === 0 ? undefined : refuseNodePort(state, asked, taken);
  if (refusal !== undefined) {
    const detail = `failed to allocate requested HealthCheck NodePort ${asked}: ${refusal}`;
    return { ok: false, errors: [invalid('spec.healthCheckNodePort', asked, detail)] };
  }
  const port = asked === 0 ? freeNodePort(state, taken, draw) : asked;
  return port === undefined
    ? exhausted('a HealthCheck NodePort')
    : { ok: true, spec: { ...spec, healthCheckNodePort: port } };
}

function exhausted(what: string): Extract<AssignResult, { ok: false }> {
  return { ok: false, errors: [], exhausted: `failed to allocate ${what}: range is full` };
}

/** The node port that another entry of the same port number asks for, 0 if none does. */
function askedByTwin(spec: ServiceSpec, port: number): number {
  return (spec.ports ?? []).find((twin) => twin.port === port && (twin.nodePort ?? 0) !== 0)?.nodePort ?? 0;
}

/** What is wrong with a node port that lies outside the range, in Kubernetes' words. */
export function nodePortOutside(
  port: number,
  first: number = DEFAULT_NODE_PORTS.first,
  count: number = DEFAULT_NODE_PORTS.count,
): string | undefined {
  const last = first + count - 1;
  if (port >= first && port <= last) return undefined;
  return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
}

function refuseNodePort(state: ServiceAddresses, port: number, taken: ReadonlySet<number>): string | undefined {
  const outside = nodePortOutside(port, state.firstPort, state.portCount);
  if (outside !== undefined) return outside;
  return taken.has(port) ? 'provided port is already allocated' : undefined;
}

function freeNodePort(state: ServiceAddresses, taken: ReadonlySet<number>, draw: Draw): number | undefined {
  return pickFree(taken, state.firstPort, state.portCount, portBand(state.portCount), draw);
}

/** Lower addresses kept for those who ask for one by name. Source: ipallocator/interfaces.go: calculateRangeOffset. */
function ipBand(count: number): number {
  return count <= 16 ? 0 : Math.min(Math.max(16, Math.floor(count / 16)), 256);
}

/** Source: portallocator/allocator.go: calculateRangeOffset. */
function portBand(count: number): number {
  return count <= 16 ? 0 : Math.min(Math.max(16, Math.floor(count / 32)), 128);
}

/** The first free number at or after a random one above the band, going round; in the band when nothing else is left. */
function pickFree(
  used: ReadonlySet<number>,
  first: number,
  count: number,
  band: number,
  draw: Draw,
): number | undefined {
  const upper = firstFree(used, first + band, count - band, draw);
  return upper ?? (band === 0 ? undefined : firstFree(used, first, band, draw));
}

function firstFree(used: ReadonlySet<number>, first: number, count: number, draw: Draw): number | undefined {
  const start = Math.floor(draw() * count);
  for (let i = 0; i < count; i++) {
    const candidate = first + ((start + i) % count);
    if (!used.has(candidate)) return candidate;
  }
  return undefined;
}

/**
 * What an update takes over from the version before: addresses it does not mention stay, those that its new type has no use for go
 * if the update left them as they were.
 * Source: kubernetes v1.36.3 pkg/registry/core/service/storage/alloc.go: patchAllocatedValues, strategy.go: dropTypeDependentFields.
 */
export function carryOver(spec: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  return keepAllocated(dropUnused(normalised(spec, previous), previous), previous);
}

/** The list follows the single address when only that was changed. */
function normalised(spec: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  const { clusterIPs, ...rest } = spec;
  const isListUnchanged = (clusterIPs ?? []).join() === (previous.clusterIPs ?? []).join();
  if (spec.clusterIP === previous.clusterIP || !isListUnchanged) return spec;
  return (spec.clusterIP ?? '') === '' ? rest : { ...rest, clusterIPs: [spec.clusterIP!] };
}

function dropUnused(spec: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  let kept = spec;
  if (spec.type === 'ExternalName' && previous.type !== 'ExternalName' && spec.clusterIP === previous.clusterIP) {
    const { clusterIP: _clusterIP, clusterIPs: _clusterIPs, ...rest } = kept;
    kept = rest;
  }
  if (needsNodePorts(previous) && !needsNodePorts(spec)) {
    const before = new Set((previous.ports ?? []).map(({ nodePort = 0 }) => nodePort));
    const ports = (kept.ports ?? []).map((port) => {
      const { nodePort = 0, ...rest } = port;
      return nodePort !== 0 && before.has(nodePort) ? rest : port;
    });
    kept = { ...kept, ports };
  }
  if (!needsHealthCheckNodePort(spec) && spec.healthCheckNodePort === previous.healthCheckNodePort) {
    const { healthCheckNodePort: _healthCheckNodePort, ...rest } = kept;
    kept = rest;
  }
  return kept;
}

function keepAllocated(spec: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  let kept = spec;
  if (
    needsClusterIp(spec) &&
    needsClusterIp(previous) &&
    (spec.clusterIP ?? '') === '' &&
    previous.clusterIP !== undefined
  ) {
    kept = { ...kept, clusterIP: previous.clusterIP, clusterIPs: previous.clusterIPs ?? [previous.clusterIP] };
  }
  if (needsNodePorts(spec) && needsNodePorts(previous)) {
    const portOf = new Map((previous.ports ?? []).map((port) => [portIdentity(port), port.nodePort ?? 0]));
    const ports = (kept.ports ?? []).map((port) => {
      const nodePort = (port.nodePort ?? 0) === 0 ? portOf.get(portIdentity(port)) : undefined;
      return nodePort === undefined || nodePort === 0 ? port : { ...port, nodePort };
    });
    kept = { ...kept, ports };
  }
  if (
    needsHealthCheckNodePort(spec) &&
    needsHealthCheckNodePort(previous) &&
    previous.healthCheckNodePort !== undefined
  ) {
    kept = { ...kept, healthCheckNodePort: spec.healthCheckNodePort ?? previous.healthCheckNodePort };
  }
  return kept;
}

function portIdentity(port: ServicePort): string {
  return `${port.protocol ?? 'TCP'}/${port.port}`;
}

/** A dotted IPv4 address as a number, undefined for any other text. */
export function ipNumber(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    number = number * 256 + Number(part);
  }
  return number;
}

export function ipText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** Addresses of a network with so many leading bits fixed (at least 1). */
function networkSize(bits: number): number {
  return (0x80000000 >>> (bits - 1)) >>> 0;
}
