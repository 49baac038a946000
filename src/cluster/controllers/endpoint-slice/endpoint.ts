import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../api/objects/network.js';
import type { Node } from '../../api/objects/node.js';
import type { Pod } from '../../api/objects/pod.js';
import { isReady, isTerminal } from '../../api/pod-predicates.js';

/**
 * What a pod is in a Service's slices.
 * Source: kubernetes v1.36.3 staging k8s.io/endpointslice utils.go, util/controller_utils.go.
 */

export type AddressType = EndpointSlice['addressType'];
export type EndpointPort = EndpointSlice['ports'][number];

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** A pod counts from its first address until it ends; one that is being deleted stays in. */
export function belongsInEndpoints(pod: Pod): boolean {
  return !isTerminal(pod) && addressesOf(pod).length > 0;
}

function addressesOf({ status }: Pod): readonly string[] {
  if (status.podIPs !== undefined && status.podIPs.length > 0) return status.podIPs.map(({ ip }) => ip);
  return status.podIP === undefined || status.podIP === '' ? [] : [status.podIP];
}

/** Families of addresses that the Service has. */
export function addressTypesOf(service: Service): readonly AddressType[] {
  const families = service.spec.ipFamilies;
  if (families !== undefined && families.length > 0) return families;
  return service.spec.clusterIP?.includes(':') === true ? ['IPv6'] : ['IPv4'];
}

export function zoneOf({ metadata }: Node): string {
  return metadata.labels?.[ZONE_LABEL] ?? '';
}

/** The pod as an endpoint; undefined if it has no address of the family. */
export function endpointOf(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: AddressType,
): Endpoint | undefined {
  const addresses = addressesOf(pod).filter((address) => address.includes(':') === (addressType === 'IPv6'));
  if (addresses.length === 0) return undefined;
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { name, namespace, uid } = pod.metadata;
  const { nodeName = '', hostname = '', subdomain } = pod.spec;
  const zone = node === undefined ? '' : zoneOf(node);
  const hasHostname = hostname !== '' && subdomain === service.metadata.name;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(nodeName === '' ? {} : { nodeName }),
    ...(zone === '' ? {} : { zone }),
    ...(hasHostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** What makes two endpoints the same one, whatever their state. Source: util/controller_utils.go: hashEndpoint. */
export function endpointIdentity({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${[...addresses].sort().join(',')} ${hostname} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;
}

/** Source: util/controller_utils.go: EndpointsEqualBeyondHash. */
export function sameEndpoint(left: Endpoint, right: Endpoint): boolean {
  return (
    left.nodeName === right.nodeName &&
    left.zone === right.zone &&
    left.conditions.ready === right.conditions.ready &&
    left.conditions.serving === right.conditions.serving &&
    left.conditions.terminating === right.conditions.terminating &&
    left.targetRef?.uid === right.targetRef?.uid
  );
}

/** The ports at which this pod serves the Service; a named port that it doesn't have is left out. */
export function endpointPorts(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) });
  }
  return ports;
}

/** Source: kubernetes v1.36.3 pkg/api/v1/pod/util.go: FindPort. */
function findPort({ spec }: Pod, { port, targetPort = port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...spec.containers, ...sidecars]) {
    for (const candidate of container.ports ?? []) {
      if (candidate.name === targetPort && (candidate.protocol ?? 'TCP') === protocol) return candidate.containerPort;
    }
  }
  return undefined;
}

/** Slices are grouped by their set of ports, whatever its order. */
export function portsKey(ports: readonly EndpointPort[]): string {
  const keys = ports.map(({ name, port, protocol, appProtocol = '' }) => `${name}:${port}/${protocol}=${appProtocol}`);
  return keys.length === 1 ? keys[0]! : keys.sort().join(',');
}
