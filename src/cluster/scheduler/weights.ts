/** Weights of the score plugins: kubernetes v1.36.3 pkg/scheduler/apis/config/v1/default_plugins.go: getDefaultPlugins. */
export const WEIGHTS = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  /** Scores 0 for pods without resource claims; claims come with part 3 of the project. */
  DynamicResources: 2,
  NodeResourcesFit: 1,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
} as const;
