import type { KubernetesObject, LabelSelector, ResourceList } from './meta.js';
import type { NodeSelectorTerm } from './pod.js';

export interface PersistentVolumeClaim extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList };
    readonly selector?: LabelSelector;
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
  };
  readonly status: { readonly phase?: 'Pending' | 'Bound' | 'Lost' };
}

export interface PersistentVolume extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly capacity?: ResourceList;
    readonly claimRef?: { readonly namespace: string; readonly name: string; readonly uid?: string };
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } };
  };
  readonly status: { readonly phase?: 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed' };
}
