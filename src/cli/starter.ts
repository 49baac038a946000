/** The scenario that `wavetank init` writes: small, commented, good to change. */
export function starterScenario(name: string): string {
  return STARTER.replaceAll('NAME', name);
}

const STARTER = `# yaml-language-server: $schema=./scenario.schema.json
#
# A web server behind a Service, 50 requests a second, a rolling update in the middle.
# Play it:        wavetank run NAME.yaml
# Change a value: wavetank run NAME.yaml --set replicas=5
# Compare values: wavetank sweep NAME.yaml --vary replicas=2..4 --seeds 5
scenario: NAME
seed: 42                # same file, same seed: same result, on every machine
duration: 3m            # virtual time
warmup: 30s             # left out of the summary figures

cluster:
  preset: managed       # latencies of the control plane: managed | bare-metal | large | edge
  nodes:
    - { pool: general, count: 3, cpu: 4, memory: 16Gi, zones: [a, b, c], price: 0.19/h }

parameters: { replicas: 3, surge: 25% }   # used below as \${replicas}; change them with --set, vary them with --vary

manifests:              # Kubernetes objects in place; files and patterns such as ./manifests/*.yaml work too
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec:
      replicas: "\${replicas}"
      selector: { matchLabels: { app: web } }
      strategy: { rollingUpdate: { maxSurge: "\${surge}", maxUnavailable: 0 } }
      template:
        metadata: { labels: { app: web } }
        spec:
          containers:
            - name: web
              image: example.com/web:v1
              ports: [{ containerPort: 8080 }]
              resources: { requests: { cpu: 250m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
              readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 5 }
              lifecycle: { preStop: { sleep: { seconds: 5 } } }
  - apiVersion: v1
    kind: Service
    metadata: { name: web }
    spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }

workloads:              # how the software inside the containers behaves
  web:                  # pods labelled app=web
    image: 80MiB
    start: lognormal(p50=1s, p99=3s)      # from container start to being able to serve
    concurrency: 8                        # requests worked on at the same time in one pod
    requests:
      default: { cpu: exponential(4ms) }  # CPU time that a request needs

traffic:
  visitors:
    to: http://web/
    rate: 50/s
    from: 15s             # the first pods are ready by then
    timeout: 1s
    retries: 1

timeline:               # what an operator types, and what goes wrong
  - 1m30s: kubectl set image deployment/web web=example.com/web:v2

expect:                 # exit status 1 when one does not hold
  - availability(visitors) >= 99.9%
  - p99(visitors) < 250ms
  - duration(rollout deployment/web) < 1m
`;
