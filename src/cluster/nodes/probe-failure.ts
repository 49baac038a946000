import type { IntOrString } from '../api/objects/meta.js';
import type { Container, Probe } from '../api/objects/pod.js';

/** kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_Probe */
const DEFAULT_TIMEOUT_SECONDS = 1;

/**
 * What a probe says when nobody listens. What a command prints then is its own affair: nothing, here.
 * Source: kubernetes v1.36.3 pkg/probe/http, tcp and grpc, on what Go's net package says.
 */
export function probeFailure({ ports = [] }: Container, probe: Probe, ip: string): string {
  const { httpGet, tcpSocket, grpc, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = probe;
  const address = (port: IntOrString): string =>
    `${ip}:${ports.find(({ name }) => name === port)?.containerPort ?? port}`;
  const refusal = (port: IntOrString): string => `dial tcp ${address(port)}: connect: connection refused`;
  if (httpGet !== undefined) {
    const { path = '/', port, scheme = 'HTTP' } = httpGet;
    const url = `${scheme.toLowerCase()}://${address(port)}${path.startsWith('/') ? path : `/${path}`}`;
    return `Get "${url}": ${refusal(port)}`;
  }
  if (tcpSocket !== undefined) return refusal(tcpSocket.port);
  if (grpc === undefined) return '';
  const service = address(grpc.port);
  return `timeout: failed to connect service "${service}" within ${timeoutSeconds}s: context deadline exceeded`;
}
