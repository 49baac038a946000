import { EXTENSION_POINTS, type EnabledPlugin, type ExtensionPoint, type Plugins } from './scheduler-configuration.js';

interface SchedulerPlugin {
  readonly points: readonly ExtensionPoint[];
  readonly weight?: number;
}

const FILTER = ['preFilter', 'filter'] as const;
const SCORE = ['preScore', 'score'] as const;

/**
 * The plugins of kube-scheduler in the order of its default profile, with what each extends and its weight there.
 * Source: kubernetes v1.36.3 pkg/scheduler/apis/config/v1/default_plugins.go: getDefaultPlugins; reference/scheduling.md 3.
 */
const DEFAULT_PLUGINS = {
  SchedulingGates: { points: ['preEnqueue'] },
  PrioritySort: { points: ['queueSort'] },
  NodeUnschedulable: { points: ['filter'] },
  NodeName: { points: ['filter'] },
  TaintToleration: { points: ['filter', ...SCORE], weight: 3 },
  NodeAffinity: { points: [...FILTER, ...SCORE], weight: 2 },
  NodePorts: { points: FILTER },
  NodeResourcesFit: { points: [...FILTER, ...SCORE], weight: 1 },
  VolumeRestrictions: { points: FILTER },
  NodeVolumeLimits: { points: FILTER },
  VolumeBinding: { points: [...FILTER, ...SCORE, 'reserve', 'preBind'] },
  VolumeZone: { points: FILTER },
  PodTopologySpread: { points: [...FILTER, ...SCORE], weight: 2 },
  InterPodAffinity: { points: [...FILTER, ...SCORE], weight: 2 },
  DynamicResources: { points: ['preEnqueue', ...FILTER, 'postFilter', 'score', 'reserve', 'preBind'], weight: 2 },
  DefaultPreemption: { points: ['preEnqueue', 'postFilter'] },
  NodeResourcesBalancedAllocation: { points: SCORE, weight: 1 },
  ImageLocality: { points: ['score'], weight: 1 },
  DefaultBinder: { points: ['bind'] },
  NodeDeclaredFeatures: { points: FILTER },
} as const satisfies Readonly<Record<string, SchedulerPlugin>>;

/** The same by name. */
export const SCHEDULER_PLUGINS: ReadonlyMap<string, SchedulerPlugin> = new Map(Object.entries(DEFAULT_PLUGINS));

type PluginName = keyof typeof DEFAULT_PLUGINS;

/** Names of the plugins that extend a point. */
export type PluginAt<P extends ExtensionPoint> = {
  [N in PluginName]: P extends (typeof DEFAULT_PLUGINS)[N]['points'][number] ? N : never;
}[PluginName];

/** The plugins of a profile at each point, in the order in which they are asked. */
export type PluginsByPoint = { readonly [P in ExtensionPoint]: readonly PluginAt<P>[] };

/** Stands for all plugins in a list of disabled ones. */
const ALL = '*';

/**
 * What a profile's own lists make of the default plugins. At each point come first the plugins that its own list gives again, then
 * those of MultiPoint, then the rest of its own list. Names that are no plugins, and points that a plugin does not extend, do nothing here.
 * Source: default_plugins.go: mergePluginSet; framework/runtime/framework.go: expandMultiPointPlugins.
 */
export function pluginsByPoint(plugins: Plugins = {}): PluginsByPoint {
  const multiPoint = multiPointPlugins(plugins).map(({ name }) => name);
  const expanded = EXTENSION_POINTS.map((point): [ExtensionPoint, readonly string[]] => {
    const { enabled = [], disabled = [] } = plugins[point] ?? {};
    const extendsPoint = (name: string): boolean => SCHEDULER_PLUGINS.get(name)?.points.includes(point) === true;
    const own = [...new Set(enabled.map(({ name }) => name))].filter(extendsPoint);
    const dropped = disabled.map(({ name }) => name);
    if (dropped.includes(ALL)) return [point, own];
    const others = multiPoint.filter((name) => extendsPoint(name) && !dropped.includes(name));
    const again = own.filter((name) => others.includes(name));
    return [
      point,
      [...again, ...others.filter((name) => !own.includes(name)), ...own.filter((name) => !again.includes(name))],
    ];
  });
  return Object.fromEntries(expanded) as PluginsByPoint;
}

/** Defaults keep their place, with the weight that the profile gives them; what is no default (or was dropped as one) follows. */
function multiPointPlugins({ multiPoint = {} }: Plugins): readonly EnabledPlugin[] {
  const { enabled = [], disabled = [] } = multiPoint;
  const dropped = disabled.map(({ name }) => name);
  const defaults = [...SCHEDULER_PLUGINS]
    .filter(([name]) => !dropped.includes(name) && !dropped.includes(ALL))
    .map(([name, { weight }]) => enabled.findLast((plugin) => plugin.name === name) ?? { name, weight });
  const kept = new Set(defaults.map(({ name }) => name));
  return [...defaults, ...enabled.filter(({ name }) => !kept.has(name))];
}

/** Weights of the plugins that score; those of the score list come before those of MultiPoint (getScoreWeights). */
export function scoreWeights(plugins: Plugins = {}): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const all = [...(plugins.score?.enabled ?? []), ...multiPointPlugins(plugins)];
  for (const name of pluginsByPoint(plugins).score) {
    const weight = all.find((plugin) => plugin.name === name)?.weight ?? 0;
    weights.set(name, weight === 0 ? 1 : weight);
  }
  return weights;
}
