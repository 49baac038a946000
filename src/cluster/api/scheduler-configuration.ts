import type { NodeAffinity, TopologySpreadConstraint } from './objects/pod.js';

/** The name of the profile of pods that name none: kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec. */
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/**
 * What a scheduler is configured with, as it is written: kubescheduler.config.k8s.io/v1, KubeSchedulerConfiguration (k8s.io/kube-scheduler
 * v0.36.3 config/v1/types.go). Fields without an effect on decisions, their order or their time are left out.
 */
export interface KubeSchedulerConfiguration {
  readonly clientConnection?: { readonly qps?: number | undefined; readonly burst?: number | undefined } | undefined;
  readonly percentageOfNodesToScore?: number | undefined;
  readonly podInitialBackoffSeconds?: number | undefined;
  readonly podMaxBackoffSeconds?: number | undefined;
  readonly profiles?: readonly KubeSchedulerProfile[] | undefined;
}

export interface KubeSchedulerProfile {
  readonly schedulerName?: string | undefined;
  readonly percentageOfNodesToScore?: number | undefined;
  readonly plugins?: Plugins | undefined;
  readonly pluginConfig?: readonly PluginConfig[] | undefined;
}

/** Points at which plugins are asked. MultiPoint stands for all that a plugin extends. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

export type Plugins = { readonly [P in ExtensionPoint | 'multiPoint']?: PluginSet | undefined };

interface PluginSet {
  readonly enabled?: readonly EnabledPlugin[] | undefined;
  readonly disabled?: readonly { readonly name: string }[] | undefined;
}

export interface EnabledPlugin {
  readonly name: string;
  /** Of a score plugin; 0 or absent = 1. */
  readonly weight?: number | undefined;
}

/** Arguments by plugin: those named here are played. */
export interface PluginArgs {
  readonly DefaultPreemption: {
    readonly minCandidateNodesPercentage?: number | undefined;
    readonly minCandidateNodesAbsolute?: number | undefined;
  };
  readonly InterPodAffinity: {
    readonly hardPodAffinityWeight?: number | undefined;
    readonly ignorePreferredTermsOfExistingPods?: boolean | undefined;
  };
  readonly NodeAffinity: { readonly addedAffinity?: NodeAffinity | undefined };
  readonly NodeResourcesBalancedAllocation: { readonly resources?: readonly ResourceSpec[] | undefined };
  readonly NodeResourcesFit: {
    readonly ignoredResources?: readonly string[] | undefined;
    readonly ignoredResourceGroups?: readonly string[] | undefined;
    readonly scoringStrategy?:
      | {
          readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
          readonly resources?: readonly ResourceSpec[] | undefined;
          readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] } | undefined;
        }
      | undefined;
  };
  readonly PodTopologySpread: {
    readonly defaultConstraints?: readonly TopologySpreadConstraint[] | undefined;
    readonly defaultingType?: 'System' | 'List' | undefined;
  };
  readonly VolumeBinding: { readonly bindTimeoutSeconds?: number | undefined };
}

export interface PluginConfig {
  readonly name: string;
  /** `PluginArgs[name]`, for a name that is there. */
  readonly args?: object | undefined;
}

export interface ResourceSpec {
  readonly name: string;
  /** 0 or absent = 1. */
  readonly weight?: number | undefined;
}

export interface UtilizationShapePoint {
  /** Percent in use. */
  readonly utilization: number;
  /** 0 to 10. */
  readonly score: number;
}
