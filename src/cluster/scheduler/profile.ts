import { DEFAULT_SCHEDULER_NAME } from '../api/scheduler-configuration.js';
import { type PluginAt, pluginsByPoint, scoreWeights } from '../api/scheduler-plugins.js';
import type { NodeAffinity, TopologySpreadConstraint } from '../api/objects/pod.js';

export type FilterPlugin = PluginAt<'filter'>;
export type ScorePlugin = PluginAt<'score'>;
export type PreEnqueuePlugin = PluginAt<'preEnqueue'>;
type PostFilterPlugin = PluginAt<'postFilter'>;

/** Weight of a resource among those that a plugin scores. */
export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** A point of the broken line of RequestedToCapacityRatio: percent in use, and the score there (0 to 10). */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** What NodeResourcesFit scores: free room, room in use, or a broken line of the room in use. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  /** Of RequestedToCapacityRatio; empty otherwise. */
  readonly shape: readonly ShapePoint[];
}

/** Arguments of plugins, all decided: kubernetes v1.36.3 pkg/scheduler/apis/config/types_pluginargs.go. */
export interface PluginArguments {
  readonly scoringStrategy: ScoringStrategy;
  /** Resources, and prefixes of names before the slash, that NodeResourcesFit does not filter by. */
  readonly ignoredResources: readonly string[];
  readonly ignoredResourceGroups: readonly string[];
  /** Resources that NodeResourcesBalancedAllocation evens out. */
  readonly balancedResources: readonly ResourceWeight[];
  /** Spread constraints of pods without any of their own; 'System': hostname and zone. */
  readonly defaultConstraints: 'System' | readonly TopologySpreadConstraint[];
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
  /** Holds for every pod, beside its own. */
  readonly addedAffinity: NodeAffinity | undefined;
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
  readonly bindTimeoutSeconds: number;
}

/** How pods of one `schedulerName` are scheduled: plain data, the same for the whole run. */
export interface SchedulingProfile {
  readonly schedulerName: string;
  /** Share of the nodes that is looked for (percent); 0: less in larger clusters (sampling.ts). */
  readonly percentageOfNodesToScore: number;
  readonly preEnqueue: readonly PreEnqueuePlugin[];
  /** In the order in which they are asked. */
  readonly filters: readonly FilterPlugin[];
  readonly postFilters: readonly PostFilterPlugin[];
  /** 0: the plugin does not score. */
  readonly weights: Readonly<Record<ScorePlugin, number>>;
  readonly args: PluginArguments;
}

const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** kubernetes v1.36.3 pkg/scheduler/apis/config/v1/defaults.go. */
export const DEFAULT_ARGUMENTS: PluginArguments = {
  scoringStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY, shape: [] },
  ignoredResources: [],
  ignoredResourceGroups: [],
  balancedResources: CPU_AND_MEMORY,
  defaultConstraints: 'System',
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
  addedAffinity: undefined,
  minCandidateNodesPercentage: 10,
  minCandidateNodesAbsolute: 100,
  bindTimeoutSeconds: 600,
};

const DEFAULT_PLUGINS = pluginsByPoint();

export const DEFAULT_PROFILE: SchedulingProfile = {
  schedulerName: DEFAULT_SCHEDULER_NAME,
  percentageOfNodesToScore: 0,
  preEnqueue: DEFAULT_PLUGINS.preEnqueue,
  filters: DEFAULT_PLUGINS.filter,
  postFilters: DEFAULT_PLUGINS.postFilter,
  // VolumeBinding scores nothing: its gate is off.
  weights: Object.fromEntries(scoreWeights()) as SchedulingProfile['weights'],
  args: DEFAULT_ARGUMENTS,
};

/** The profile of pods with this schedulerName; undefined: another scheduler's pods. */
export function profileNamed(
  profiles: readonly SchedulingProfile[],
  schedulerName = DEFAULT_SCHEDULER_NAME,
): SchedulingProfile | undefined {
  for (const profile of profiles) if (profile.schedulerName === schedulerName) return profile;
  return undefined;
}

/** Are the filters asked in the order of the default profile, as far as the profile has them? */
export function isInUsualOrder({ filters }: SchedulingProfile): boolean {
  const usual = DEFAULT_PLUGINS.filter.filter((plugin) => filters.includes(plugin));
  return usual.every((plugin, position) => plugin === filters[position]);
}
