import type { KubernetesObject, LabelSelector, ResourceList } from './meta.js';

export interface PersistentVolumeClaim extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList };
    readonly selector?: LabelSelector;
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
  };
  readonly status: { readonly phase?: 'Pending' | 'Bound' | 'Lost' };
}
