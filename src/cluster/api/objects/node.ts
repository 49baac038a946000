import type { Micros } from '../../../kernel/time.js';
import type { Condition, KubernetesObject, ResourceList } from './meta.js';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  readonly timeAdded?: Micros;
}

export interface NodeStatus {
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly conditions?: readonly Condition[];
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[];
  /** Features of the kubelet that some pods need. */
  readonly declaredFeatures?: readonly string[];
}

export interface Node extends KubernetesObject {
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
    readonly podCIDR?: string;
    readonly providerID?: string;
  };
  readonly status: NodeStatus;
}

/** Heartbeat of a node (kube-node-lease) or of an elected leader. */
export interface Lease extends KubernetesObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: Micros;
    readonly renewTime?: Micros;
    readonly leaseTransitions?: number;
  };
}
