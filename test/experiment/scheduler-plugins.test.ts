import { describe, expect, it } from 'vitest';
import { evaluateExpectations } from '../../src/experiment/expect/evaluate.js';
import { identityOf } from '../../src/experiment/identity.js';
import { loadScenario } from '../../src/experiment/load.js';
import { run } from '../../src/experiment/run.js';
import { summarize } from '../../src/results/summary.js';
import { memoryFiles } from '../scenario/memory-files.js';

/** Plugins of the scheduler, played from manifests to bindings: what each scenario expects must hold. */

const HEAD = `
duration: 3m
cluster:
  nodes:
    - { pool: general, count: 2, cpu: 4, memory: 8Gi, zones: [a, b], images: all }
`;
const DISKS = `
  - apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: { name: disk, annotations: { storageclass.kubernetes.io/is-default-class: "true" } }
    provisioner: disk.csi.example.com
    volumeBindingMode: WaitForFirstConsumer
`;
const TIMES = '  parameters: { diskCreate: 2s, diskDelete: 2s, diskAttach: 5s, diskDetach: 5s';
const claim = (name: string, mode = 'ReadWriteOnce') => `
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: { name: ${name} }
    spec: { accessModes: [${mode}], resources: { requests: { storage: 10Gi } } }
`;
const pod = (name: string, spec: string) => `
  - apiVersion: v1
    kind: Pod
    metadata: { name: ${name}, labels: { app: ${name} } }
    spec: { containers: [{ name: c, image: "example.com/c:v1" }], ${spec} }
`;
const mounting = (claimName: string) => `volumes: [{ name: v, persistentVolumeClaim: { claimName: ${claimName} } }]`;
const SCRATCH = `volumes: [{ name: scratch, ephemeral: { volumeClaimTemplate: { spec: {
      accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } } } }]`;
const ON_FIRST = 'nodeSelector: { kubernetes.io/hostname: general-1 }';

const DEVICES = `
  - apiVersion: resource.k8s.io/v1
    kind: DeviceClass
    metadata: { name: gpu }
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] }
${['general-1', 'general-2']
  .map(
    (name) => `
  - apiVersion: resource.k8s.io/v1
    kind: ResourceSlice
    metadata: { name: ${name}-gpus }
    spec:
      driver: gpu.example.com
      nodeName: ${name}
      pool: { name: ${name}, generation: 1, resourceSliceCount: 1 }
      devices: [{ name: gpu-0 }, { name: gpu-1 }, { name: gpu-2 }, { name: gpu-3 }]`,
  )
  .join('')}
`;
const ONE_GPU = 'devices: { requests: [{ name: gpu, exactly: { deviceClassName: gpu } }] }';
const TEMPLATE = `
  - apiVersion: resource.k8s.io/v1
    kind: ResourceClaimTemplate
    metadata: { name: one-gpu }
    spec: { spec: { ${ONE_GPU} } }
`;
const BY_NAME = 'resourceClaims: [{ name: gpu, resourceClaimName: shared }]';
const BY_TEMPLATE = 'resourceClaims: [{ name: gpu, resourceClaimTemplateName: one-gpu }]';

const SCENARIOS: Readonly<Record<string, string>> = {
  // Two nodes with four devices each, and ten pods that need one.
  DynamicResources: `${HEAD}
manifests:
${DEVICES}${TEMPLATE}
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: train }
    spec:
      replicas: 10
      selector: { matchLabels: { app: train } }
      template:
        metadata: { labels: { app: train } }
        spec: { containers: [{ name: c, image: "example.com/c:v1", resources: { claims: [{ name: gpu }] } }], ${BY_TEMPLATE} }
timeline:
  - 60s: kubectl scale deployment train --replicas=8
  - 90s: kubectl scale deployment train --replicas=2
  - 120s: kubectl scale deployment train --replicas=6
expect:
  - count(pods, app=train, phase=Running) = 8 at 59s
  - count(events, reason=FailedScheduling) = 2 at 59s
  - count(resourceclaims) = 10 at 59s
  - count(resourceclaims) = 8 at 89s
  - count(pods, app=train, phase=Running) = 2 at 119s
  - count(resourceclaims) = 2 at 119s
  - count(pods, app=train, phase=Running) = 6 at 179s
`,
  // The pod waits for what it names, piece by piece, without an attempt.
  'DynamicResources, in the wrong order': `${HEAD}
manifests:
${DEVICES}${pod('early', BY_TEMPLATE)}
timeline:
  - 30s: kubectl create -f template.yaml
expect:
  - count(events, reason=FailedResourceClaimCreation) > 3 at 29s
  - pod/early:status.phase = Pending at 29s
  - count(events, reason=FailedScheduling) = 0
  - pod/early:status.phase = Running at 60s
`,
  // A claim stays where its first pod is; when that is gone its devices go back, and may come from elsewhere.
  'DynamicResources, shared': `${HEAD}
manifests:
${DEVICES}
  - apiVersion: resource.k8s.io/v1
    kind: ResourceClaim
    metadata: { name: shared }
    spec: { ${ONE_GPU} }
${pod('one', `${ON_FIRST}, ${BY_NAME}`)}
timeline:
  - 10s: kubectl create -f other.yaml
  - 60s: kubectl delete pod one --grace-period=1
expect:
  - pod/one:spec.nodeName = general-1 at 9s
  - resourceclaim/shared:status.allocation.devices.results[0].device = gpu-0 at 9s
  - pod/other:status.phase = Pending at 59s
  - >-
    pod/other:status.conditions[0].message = "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1
    resourceclaim not available on the node. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling." at 59s
  - pod/other:spec.nodeName = general-2 at 90s
  - resourceclaim/shared:status.allocation.devices.results[0].pool = general-2 at 90s
`,
  // A selector that fails ends the attempt; the pod is tried again after its back-off, as nothing tells of the mistake's end.
  'DynamicResources, a mistake': `${HEAD}
manifests:
${DEVICES}
  - apiVersion: resource.k8s.io/v1
    kind: ResourceClaim
    metadata: { name: shared }
    spec:
      devices:
        requests:
          - name: gpu
            exactly:
              deviceClassName: gpu
              selectors: [{ cel: { expression: 'device.attributes["gpu.example.com"].model == "x"' } }]
${pod('one', BY_NAME)}
expect:
  - pod/one:status.conditions[0].reason = SchedulerError at 10s
  - >-
    pod/one:status.conditions[0].message = 'running "DynamicResources" filter plugin: claim default/shared: selector #0: CEL
    runtime error: no such key: model' at 10s
  - count(events, reason=FailedScheduling) > 1 at 60s
`,
  // The gates are opened one by one; the pod may ask for more of its node meanwhile.
  SchedulingGates: `${HEAD}
manifests:
${pod('gated', 'schedulingGates: [{ name: example.com/quota }, { name: example.com/budget }]')}
timeline:
  - 30s: kubectl patch pod gated -p '{"spec":{"schedulingGates":[{"name":"example.com/quota","$patch":"delete"}]}}'
  - 60s: kubectl patch pod gated -p '{"spec":{"nodeSelector":{"kubernetes.io/hostname":"general-2"}}}'
  - 90s: kubectl patch pod gated -p '{"spec":{"schedulingGates":null}}'
expect:
  - pod/gated:status.conditions[0].reason = SchedulingGated at 80s
  - >-
    pod/gated:status.conditions[0].message = "Scheduling is blocked due to non-empty scheduling gates" at 80s
  - pod/gated:status.phase = Pending between 1s and 90s
  - count(events, reason=FailedScheduling) = 0
  - pod/gated:spec.nodeName = general-2 at 91s
`,
  // Nobody may put a gate on a pod that has none: the patch fails, the pod stays where it is.
  'SchedulingGates, added': `${HEAD}
manifests:
${pod('open', ON_FIRST)}
timeline:
  - 30s: kubectl patch pod open -p '{"spec":{"schedulingGates":[{"name":"example.com/late"}]}}'
expect:
  - pod/open:spec.nodeName = general-1 at 1s
`,
  // Two disks a node: the third waits until one is detached.
  NodeVolumeLimits: `${HEAD}${TIMES}, disksPerNode: 2 }
manifests:
${DISKS}${claim('one')}${claim('two')}${claim('three')}
${pod('one', `${ON_FIRST}, ${mounting('one')}`)}${pod('two', `${ON_FIRST}, ${mounting('two')}`)}
timeline:
  - 30s: kubectl create -f three.yaml
  - 60s: kubectl delete pod one --grace-period=1
expect:
  - csinode/general-1:spec.drivers[0].allocatable.count = 2
  - count(pods, phase=Running) = 2 at 25s
  - pod/three:status.phase = Pending between 31s and 60s
  - >-
    count(events, reason=FailedScheduling, message="0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1
    node(s) exceed max volume count. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims
    found for incoming pod, 1 Preemption is not helpful for scheduling.") > 0
  - pod/three:status.phase = Running at 2m
`,
  // A CSINode among the manifests says it for one node.
  'NodeVolumeLimits, by manifest': `${HEAD}${TIMES} }
manifests:
  - apiVersion: storage.k8s.io/v1
    kind: CSINode
    metadata: { name: general-1 }
    spec: { drivers: [{ name: disk.csi.example.com, nodeID: general-1, allocatable: { count: 0 } }] }
${DISKS}${claim('one')}${pod('one', mounting('one'))}
expect:
  - pod/one:spec.nodeName = general-2 at 20s
`,
  // A claim for one pod alone: the second waits for the first to go.
  'VolumeRestrictions, ReadWriteOncePod': `${HEAD}${TIMES} }
manifests:
${DISKS}${claim('only', 'ReadWriteOncePod')}${pod('first', mounting('only'))}
timeline:
  - 30s: kubectl create -f second.yaml
  - 60s: kubectl delete pod first --grace-period=1
expect:
  - pod/second:status.phase = Pending between 31s and 60s
  - count(events, reason=FailedScheduling) > 0
  - pod/second:status.phase = Running at 2m
`,
  // Two pods that write one disk go to two nodes.
  'VolumeRestrictions, disks': `${HEAD}
manifests:
${pod('first', 'volumes: [{ name: v, gcePersistentDisk: { pdName: data } }]')}
${pod('second', 'volumes: [{ name: v, gcePersistentDisk: { pdName: data } }]')}
${pod('third', 'volumes: [{ name: v, gcePersistentDisk: { pdName: data } }]')}
expect:
  - count(pods, node=general-1) = 1 at 1m
  - count(pods, node=general-2) = 1 at 1m
  - count(events, reason=FailedScheduling) > 0
`,
  // A volume that tells its zone by a label alone.
  VolumeZone: `${HEAD}
manifests:
  - apiVersion: v1
    kind: PersistentVolume
    metadata: { name: old, labels: { failure-domain.beta.kubernetes.io/zone: b } }
    spec: { capacity: { storage: 20Gi }, accessModes: [ReadWriteOnce], storageClassName: shelf, hostPath: { path: /old } }
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: { name: data }
    spec: { accessModes: [ReadWriteOnce], storageClassName: shelf, resources: { requests: { storage: 3Gi } } }
${pod('one', mounting('data'))}
expect:
  - pod/one:spec.nodeName = general-2 at 30s
`,
  // A driver that tells how much it has, and has it in zone b.
  'VolumeBinding, storage capacity': `${HEAD}${TIMES} }
manifests:
  - apiVersion: storage.k8s.io/v1
    kind: CSIDriver
    metadata: { name: disk.csi.example.com }
    spec: { storageCapacity: true }
  - apiVersion: storage.k8s.io/v1
    kind: CSIStorageCapacity
    metadata: { name: in-b }
    storageClassName: disk
    nodeTopology: { matchLabels: { topology.kubernetes.io/zone: b } }
    capacity: 50Gi
${DISKS}${claim('one')}${pod('one', mounting('one'))}${pod('here', `${ON_FIRST}, ${mounting('here')}`)}${claim('here')}
expect:
  - pod/one:spec.nodeName = general-2 at 20s
  - pod/here:status.phase = Pending at 2m
  - count(events, reason=FailedScheduling) > 0
`,
  // A volume that lives as long as its pod: its claim comes after the pod, and goes with it; it counts among the node's disks.
  'VolumeBinding, ephemeral volumes': `${HEAD}${TIMES}, disksPerNode: 1 }
manifests:
${DISKS}${['one', 'two', 'three'].map((name) => pod(name, SCRATCH)).join('')}
timeline:
  - 60s: kubectl delete pod one --grace-period=1
expect:
  - persistentvolumeclaim/one-scratch:status.phase = Bound at 30s
  - count(pods, phase=Running) = 2 at 50s
  - count(persistentvolumeclaims) = 2 at 3m
  - count(pods, phase=Running) = 2 at 3m
`,
  // Every kubelet declares what this pod needs.
  NodeDeclaredFeatures: `${HEAD}
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: { name: one }
    spec:
      containers:
        - name: c
          image: example.com/c:v1
          restartPolicy: Never
          restartPolicyRules: [{ action: RestartAllContainers, exitCodes: { operator: In, values: [7] } }]
expect:
  - pod/one:status.phase = Running at 1m
`,
};

const FILES = {
  'three.yaml': `---${pod('three', `${ON_FIRST}, ${mounting('three')}`).replaceAll(/^ {2}(?:- | {2})/gm, '')}`,
  'second.yaml': `---${pod('second', mounting('only')).replaceAll(/^ {2}(?:- | {2})/gm, '')}`,
  'other.yaml': `---${pod('other', `nodeSelector: { kubernetes.io/hostname: general-2 }, ${BY_NAME}`).replaceAll(/^ {2}(?:- | {2})/gm, '')}`,
  'template.yaml': `---${TEMPLATE.replaceAll(/^ {2}(?:- | {2})/gm, '')}`,
};

describe('plugins of the scheduler in a scenario', () => {
  for (const [name, text] of Object.entries(SCENARIOS)) {
    it(name, () => {
      const files = memoryFiles({ ...FILES, 'one.yaml': `scenario: one${text}` });
      const { scenario, diagnostics } = loadScenario('one.yaml', files, {});
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(errors.map(({ line, message }) => `${line} ${message}`)).toEqual([]);
      const played = run(scenario!);
      const summary = summarize(played.tables, identityOf(scenario!, played, '', []));
      const outcomes = evaluateExpectations(played.assembly.world, summary, 'one.yaml');
      const failed = outcomes.filter(({ verdict }) => verdict !== 'pass');
      expect(failed.map(({ text: wanted, seen, when }) => `${wanted}: saw ${seen} ${when}`)).toEqual([]);
    });
  }
});
