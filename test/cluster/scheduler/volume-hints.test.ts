import { describe, expect, it } from 'vitest';
import type { Pod, Volume } from '../../../src/cluster/api/objects/pod.js';
import type { StorageDriver, StorageNode, VolumeAttachment } from '../../../src/cluster/api/objects/storage.js';
import { createCluster } from '../../../src/cluster/scheduler/cluster.js';
import type { ClusterEvent } from '../../../src/cluster/scheduler/cluster-event.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { mayHelp } from '../../../src/cluster/scheduler/queueing-hints.js';
import { node, pod } from './scheduler-world.js';
import { boundVolume, CLOUD, capacityOf, claimOf, driverOf, storageNode } from './volume-objects.js';

/** reference/scheduling.md 1.4: the rows of the volume plugins. */

const cluster = createCluster();
const mounting = (claimName: string, name = 'p'): Pod =>
  pod(name, 1, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] });
const naming = (source: Omit<Volume, 'name'>, name = 'p'): Pod => pod(name, 1, { volumes: [{ name: 'v', ...source }] });
const waiting = mounting('data');

type Row = readonly [string, ClusterEvent, boolean];

function hints(plugin: string, pending: Pod, rows: readonly Row[]): void {
  describe(plugin, () => {
    for (const [what, event, helps] of rows) {
      it(`${what}: ${helps ? 'tries again' : 'waits on'}`, () => {
        expect(mayHelp(cluster, podClassOf(cluster, pending), [plugin], event)).toBe(helps);
      });
    }
  });
}

const before = node('n1');
const nodeAdd: ClusterEvent = { type: 'NodeAdd', node: node('n2') };
const taint: ClusterEvent = { type: 'NodeTaint', before, node: before };
const label: ClusterEvent = { type: 'NodeLabel', before, node: before };
const ours = claimOf('data');
const others = claimOf('logs');
const claimAdd = (object = ours): ClusterEvent => ({ type: 'Claim', object });
const claimUpdate = (object = ours): ClusterEvent => ({ type: 'Claim', before: object, object });
const podDelete = (one: Pod): ClusterEvent => ({
  type: 'PodDelete',
  pod: one,
  podClass: podClassOf(cluster, one),
});
const elsewhere = { ...mounting('data', 'q'), metadata: { ...mounting('data', 'q').metadata, namespace: 'other' } };
const csiNode = (from: StorageNode | undefined, object: StorageNode): ClusterEvent => ({
  type: 'StorageNode',
  before: from,
  object,
});

hints('VolumeRestrictions', waiting, [
  ['its claim comes', claimAdd(), true],
  ['its claim changes', claimUpdate(), false],
  ['another claim comes', claimAdd(others), false],
  ['a pod with its claim goes', podDelete(mounting('data', 'q')), true],
  ['a pod with another claim goes', podDelete(mounting('logs', 'q')), false],
  ['a pod with a claim of that name elsewhere goes', podDelete(elsewhere), false],
  ['a node comes', nodeAdd, true],
  ['a taint changes', taint, true],
  ['a label changes', label, false],
]);
const gce = (readOnly: boolean) => ({ gcePersistentDisk: { pdName: 'disk', readOnly } });
hints('VolumeRestrictions', naming(gce(true)), [
  ['a pod that writes its disk goes', podDelete(naming(gce(false), 'q')), true],
  ['a pod that reads its disk goes', podDelete(naming(gce(true), 'q')), false],
]);

const attachment = { kind: 'VolumeAttachment', metadata: { name: 'a' } } as VolumeAttachment;
hints('NodeVolumeLimits', waiting, [
  ['a CSINode comes', csiNode(undefined, storageNode('n1', { d: 1 })), true],
  ['a limit grows', csiNode(storageNode('n1', { d: 1 }), storageNode('n1', { d: 2 })), true],
  ['a limit shrinks', csiNode(storageNode('n1', { d: 2 }), storageNode('n1', { d: 1 })), false],
  ['a limit goes', csiNode(storageNode('n1', { d: 2 }), storageNode('n1', { d: undefined })), false],
  ['a driver comes to the node', csiNode(storageNode('n1', {}), storageNode('n1', { d: 2 })), true],
  ['a pod with a claim goes', podDelete(mounting('logs', 'q')), true],
  ['a pod with an old-style disk goes', podDelete(naming(gce(false), 'q')), true],
  ['a pod without disks goes', podDelete(pod('q')), false],
  ['its claim comes', claimAdd(), true],
  ['another claim comes', claimAdd(others), false],
  ['a disk is detached', { type: 'AttachmentDelete', object: attachment }, true],
  ['a node comes', nodeAdd, false],
  ['a taint changes', taint, false],
]);
hints('NodeVolumeLimits', pod('p'), [['a disk is detached', { type: 'AttachmentDelete', object: attachment }, false]]);

const volume = boundVolume('disk', 'a');
const annotated = { ...storageNode('n1', {}), metadata: { ...storageNode('n1', {}).metadata, annotations: {} } };
const migrated = { 'storage.alpha.kubernetes.io/migrated-plugins': 'kubernetes.io/gce-pd' };
const allowed = { ...CLOUD, allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }] };
const driver = (from: StorageDriver | undefined, object: StorageDriver): ClusterEvent => ({
  type: 'StorageDriver',
  before: from,
  object,
});
hints('VolumeBinding', waiting, [
  ['its claim comes', claimAdd(), true],
  ['its claim changes', claimUpdate(), true],
  ['another claim changes', claimUpdate(others), false],
  ['a volume changes', { type: 'Volume', before: volume, object: volume }, true],
  ['a class comes', { type: 'StorageClass', object: CLOUD }, true],
  ['a class allows other places', { type: 'StorageClass', before: CLOUD, object: allowed }, true],
  ['a class changes otherwise', { type: 'StorageClass', before: CLOUD, object: { ...CLOUD } }, false],
  ['a node comes', nodeAdd, true],
  ['a label changes', label, true],
  ['a taint changes', taint, true],
  ['a CSINode comes', csiNode(undefined, annotated), true],
  [
    'plugins of a node are migrated',
    csiNode(annotated, { ...annotated, metadata: { ...annotated.metadata, annotations: migrated } }),
    true,
  ],
  ['a limit grows', csiNode(storageNode('n1', { d: 1 }), storageNode('n1', { d: 2 })), false],
  ['a driver stops counting that is none of its', driver(driverOf(true), driverOf(false)), false],
  ['room is told of', { type: 'StorageCapacity', object: capacityOf('c', '1Gi') }, true],
  ['room grows', { type: 'StorageCapacity', before: capacityOf('c', '1Gi'), object: capacityOf('c', '2Gi') }, true],
  ['room shrinks', { type: 'StorageCapacity', before: capacityOf('c', '2Gi'), object: capacityOf('c', '1Gi') }, false],
]);
hints('VolumeBinding', naming({ csi: { driver: CLOUD.provisioner } }), [
  ['its driver stops counting', driver(driverOf(true), driverOf(false)), true],
  ['its driver starts counting', driver(driverOf(false), driverOf(true)), false],
]);

const placed = { ...volume, metadata: { ...volume.metadata, labels: { 'topology.kubernetes.io/zone': 'a' } } };
hints('VolumeZone', waiting, [
  ['its claim changes', claimUpdate(), true],
  ['another claim changes', claimUpdate(others), false],
  ['a volume comes', { type: 'Volume', object: volume }, true],
  ['a volume gets a zone', { type: 'Volume', before: volume, object: placed }, true],
  ['a volume changes otherwise', { type: 'Volume', before: placed, object: { ...placed } }, false],
  ['a class comes whose claims wait', { type: 'StorageClass', object: CLOUD }, true],
  ['another class comes', { type: 'StorageClass', object: { ...CLOUD, volumeBindingMode: 'Immediate' } }, false],
  ['a class changes', { type: 'StorageClass', before: CLOUD, object: allowed }, false],
  ['a node comes', nodeAdd, true],
  ['a label changes', label, true],
  ['a taint changes', taint, true],
]);
