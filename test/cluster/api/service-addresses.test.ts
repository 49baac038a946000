import { describe, expect, it } from 'vitest';
import type { Service, ServiceSpec } from '../../../src/cluster/api/objects/network.js';
import {
  assignAddresses,
  createServiceAddresses,
  ipNumber,
  ipText,
  releaseAddresses,
} from '../../../src/cluster/api/service-addresses.js';
import { errorText } from '../../../src/cluster/api/validation/field-error.js';

const metadata = { name: 's', namespace: 'd', uid: 'u', resourceVersion: 0, generation: 1, creationTimestamp: 0 };
const service = (spec: ServiceSpec): Service => ({ apiVersion: 'v1', kind: 'Service', metadata, spec, status: {} });
const first = (): number => 0;

function assigned(result: ReturnType<typeof assignAddresses>): ServiceSpec {
  if (!result.ok) throw new Error(result.errors.map(errorText).join() + String(result.exhausted));
  return result.service.spec;
}

function refusal(result: ReturnType<typeof assignAddresses>): string {
  return result.ok ? 'accepted' : (result.exhausted ?? result.errors.map(errorText).join());
}

describe('addresses of Services', () => {
  it('come from above the band kept for choice by hand', () => {
    const addresses = createServiceAddresses();
    const ports = [{ port: 80 }, { port: 81 }];
    const spec = assigned(assignAddresses(addresses, service({ type: 'NodePort', ports }), first));
    expect(spec.clusterIP).toBe('10.96.1.1');
    expect(spec.clusterIPs).toEqual(['10.96.1.1']);
    expect(spec.ports?.map(({ nodePort }) => nodePort)).toEqual([30086, 30087]);
    const last = assigned(assignAddresses(addresses, service({ ports: [{ port: 80 }] }), () => 0.9999999999));
    expect(last.clusterIP).toBe('10.111.255.254');
    expect(last.ports).toEqual([{ port: 80 }]);
  });

  it('are refused in the words of Kubernetes', () => {
    const addresses = createServiceAddresses('10.96.0.0/16');
    const taken = service({ type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80, nodePort: 30080 }] });
    assigned(assignAddresses(addresses, taken, first));
    expect(refusal(assignAddresses(addresses, service({ clusterIP: '10.96.0.10' }), first))).toBe(
      'spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    expect(refusal(assignAddresses(addresses, service({ clusterIP: '10.97.0.10' }), first))).toContain(
      'the provided network does not match the current range of 10.96.0.0/16',
    );
    const port = (nodePort: number): Service => service({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
    expect(refusal(assignAddresses(addresses, port(30080), first))).toBe(
      'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(refusal(assignAddresses(addresses, port(40000), first))).toBe(
      'spec.ports[0].nodePort: Invalid value: 40000: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
    releaseAddresses(addresses, taken);
    expect(refusal(assignAddresses(addresses, port(30080), first))).toBe('accepted');
  });

  it('run out', () => {
    const addresses = createServiceAddresses('10.96.0.0/29');
    for (let i = 0; i < 5; i++) assigned(assignAddresses(addresses, service({}), () => 0.5));
    expect(refusal(assignAddresses(addresses, service({}), first))).toBe(
      'failed to allocate a serviceIP: range is full',
    );
    expect(addresses.usedIps.size).toBe(6);
  });

  it('stay with a Service over updates and go when its type no longer has them', () => {
    const addresses = createServiceAddresses();
    const created = service(
      assigned(assignAddresses(addresses, service({ type: 'NodePort', ports: [{ port: 80 }] }), first)),
    );
    const kept = assigned(
      assignAddresses(addresses, service({ type: 'NodePort', ports: [{ port: 80 }] }), first, created),
    );
    expect(kept).toEqual(created.spec);
    const plain = assigned(
      assignAddresses(addresses, service({ type: 'ClusterIP', ports: [{ port: 80 }] }), first, created),
    );
    expect(plain.clusterIP).toBe(created.spec.clusterIP);
    expect(addresses.usedPorts.size).toBe(0);
    expect(assigned(assignAddresses(addresses, service({ clusterIP: 'None' }), first)).clusterIPs).toEqual(['None']);
  });

  it('share a node port between protocols of one port number', () => {
    const addresses = createServiceAddresses();
    const twins = [
      { name: 'a', port: 53, protocol: 'UDP' as const },
      { name: 'b', port: 53, protocol: 'TCP' as const },
    ];
    const drawn = assigned(assignAddresses(addresses, service({ type: 'NodePort', ports: twins }), first));
    expect(drawn.ports?.map(({ nodePort }) => nodePort)).toEqual([30086, 30086]);
    const both = [
      { name: 'a', port: 53, nodePort: 30053, protocol: 'UDP' as const },
      { name: 'b', port: 53, nodePort: 30053, protocol: 'TCP' as const },
    ];
    expect(refusal(assignAddresses(addresses, service({ type: 'NodePort', ports: both }), first))).toBe('accepted');
    const local = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] });
    expect(assigned(assignAddresses(addresses, local, first)).healthCheckNodePort).toBe(30088);
  });

  it('are written as people read them', () => {
    expect(ipText(ipNumber('10.96.255.1')!)).toBe('10.96.255.1');
    expect(ipNumber('010.1.2.3')).toBeUndefined();
    expect(ipNumber('1.2.3')).toBeUndefined();
  });
});
