import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/scenario/diagnostics.js';
import { load } from './memory-files.js';

const template = (name: string, spec = '', image = 'd:1'): string =>
  `{ metadata: { labels: { app: ${name} } }, spec: { ${spec} containers: [ { name: c, image: "${image}" } ] } }`;
const deployment = (name: string, spec = ''): string =>
  `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name} }, spec: { selector: { matchLabels: { app: ${name} } }, template: ${template(name, spec)} } }`;
const job = (name: string, more = ''): string =>
  `{ apiVersion: batch/v1, kind: Job, metadata: { name: ${name} }, spec: { ${more} template: ${template(name, 'restartPolicy: Never,')} } }`;
const cronJob = (name: string): string =>
  `{ apiVersion: batch/v1, kind: CronJob, metadata: { name: ${name} }, spec: { schedule: "* * * * *", jobTemplate: { spec: { template: ${template(name, 'restartPolicy: Never,')} } } } }`;
const pod = (container: string, spec = ''): string =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { ${spec} containers: [ { name: c, image: c, ${container} } ] } }`;

interface Parts {
  readonly manifests?: readonly string[];
  readonly workloads?: string;
  readonly timeline?: readonly string[];
}

/** `line: message` of each diagnostic. Manifests stand on line 4, workloads on line 5. */
function told({ manifests = [], workloads = '', timeline = [] }: Parts): string[] {
  const text = `scenario: warnings
duration: 1m
cluster: { nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi } ] }
manifests: [ ${manifests.join(', ')} ]
workloads: { ${workloads} }
timeline: [ ${timeline.map((command) => `{ 10s: ${JSON.stringify(command)} }`).join(', ')} ]
`;
  return load(text).diagnostics.map(
    ({ severity, line, message, hint }) => `${severity} ${line}: ${message}${hint === '' ? '' : `; ${hint}`}`,
  );
}

describe('ConfigMaps and Secrets that nothing creates', () => {
  it.each([
    [
      'env: [ { name: A, valueFrom: { secretKeyRef: { name: x, key: k } } } ]',
      '',
      'Secret',
      'CreateContainerConfigError',
    ],
    [
      'env: [ { name: A, valueFrom: { configMapKeyRef: { name: x, key: k } } } ]',
      '',
      'ConfigMap',
      'CreateContainerConfigError',
    ],
    ['envFrom: [ { secretRef: { name: x } } ]', '', 'Secret', 'CreateContainerConfigError'],
    ['', 'volumes: [ { name: v, secret: { secretName: x } } ],', 'Secret', 'FailedMount'],
    [
      '',
      'volumes: [ { name: v, projected: { sources: [ { configMap: { name: x } } ] } } ],',
      'ConfigMap',
      'FailedMount',
    ],
  ])('%s %s', (container, spec, kind, reason) => {
    const manifest = pod(container, spec);
    const message = `pod/p refers to ${kind} x, which nothing creates: in Kubernetes it would wait (${reason}); not played`;
    expect(told({ manifests: [manifest] })).toEqual([`warning 4: ${message}`]);
    // One that a command creates will do, but not in another namespace.
    const create = `kubectl create ${kind === 'Secret' ? 'secret generic' : 'configmap'} x --from-literal=k=v`;
    expect(told({ manifests: [manifest], timeline: [create] })).toEqual([]);
    expect(told({ manifests: [manifest], timeline: [`${create} -n kube-system`] })).toEqual([`warning 4: ${message}`]);
  });

  it('are no matter where the reference is optional, or the cluster brings it', () => {
    const optional = pod('envFrom: [ { configMapRef: { name: x, optional: true } } ]');
    const root = pod(
      '',
      'volumes: [ { name: v, projected: { sources: [ { configMap: { name: kube-root-ca.crt } } ] } } ],',
    );
    expect(told({ manifests: [optional] })).toEqual([]);
    expect(told({ manifests: [root] })).toEqual([]);
  });

  it('are told once for each that needs them', () => {
    const spec = 'volumes: [ { name: v, secret: { secretName: x } }, { name: w, secret: { secretName: x } } ],';
    const notes = told({ manifests: [deployment('a', spec), deployment('b', spec)] });
    expect(notes.map((note) => note.slice(0, 24))).toEqual(['warning 4: deployment/a ', 'warning 4: deployment/b ']);
  });
});

describe('what else is named and nothing creates', () => {
  const claim = (kind: string, spec: string): string =>
    `{ apiVersion: ${kind === 'ResourceClaim' ? 'resource.k8s.io/v1' : 'v1'}, kind: ${kind}, metadata: { name: x }, spec: { ${spec} } }`;
  const DISK = 'accessModes: [ ReadWriteOnce ], resources: { requests: { storage: 1Gi } }';
  const set = `{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: db }, spec: { serviceName: db, selector: { matchLabels: { app: db } }, template: ${template('db')}, volumeClaimTemplates: [ { metadata: { name: data }, spec: { storageClassName: fast, ${DISK} } } ] } }`;
  const autoscaler = `{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: a }, spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: wbe } } }`;
  const mounting = (name: string): string =>
    deployment('web', `volumes: [ { name: v, persistentVolumeClaim: { claimName: ${name} } } ],`);
  const storageClass = (name: string): string =>
    `{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: ${name} }, provisioner: x }`;

  it.each([
    [
      [deployment('web', 'serviceAccountName: x,')],
      'refers to ServiceAccount x, which nothing creates: its pods are refused',
    ],
    [[pod('', 'serviceAccountName: x,')], 'pod/p refers to ServiceAccount x, which nothing creates: it is refused'],
    [[mounting('data')], 'refers to PersistentVolumeClaim data, which nothing creates: its pods stay Pending'],
    [[pod('', 'resourceClaims: [ { name: g, resourceClaimName: x } ],')], 'refers to ResourceClaim x, which'],
    [[pod('', 'resourceClaims: [ { name: g, resourceClaimTemplateName: x } ],')], 'refers to ResourceClaimTemplate x,'],
    [
      [claim('ResourceClaim', 'devices: { requests: [ { name: r, exactly: { deviceClassName: gpu } } ] }')],
      'resourceclaim/x asks for the DeviceClass "gpu", which nothing creates: pods that need it stay Pending',
    ],
    [[set], 'statefulset/db asks for the StorageClass "fast", which nothing creates'],
    [[claim('PersistentVolumeClaim', `storageClassName: fsat, ${DISK}`), storageClass('fast')], 'did you mean "fast"?'],
    [
      [deployment('web'), autoscaler],
      'scales deployment/wbe, which nothing creates: it does nothing; did you mean "web"?',
    ],
  ])('%s', (manifests, message) => {
    expect(told({ manifests })).toEqual([expect.stringContaining(message)]);
  });

  it('is none of what clusters, StatefulSets and commands make', () => {
    expect(told({ manifests: [pod('', 'serviceAccountName: default,')] })).toEqual([]);
    expect(told({ manifests: [set, storageClass('fast'), mounting('data-db-0')] })).toEqual([]);
    const account = 'kubectl create serviceaccount x';
    expect(told({ manifests: [pod('', 'serviceAccountName: x,')], timeline: [account] })).toEqual([]);
  });

  it('is told at the field that names it', () => {
    const manifest = pod('', 'serviceAccountName: missing,');
    const text = `scenario: a\nduration: 1m\ncluster: { nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi } ] }\nmanifests: [ ${manifest} ]\n`;
    const [{ column, length, line }] = load(text).diagnostics as [Diagnostic];
    expect(text.split('\n')[line - 1]!.slice(column - 1, column - 1 + length)).toBe('missing');
  });
});

describe('names of resources', () => {
  it.each([
    ['cpus', 'did you mean "cpu"?'],
    ['mem', 'did you mean "memory"?'],
  ])('%s is told once, at the key', (name, hint) => {
    const notes = told({ manifests: [pod(`resources: { requests: { ${name}: 1 } }`)] });
    expect(notes).toEqual([
      `error 4: Invalid value: "${name}": must be a standard resource type or fully qualified; ${hint}`,
    ]);
  });
});

describe('Jobs that never end', () => {
  it.each([
    [job('j'), '', 'job/j never ends: its pods run until they are stopped (no workload matches them)'],
    [job('j'), 'j: { start: 1s }', '(workload "j" says no run:)'],
    [cronJob('j'), 'j: { fails: never-ready }', 'cronjob/j never ends'],
  ])('%s with %s', (manifest, workloads, message) => {
    const notes = told({ manifests: [manifest], workloads });
    expect(notes).toEqual([expect.stringContaining(message)]);
    expect(notes[0]).toContain('warning 4: ');
  });

  it.each([
    [job('j'), 'j: { run: 5s }'],
    [job('j'), 'j: { fails: { after: 5s } }'],
    [job('j'), 'j: { select: "job-name=j", run: 5s }'],
    [job('j', 'activeDeadlineSeconds: 5,'), 'j: { start: 1s }'],
    [deployment('j'), 'j: { start: 1s }'],
  ])('not %s with %s', (manifest, workloads) => {
    expect(told({ manifests: [manifest], workloads })).toEqual([]);
  });
});

describe('pods with resource claims', () => {
  const resource = (kind: string, name: string, spec: string): string =>
    `{ apiVersion: resource.k8s.io/v1, kind: ${kind}, metadata: { name: ${name} }, spec: { ${spec} } }`;
  const pod = (source: string): string =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [{ name: c, image: i }], resourceClaims: [{ name: gpu, ${source} }] } }`;
  const asked = 'devices: { requests: [{ name: one, exactly: { deviceClassName: gpu } }] }';

  it('are played, with their devices, and nothing is said of them', () => {
    const manifests = [
      resource('DeviceClass', 'gpu', ''),
      resource('ResourceClaim', 'gpu', asked),
      resource('ResourceClaimTemplate', 'gpu', `spec: { ${asked} }`),
      resource(
        'ResourceSlice',
        'n',
        'driver: d, allNodes: true, pool: { name: p, generation: 1, resourceSliceCount: 1 }',
      ),
    ];
    expect(told({ manifests: [...manifests, pod('resourceClaimName: gpu')] })).toEqual([]);
    expect(told({ manifests: [...manifests, pod('resourceClaimTemplateName: gpu')] })).toEqual([]);
  });
});

describe('claims without a class', () => {
  const claim = (spec = ''): string =>
    `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c }, spec: { ${spec} accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }`;
  const storageClass = (isDefault: boolean): string =>
    `{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: s, annotations: { storageclass.kubernetes.io/is-default-class: "${isDefault}" } }, provisioner: example.com/disk }`;

  it('are warned of where no class is the default, with the class to add', () => {
    for (const manifests of [[claim()], [claim(), storageClass(false)]]) {
      const [note, ...others] = told({ manifests });
      expect(note).toMatch(/^warning 4: the claims of persistentvolumeclaim\/c name no StorageClass and no class is/);
      const [, added] = /add to manifests: (\{.*\})$/.exec(note!)!;
      expect(told({ manifests: [...manifests, added!] })).toEqual([]);
      expect(others).toEqual([]);
    }
  });

  it('are fine with a default class, or where they name one', () => {
    expect(told({ manifests: [claim(), storageClass(true)] })).toEqual([]);
    expect(told({ manifests: [claim('storageClassName: s,'), storageClass(false)] })).toEqual([]);
    expect(told({ manifests: [claim('storageClassName: "",')] })).toEqual([]);
  });
});

describe('workloads', () => {
  const manifests = [deployment('d')];

  it.each([
    `kubectl patch deploy d -p '{"spec":{"replicas":2}}'`,
    `kubectl patch deploy d -p '{"metadata":{"labels":{"app":"dbb"}}}'`,
    `kubectl patch deploy d --type=json -p '[{"op":"replace","path":"/spec/replicas","value":2}]'`,
    'kubectl label deploy d app=dbb --overwrite',
  ])('that match no pod are wrong, whatever %s does', (command) => {
    const [error] = told({ manifests, workloads: 'dbb: { start: 3s }', timeline: [command] });
    expect(error).toContain('error 5: workload "dbb" matches no pod');
  });

  it.each([
    `kubectl patch deploy d -p '{"spec":{"template":{"metadata":{"labels":{"app":"dbb"}}}}}'`,
    `kubectl patch deploy d --type=json -p '[{"op":"add","path":"/spec/template/metadata/labels/app","value":"dbb"}]'`,
    `kubectl patch deploy d --type=json -p '[{"op":"replace","path":"/spec/template/metadata","value":{"labels":{"app":"dbb"}}}]'`,
    'kubectl label pods --all app=dbb --overwrite',
  ])('may match after %s', (command) => {
    expect(told({ manifests, workloads: 'dbb: { start: 3s }', timeline: [command] })).toEqual([]);
  });

  it('are warned of where an earlier one takes all their pods', () => {
    const workloads = 'd: { start: 1s }, bad: { select: "app=d", whenImage: "c:bad" }';
    expect(told({ manifests, workloads })).toEqual([
      'warning 5: workload "bad" is never used: "d" before it matches all its pods, and the first that matches counts; put "bad" first',
    ]);
  });

  it.each([
    'bad: { select: "app=d", whenImage: "c:bad" }, d: { start: 1s }',
    'd: { whenImage: "d:*" }, bad: { select: "app=d", whenImage: "c:bad" }',
    'd: { start: 1s }, all: { select: "app in (d, e)" }',
  ])('are fine as %s', (workloads) => {
    expect(told({ manifests: [...manifests, deployment('e')], workloads })).toEqual([]);
  });
});

describe('priorities that the API server refuses', () => {
  const priorityClass = (name: string, value: number, more = ''): string =>
    `{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: ${name} }, value: ${value}${more} }`;

  it('a class that nothing creates, with the nearest name', () => {
    const manifests = [priorityClass('high', 5), pod('', 'priorityClassName: hihg,')];
    expect(told({ manifests })).toEqual([
      'warning 4: pod/p asks for the PriorityClass "hihg", which nothing creates: it is refused; did you mean "high"?',
    ]);
    expect(told({ manifests, timeline: ['kubectl create priorityclass hihg --value=7'] })).toEqual([]);
    expect(told({ manifests: [pod('', 'priorityClassName: system-node-critical,')] })).toEqual([]);
  });

  it('a priority that is not the one of its class', () => {
    const refused = (value: number): string =>
      `warning 4: pod/p gives the priority 7, which is not that of its PriorityClass (${value}): it is refused; name a PriorityClass instead`;
    expect(told({ manifests: [pod('', 'priority: 7,')] })).toEqual([refused(0)]);
    const high = priorityClass('high', 5);
    expect(told({ manifests: [high, pod('', 'priority: 7, priorityClassName: high,')] })).toEqual([refused(5)]);
    expect(told({ manifests: [high, pod('', 'priority: 5, priorityClassName: high,')] })).toEqual([]);
    const usual = priorityClass('usual', 7, ', globalDefault: true');
    expect(told({ manifests: [usual, pod('', 'priority: 7,')] })).toEqual([]);
  });

  it('a second default class', () => {
    const manifests = ['a', 'b'].map((name, index) => priorityClass(name, index, ', globalDefault: true'));
    expect(told({ manifests })).toEqual([
      'warning 4: priorityclass/b is refused: a is the default already, and only one can be',
    ]);
  });
});

describe('what selects no pod', () => {
  const service = (selector: string): string =>
    `{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { selector: ${selector}, ports: [ { port: 80 } ] } }`;
  const budget = `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: web }, spec: { minAvailable: 1, selector: { matchLabels: { app: wbe } } } }`;
  const aboutPods = (parts: Parts): string[] => told(parts).filter((text) => text.includes('selects no pod'));

  it('is a Service or a budget with a slip in a label', () => {
    expect(aboutPods({ manifests: [deployment('web'), service('{ app: wbe }'), budget] })).toEqual([
      'warning 4: Service "web" selects no pod of namespace default: it has no endpoints',
      'warning 4: PodDisruptionBudget "web" selects no pod of namespace default: it protects nothing',
    ]);
  });

  it('is not a Service by labels that controllers give, one without a selector, or one whose pods a command labels', () => {
    const named = service('{ app: web, statefulset.kubernetes.io/pod-name: web-0 }');
    expect(aboutPods({ manifests: [deployment('web'), named] })).toEqual([]);
    expect(aboutPods({ manifests: [service('{}')] })).toEqual([]);
    const timeline = ['kubectl label pods -l app=web app=wbe --overwrite'];
    expect(aboutPods({ manifests: [deployment('web'), service('{ app: wbe }')], timeline })).toEqual([]);
  });
});

describe('a pod that names its node', () => {
  const aboutNodes = (manifests: readonly string[]): string[] =>
    told({ manifests }).filter((text) => text.includes('names the node'));

  it('is warned of where nothing makes the node', () => {
    expect(aboutNodes([pod('', 'nodeName: g-2,')])).toEqual([
      'warning 4: pod/p names the node "g-2", which nothing makes: no kubelet runs its pods; did you mean "g-1"?',
    ]);
    expect(aboutNodes([pod('', 'nodeName: g-1,')])).toEqual([]);
  });
});
