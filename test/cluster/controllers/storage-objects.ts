/** Claims, volumes and classes as a client writes them. */

type Spec = Readonly<Record<string, unknown>>;

export function claim(name: string, spec: Spec = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  };
}

export function volume(name: string, size: string, spec: Spec = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: size }, hostPath: { path: '/x' }, ...spec },
  };
}

export const DRIVER = 'disk.csi.example.com';

export function storageClass(name: string, volumeBindingMode: string, more: Spec = {}): unknown {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: DRIVER,
    volumeBindingMode,
    ...more,
  };
}

export function user(name: string, claimName: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'web:v1' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  };
}
