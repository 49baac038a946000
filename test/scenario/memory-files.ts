import { knownParameters } from '../../src/experiment/parameters.js';
import type { FileAccess } from '../../src/scenario/files.js';
import { type LoadOptions, type LoadResult, loadScenario } from '../../src/scenario/load.js';
import { type ValidationResult, validateFile } from '../../src/scenario/validate.js';

export type FileTexts = Readonly<Record<string, string | Uint8Array>>;

/** Files in memory; patterns match by their end. */
export function memoryFiles(files: FileTexts): FileAccess {
  return {
    readFile: (path) => {
      const content = Object.hasOwn(files, path) ? files[path] : undefined;
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    glob: (pattern) => Object.keys(files).filter((path) => path.endsWith(pattern.slice(pattern.lastIndexOf('*') + 1))),
  };
}

export function load(text: string, options: Partial<LoadOptions> = {}, files: FileTexts = {}): LoadResult {
  return loadScenario('web.yaml', memoryFiles({ ...files, 'web.yaml': text }), {
    knownParameters: knownParameters(),
    ...options,
  });
}

export function validate(path: string, content: string | Uint8Array): ValidationResult {
  return validateFile(path, memoryFiles({ [path]: content }), { knownParameters: knownParameters() });
}

/** `line:code` of every error. */
export function errorsOf({ diagnostics }: Pick<LoadResult, 'diagnostics'>): string[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ line, code }) => `${line}:${code}`);
}

/** A small scenario that is right, as lines that tests replace. */
export const GOOD = `scenario: web
seed: 7
duration: 10m
warmup: 1m
cluster:
  preset: managed
  nodes:
    - { pool: general, count: 3, cpu: 4, memory: 16Gi, zones: [a, b, c], price: 0.19/h }
    - pool: batch
      count: 1
      cpu: 500m
      memory: 2Gi
      taints: ["dedicated=batch:NoSchedule"]
      images: all
parameters: { replicas: 3, surge: 25%, tag: v1 }
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      replicas: "\${replicas}"
      selector: { matchLabels: { app: web } }
      strategy: { rollingUpdate: { maxSurge: "\${surge}" } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [{ name: web, image: "example.com/web:\${tag}" }] }
  - apiVersion: v1
    kind: Service
    metadata: { name: web }
    spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
workloads:
  web:
    image: 120MiB
    start: lognormal(p50=1.2s, p99=4s)
    concurrency: 4
    requests:
      default: { cpu: exponential(3ms), calls: [{ all: [{ call: web, request: inner, probability: 5% }, [web]] }] }
      inner: { cpu: 1ms }
traffic:
  shoppers: { to: "http://web/", rate: 200/s, timeout: 1s, retries: { count: 2, budget: 20% }, connections: keep-alive(8) }
  daily: { to: web:80, rate: { daily: { "8h": 20/s, "20h": 90/s } }, arrivals: constant }
  users: { to: "http://*:30080/", users: 50, think: exponential(2s), from: 2m, until: 5m, zone: b }
timeline:
  - 8m: fail zone a for 1m
  - 5m: kubectl set image deployment/web web=example.com/web:v2
  - 6m: [ssh general-2 systemctl stop kubelet, kubectl scale deploy/web --replicas=5]
expect:
  - availability(shoppers) >= 99.9%
  - p99.9(users) < 300ms between 2m and 5m
  - deployment/web:status.readyReplicas = 3 within 30s of set image
  - count(pods, app=web, phase=Running) >= 3 always
`;
