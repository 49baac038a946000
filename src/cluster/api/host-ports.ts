import type { PodSpec } from './objects/pod.js';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY_IP = '0.0.0.0';

/** Host ports of containers and sidecars: kubernetes v1.36.3 pkg/scheduler/util/utils.go: GetHostPorts. */
export function hostPortsOf(spec: PodSpec): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const ports: HostPort[] = [];
  for (const container of [...spec.containers, ...sidecars]) {
    for (const { hostPort = 0, hostIP = '', protocol = 'TCP' } of container.ports ?? []) {
      if (hostPort > 0) ports.push({ ip: hostIP === '' ? ANY_IP : hostIP, protocol, port: hostPort });
    }
  }
  return ports;
}

/** Can the two sets of ports not live on one node? */
export function portsConflict(left: readonly HostPort[], right: readonly HostPort[]): boolean {
  return left.some((wanted) => right.some((used) => conflict(wanted, used)));
}

function conflict(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === right.ip || left.ip === ANY_IP || right.ip === ANY_IP;
}
