import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/scenario/timeline.js';

/** The objects that a command makes by itself, without what every one of them has. */
function made(text: string): unknown[] {
  const { value, fault } = parseCommand(text, () => 'no files here');
  if (value === undefined) throw new Error(fault.message);
  return 'objects' in value ? [...value.objects] : [];
}

const labels = { app: 'web' };
const metadata = { name: 'web', namespace: 'default' };

// kubectl v1.36.3 --dry-run=client -o yaml, without the fields that are empty there.
const LINES: readonly (readonly [string, ...object[]])[] = [
  [
    'kubectl create deployment web --image=example.com/shop/front:v1 --replicas=3 --port=80',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, labels },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'front', image: 'example.com/shop/front:v1', ports: [{ containerPort: 80 }] }],
          },
        },
      },
    },
  ],
  [
    'kubectl run web --image=nginx:1.27',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, labels: { run: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'nginx:1.27' }],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
      },
    },
  ],
  [
    "kubectl run web --image=redis:7 -l app=web --env=MODE=fast --env A=1,2 --port=6379 --restart=Never --expose -n shop -- redis-server --save ''",
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', labels },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'redis:7',
            args: ['redis-server', '--save', ''],
            env: [
              { name: 'MODE', value: 'fast' },
              { name: 'A', value: '1,2' },
            ],
            ports: [{ containerPort: 6379 }],
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Never',
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: labels, ports: [{ port: 6379, protocol: 'TCP', targetPort: 6379 }] },
    },
  ],
  [
    `kubectl run web --image=nginx --overrides='{"spec":{"nodeName":"n1"}}' --command -- sleep 5`,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, labels: { run: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'nginx', command: ['sleep', '5'] }],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        nodeName: 'n1',
      },
    },
  ],
  [
    'kubectl create job web --image=busybox -- date',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        template: {
          spec: { containers: [{ name: 'web', image: 'busybox', command: ['date'] }], restartPolicy: 'Never' },
        },
      },
    },
  ],
  [
    "kubectl create cronjob web --image=busybox --schedule='*/5 * * * *'",
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: {
          metadata: { name: 'web' },
          spec: {
            template: { spec: { containers: [{ name: 'web', image: 'busybox' }], restartPolicy: 'OnFailure' } },
          },
        },
      },
    },
  ],
  [
    'kubectl create service clusterip web --tcp=80:8080,443 --tcp=9000:admin',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, labels },
      spec: {
        type: 'ClusterIP',
        selector: labels,
        ports: [
          { name: '80-8080', port: 80, protocol: 'TCP', targetPort: 8080 },
          { name: '443', port: 443, protocol: 'TCP', targetPort: 443 },
          { name: '9000-admin', port: 9000, protocol: 'TCP', targetPort: 'admin' },
        ],
      },
    },
  ],
  [
    'kubectl create svc nodeport web --tcp=80 --node-port=30080',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, labels },
      spec: {
        type: 'NodePort',
        selector: labels,
        ports: [{ name: '80', port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30080 }],
      },
    },
  ],
  ['kubectl create ns web', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web', namespace: '' } }],
  [
    'kubectl create quota web --hard=pods=10,requests.cpu=4 -n default',
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '10', 'requests.cpu': '4' } } },
  ],
  [
    'kubectl create pdb web --selector=app=web --min-available=50%',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { selector: { matchLabels: labels }, minAvailable: '50%' },
    },
  ],
  [
    'kubectl create priorityclass web --value=-5 --global-default --description=low',
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'web', namespace: '' },
      value: -5,
      globalDefault: true,
      preemptionPolicy: 'PreemptLowerPriority',
      description: 'low',
    },
  ],
  ['kubectl create sa web', { apiVersion: 'v1', kind: 'ServiceAccount', metadata }],
  [
    'kubectl create configmap web --from-literal=a=1 --from-literal=b=2=3',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1', b: '2=3' } },
  ],
  [
    'kubectl create secret generic web --from-literal=p=x',
    { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { p: 'x' } },
  ],
];

describe('what kubectl makes of a line', () => {
  for (const [text, ...objects] of LINES) {
    test(text, () => expect(made(text)).toEqual(objects));
  }
});
