import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageCapacity,
  StorageClass,
  StorageDriver,
  StorageNode,
} from '../../../src/cluster/api/objects/storage.js';

const META = { namespace: '', resourceVersion: 1, generation: 1, creationTimestamp: 0 };

/** A class whose volumes exist already, and wait for the first pod of a claim. */
export const SHELF: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { ...META, name: 'shelf', uid: 'class-shelf' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** A class whose volumes are made. */
export const CLOUD: StorageClass = {
  ...SHELF,
  metadata: { ...META, name: 'cloud', uid: 'class-cloud' },
  provisioner: 'disk.csi.example.com',
};

/** A volume of 10 GiB in a zone, with a claim or free. */
export function boundVolume(name: string, zone: string, claimName?: string): PersistentVolume {
  const matchExpressions = [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] as const;
  const claimRef = { namespace: 'default', name: claimName ?? '', uid: `claim-${claimName}` };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { ...META, name, uid: `volume-${name}` },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '10Gi' },
      storageClassName: 'shelf',
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
      ...(claimName === undefined ? {} : { claimRef }),
    },
    status: { phase: claimName === undefined ? 'Available' : 'Bound' },
  };
}

/** A claim of 5 GiB, bound to a volume or waiting for one. */
export function claimOf(name: string, volumeName?: string, storageClassName = 'shelf'): PersistentVolumeClaim {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...META,
      name,
      namespace: 'default',
      uid: `claim-${name}`,
      ...(volumeName === undefined ? {} : { annotations }),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      storageClassName,
      ...(volumeName === undefined ? {} : { volumeName }),
    },
    status: { phase: volumeName === undefined ? 'Pending' : 'Bound' },
  };
}

/** The CSINode of a node, with the limit of each driver. */
export function storageNode(name: string, limits: Readonly<Record<string, number | undefined>>): StorageNode {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { ...META, name, uid: `csinode-${name}` },
    spec: {
      drivers: Object.entries(limits).map(([driver, count]) => ({
        name: driver,
        nodeID: name,
        ...(count === undefined ? {} : { allocatable: { count } }),
      })),
    },
  };
}

/** The driver of the class `cloud`. */
export function driverOf(storageCapacity: boolean): StorageDriver {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { ...META, name: CLOUD.provisioner, uid: 'driver' },
    spec: { storageCapacity },
  };
}

/** Room for volumes of the class `cloud`, reachable from the nodes of a zone, or from all. */
export function capacityOf(name: string, capacity: string, zone?: string): StorageCapacity {
  const matchLabels = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { ...META, name, namespace: 'default', uid: `capacity-${name}` },
    storageClassName: CLOUD.metadata.name,
    nodeTopology: { matchLabels },
    capacity,
  };
}
