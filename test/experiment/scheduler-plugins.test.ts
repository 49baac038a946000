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

const SCENARIOS: Readonly<Record<string, string>> = {
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
