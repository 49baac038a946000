import type { KubernetesObject, LabelSelector, QuantityText, ResourceList } from './meta.js';
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
  readonly status: {
    readonly phase?: 'Pending' | 'Bound' | 'Lost';
    readonly accessModes?: readonly string[];
    readonly capacity?: ResourceList;
  };
}

/** The claim that a volume is for, or is bound to: then with its uid. */
export interface ClaimReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

export interface PersistentVolume extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly capacity?: ResourceList;
    readonly claimRef?: ClaimReference;
    readonly persistentVolumeReclaimPolicy?: 'Retain' | 'Delete' | 'Recycle';
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } };
    /** A disk of a storage driver: attached to a node before it is mounted. */
    readonly csi?: { readonly driver: string; readonly volumeHandle: string };
  };
  readonly status: {
    readonly phase?: 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed';
    readonly message?: string;
  };
}

export interface StorageClass extends KubernetesObject {
  readonly provisioner: string;
  readonly reclaimPolicy?: 'Retain' | 'Delete';
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly allowVolumeExpansion?: boolean;
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

export interface TopologySelectorTerm {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** The wish that a disk be attached to a node, and whether it is. */
export interface VolumeAttachment extends KubernetesObject {
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName: string };
  };
  readonly status: { readonly attached: boolean };
}

/** CSIDriver. */
export interface StorageDriver extends KubernetesObject {
  readonly spec: {
    readonly attachRequired?: boolean;
    /** Its volumes are made only where a CSIStorageCapacity tells of room for them. */
    readonly storageCapacity?: boolean;
  };
}

/** CSINode: the storage drivers that run on a node, and how many of their disks it can hold. */
export interface StorageNode extends KubernetesObject {
  readonly spec: { readonly drivers: readonly StorageNodeDriver[] };
}

export interface StorageNodeDriver {
  readonly name: string;
  readonly nodeID: string;
  readonly topologyKeys?: readonly string[];
  /** Without a count there is no limit. */
  readonly allocatable?: { readonly count?: number };
}

/** CSIStorageCapacity: room for volumes of a class, reachable from some nodes. */
export interface StorageCapacity extends KubernetesObject {
  readonly storageClassName: string;
  /** Undefined: from no node. */
  readonly nodeTopology?: LabelSelector;
  readonly capacity?: QuantityText;
  readonly maximumVolumeSize?: QuantityText;
}
