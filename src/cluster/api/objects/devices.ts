import type { KubernetesObject, QuantityText, StringMap } from './meta.js';
import type { NodeSelectorTerm } from './pod.js';

/** Objects of dynamic resource allocation: resource.k8s.io/v1. Field names and meanings are those of Kubernetes. */

export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
}

export interface DeviceSelector {
  readonly cel?: { readonly expression: string };
}

export interface DeviceToleration {
  readonly key?: string;
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: string;
}

/** What is asked of one device or several of a class. */
export interface DeviceWish {
  readonly deviceClassName: string;
  readonly selectors?: readonly DeviceSelector[];
  /** Filled in by the API server, as is `count` (1). */
  readonly allocationMode?: 'ExactCount' | 'All';
  readonly count?: number;
  /** Only of `exactly`: the device is watched over, not taken. */
  readonly adminAccess?: boolean;
  readonly tolerations?: readonly DeviceToleration[];
  readonly capacity?: { readonly requests?: Readonly<Record<string, QuantityText>> };
}

export interface DeviceSubRequest extends DeviceWish {
  readonly name: string;
}

export interface DeviceRequest {
  readonly name: string;
  readonly exactly?: DeviceWish;
  /** Alternatives, the best one first. */
  readonly firstAvailable?: readonly DeviceSubRequest[];
}

export interface DeviceConstraint {
  /** Names of requests, or of alternatives as `request/alternative`; none: all. */
  readonly requests?: readonly string[];
  readonly matchAttribute?: string;
  readonly distinctAttribute?: string;
}

/** For the driver; the scheduler passes it on. */
export interface DeviceConfiguration {
  readonly opaque?: { readonly driver: string; readonly parameters: unknown };
}

export interface ResourceClaimSpec {
  readonly devices: {
    readonly requests?: readonly DeviceRequest[];
    readonly constraints?: readonly DeviceConstraint[];
    readonly config?: readonly (DeviceConfiguration & { readonly requests?: readonly string[] })[];
  };
}

/** A device that a claim has, or shares. */
export interface AllocatedDevice {
  /** `request`, or `request/alternative`. */
  readonly request: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly adminAccess?: boolean;
  readonly tolerations?: readonly DeviceToleration[];
  readonly shareID?: string;
  readonly consumedCapacity?: Readonly<Record<string, QuantityText>>;
}

export interface AllocationResult {
  readonly devices: {
    readonly results: readonly AllocatedDevice[];
    readonly config?: readonly (DeviceConfiguration & {
      readonly source: 'FromClass' | 'FromClaim';
      readonly requests?: readonly string[];
    })[];
  };
  /** Nodes that can use the devices; undefined: all. */
  readonly nodeSelector?: NodeSelector;
  /** When it was allocated (us). */
  readonly allocationTimestamp?: number;
}

/** A pod that uses a claim. */
export interface ClaimConsumer {
  readonly resource: string;
  readonly name: string;
  readonly uid: string;
}

export interface ResourceClaim extends KubernetesObject {
  readonly spec: ResourceClaimSpec;
  readonly status: {
    readonly allocation?: AllocationResult;
    readonly reservedFor?: readonly ClaimConsumer[];
  };
}

export interface ResourceClaimTemplate extends KubernetesObject {
  readonly spec: {
    readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap };
    readonly spec: ResourceClaimSpec;
  };
}

export interface DeviceClass extends KubernetesObject {
  readonly spec: {
    readonly selectors?: readonly DeviceSelector[];
    readonly config?: readonly DeviceConfiguration[];
    /** Pods may ask for its devices as for an extended resource of this name. */
    readonly extendedResourceName?: string;
  };
}

/** Exactly one field is given. */
export interface DeviceAttribute {
  readonly int?: number;
  readonly bool?: boolean;
  readonly string?: string;
  readonly version?: string;
}

/** Amounts of a capacity that may be asked for. */
export interface CapacityRequestPolicy {
  readonly default?: QuantityText;
  readonly validValues?: readonly QuantityText[];
  readonly validRange?: { readonly min?: QuantityText; readonly max?: QuantityText; readonly step?: QuantityText };
}

export interface DeviceCapacity {
  readonly value: QuantityText;
  readonly requestPolicy?: CapacityRequestPolicy;
}

type Counters = Readonly<Record<string, { readonly value: QuantityText }>>;

/** Which nodes can use a slice, or a device of one that leaves it to its devices; exactly one field is given. */
interface NodeChoice {
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
  readonly allNodes?: boolean;
}

export interface Device extends NodeChoice {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, DeviceAttribute>>;
  readonly capacity?: Readonly<Record<string, DeviceCapacity>>;
  readonly consumesCounters?: readonly { readonly counterSet: string; readonly counters: Counters }[];
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly bindsToNode?: boolean;
  readonly bindingConditions?: readonly string[];
  readonly allowMultipleAllocations?: boolean;
}

export interface CounterSet {
  readonly name: string;
  readonly counters: Counters;
}

/** Devices that a driver offers: part of a pool, which is complete when all slices of its newest generation are there. */
export interface ResourceSlice extends KubernetesObject {
  readonly spec: NodeChoice & {
    readonly driver: string;
    readonly pool: { readonly name: string; readonly generation: number; readonly resourceSliceCount: number };
    readonly perDeviceNodeSelection?: boolean;
    readonly devices?: readonly Device[];
    readonly sharedCounters?: readonly CounterSet[];
  };
}
