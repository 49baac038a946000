import type { Micros } from '../../../kernel/time.js';
import type { Condition, IntOrString, KubernetesObject, LabelSelector } from './meta.js';

export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  /** When each pod that the eviction API has let go was let go; the controller takes it off once it sees the deletion. */
  readonly disruptedPods?: { readonly [pod: string]: Micros };
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}

export interface PodDisruptionBudget extends KubernetesObject {
  readonly spec: {
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
  };
  readonly status: PodDisruptionBudgetStatus;
}
