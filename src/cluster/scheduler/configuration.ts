import { SECOND_US } from '../../kernel/time.js';
import {
  DEFAULT_SCHEDULER_NAME,
  type KubeSchedulerConfiguration,
  type KubeSchedulerProfile,
  type PluginArgs,
  type ResourceSpec,
} from '../api/scheduler-configuration.js';
import { pluginsByPoint, scoreWeights } from '../api/scheduler-plugins.js';
import type { SchedulerParameters } from './parameters.js';
import {
  DEFAULT_ARGUMENTS,
  DEFAULT_PROFILE,
  type PluginArguments,
  type ResourceWeight,
  type SchedulingProfile,
} from './profile.js';

/** What a configuration says of the scheduler; a sound one, as src/scenario finds it. What it leaves out stays as it is. */
export function configured(
  parameters: SchedulerParameters,
  configuration: KubeSchedulerConfiguration,
): SchedulerParameters {
  const { clientConnection = {}, podInitialBackoffSeconds, podMaxBackoffSeconds, profiles = [] } = configuration;
  const { qps = 0, burst = 0 } = clientConnection;
  return {
    ...parameters,
    profiles: (profiles.length === 0 ? [{}] : profiles).map((profile) => profileOf(configuration, profile)),
    // 0 stands for the default, less than 0 for no limit (client-go rest/config.go).
    qps: qps === 0 ? parameters.qps : Math.max(0, qps),
    burst: burst === 0 ? parameters.burst : burst,
    initialBackoffUs:
      podInitialBackoffSeconds === undefined ? parameters.initialBackoffUs : podInitialBackoffSeconds * SECOND_US,
    maximumBackoffUs:
      podMaxBackoffSeconds === undefined ? parameters.maximumBackoffUs : podMaxBackoffSeconds * SECOND_US,
  };
}

function profileOf(configuration: KubeSchedulerConfiguration, profile: KubeSchedulerProfile): SchedulingProfile {
  const { schedulerName = DEFAULT_SCHEDULER_NAME, plugins } = profile;
  const byPoint = pluginsByPoint(plugins);
  const weights = scoreWeights(plugins);
  return {
    schedulerName,
    percentageOfNodesToScore: profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore ?? 0,
    preEnqueue: byPoint.preEnqueue,
    filters: byPoint.filter,
    postFilters: byPoint.postFilter,
    weights: Object.fromEntries(
      Object.keys(DEFAULT_PROFILE.weights).map((name) => [name, weights.get(name) ?? 0]),
    ) as SchedulingProfile['weights'],
    args: argumentsOf(profile),
  };
}

function argumentsOf({ pluginConfig = [] }: KubeSchedulerProfile): PluginArguments {
  const given = <P extends keyof PluginArgs>(plugin: P): PluginArgs[P] =>
    (pluginConfig.find(({ name }) => name === plugin)?.args ?? {}) as PluginArgs[P];
  const fit = given('NodeResourcesFit');
  const affinity = given('InterPodAffinity');
  const preemption = given('DefaultPreemption');
  const { defaultingType = 'System', defaultConstraints = [] } = given('PodTopologySpread');
  const strategy = fit.scoringStrategy;
  return {
    scoringStrategy: {
      type: strategy?.type ?? DEFAULT_ARGUMENTS.scoringStrategy.type,
      resources: weighted(strategy?.resources),
      shape: strategy?.requestedToCapacityRatio?.shape ?? [],
    },
    ignoredResources: fit.ignoredResources ?? [],
    ignoredResourceGroups: fit.ignoredResourceGroups ?? [],
    balancedResources: weighted(given('NodeResourcesBalancedAllocation').resources),
    defaultConstraints: defaultingType === 'System' ? 'System' : defaultConstraints,
    hardPodAffinityWeight: affinity.hardPodAffinityWeight ?? DEFAULT_ARGUMENTS.hardPodAffinityWeight,
    ignorePreferredTermsOfExistingPods: affinity.ignorePreferredTermsOfExistingPods ?? false,
    addedAffinity: given('NodeAffinity').addedAffinity,
    minCandidateNodesPercentage:
      preemption.minCandidateNodesPercentage ?? DEFAULT_ARGUMENTS.minCandidateNodesPercentage,
    minCandidateNodesAbsolute: preemption.minCandidateNodesAbsolute ?? DEFAULT_ARGUMENTS.minCandidateNodesAbsolute,
    bindTimeoutSeconds: given('VolumeBinding').bindTimeoutSeconds ?? DEFAULT_ARGUMENTS.bindTimeoutSeconds,
  };
}

/** No resources stand for CPU and memory, no weight for 1 (apis/config/v1/defaults.go: SetDefaults_NodeResourcesFitArgs). */
function weighted(resources: readonly ResourceSpec[] = []): readonly ResourceWeight[] {
  if (resources.length === 0) return DEFAULT_ARGUMENTS.balancedResources;
  return resources.map(({ name, weight = 0 }) => ({ name, weight: weight === 0 ? 1 : weight }));
}
