import type { Micros } from '../../../kernel/time.js';

/** `key -> value` pairs of labels, annotations and equality selectors. */
export type StringMap = Readonly<Record<string, string>>;

/** A quantity as written in a manifest, for example "500m" or 2. */
export type QuantityText = string | number;

/** Resource name -> quantity, for example { cpu: "500m", memory: "64Mi" }. */
export type ResourceList = Readonly<Record<string, QuantityText>>;

export type IntOrString = number | string;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/**
 * Metadata as in the Kubernetes API, with two differences that are ours: points in time are virtual microseconds
 * (Kubernetes stores whole seconds: use `wholeSeconds` where a rule depends on that), and `resourceVersion` is a number.
 * Objects are never changed once stored: an update stores a new object.
 */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for kinds without a namespace. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: number;
  readonly generation: number;
  readonly creationTimestamp: Micros;
  readonly deletionTimestamp?: Micros;
  readonly deletionGracePeriodSeconds?: number;
  readonly generateName?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

/** What every stored object has. Kinds that the simulator does not play are stored as exactly this, with their fields. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: Micros;
  readonly lastUpdateTime?: Micros;
  readonly lastProbeTime?: Micros;
  readonly lastHeartbeatTime?: Micros;
  readonly observedGeneration?: number;
}
