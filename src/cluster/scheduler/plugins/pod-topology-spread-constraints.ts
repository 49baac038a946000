import type { LabelSelector, LabelSelectorRequirement } from '../../api/objects/meta.js';
import type { TopologySpreadConstraint } from '../../api/objects/pod.js';
import { isEmptySelector, matchesSelector } from '../../api/selectors.js';
import { type ClusterState, topologyNumber } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { SELECTED, TOLERATED } from '../placement-rules.js';

/** A spread constraint with everything defaulted and its topology as a number. */
export interface SpreadConstraint {
  /** DoNotSchedule filters, ScheduleAnyway scores. */
  readonly hard: boolean;
  readonly topology: number;
  readonly isHostname: boolean;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Whose changes may help a pod that was rejected: here the empty selector matches every pod of the namespace. */
  readonly selector: LabelSelector | undefined;
  /** Which pods count; undefined = none. The empty selector counts none either, though every pod matches it. */
  readonly counted: LabelSelector | undefined;
  /** 1 if the incoming pod will count itself. */
  readonly selfMatch: 0 | 1;
  /** Bits of PlacementRules.inclusion that a node needs to be eligible. */
  readonly inclusion: number;
}

const HOSTNAME_KEY = 'kubernetes.io/hostname';

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/podtopologyspread/plugin.go: systemDefaultConstraints. */
const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME_KEY, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

/** The pod's own constraints, or the default ones if something selects the pod. */
export function constraintsOf(
  cluster: ClusterState,
  pod: PodClass,
): { readonly constraints: SpreadConstraint[]; readonly requiresAllKeys: boolean } {
  const { filters, weights, args } = pod.profile;
  const own = pod.spec.topologySpreadConstraints ?? [];
  const isSystem = own.length === 0 && args.defaultConstraints === 'System';
  const wanted = own.length > 0 ? own : defaultsFor(cluster, pod);
  const all = wanted.map((constraint) => compile(cluster, pod, constraint));
  const takesPart = ({ hard }: SpreadConstraint): boolean =>
    hard ? filters.includes('PodTopologySpread') : weights.PodTopologySpread > 0;
  return { constraints: all.filter(takesPart), requiresAllKeys: !isSystem };
}

function defaultsFor(cluster: ClusterState, pod: PodClass): readonly TopologySpreadConstraint[] {
  const { defaultConstraints } = pod.profile.args;
  const labelSelector = defaultSelector(cluster, pod);
  if (isEmptySelector(labelSelector)) return [];
  const constraints = defaultConstraints === 'System' ? SYSTEM_DEFAULTS : defaultConstraints;
  // The default selector stands for all that would select: matchLabelKeys of a default constraint have no effect.
  return constraints.map((constraint) => ({ ...constraint, labelSelector, matchLabelKeys: [] }));
}

function compile(cluster: ClusterState, pod: PodClass, constraint: TopologySpreadConstraint): SpreadConstraint {
  const { topologyKey, labelSelector, matchLabelKeys = [], minDomains = 1 } = constraint;
  const extra: LabelSelectorRequirement[] = matchLabelKeys.flatMap((key) => {
    const value = pod.labels[key];
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }];
  });
  const selector =
    labelSelector === undefined || extra.length === 0
      ? labelSelector
      : { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...extra] };
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint;
  return {
    hard: constraint.whenUnsatisfiable === 'DoNotSchedule',
    topology: topologyNumber(cluster, topologyKey),
    isHostname: topologyKey === HOSTNAME_KEY,
    maxSkew: constraint.maxSkew,
    minDomains,
    selector,
    counted: selector !== undefined && isEmptySelector(selector) ? undefined : selector,
    selfMatch: matchesSelector(selector, pod.labels) ? 1 : 0,
    inclusion: (nodeAffinityPolicy === 'Honor' ? SELECTED : 0) | (nodeTaintsPolicy === 'Honor' ? TOLERATED : 0),
  };
}

/** Services that select the pod and its controlling owner: kubernetes v1.36.3 plugins/helper/spread.go: DefaultSelector. */
function defaultSelector(cluster: ClusterState, pod: PodClass): LabelSelector {
  const merged: Record<string, string> = {};
  for (const service of cluster.services.values()) {
    const selector = service.spec.selector;
    if (service.metadata.namespace !== pod.namespace || selector === undefined) continue;
    if (matchesSelector({ matchLabels: selector }, pod.labels)) Object.assign(merged, selector);
  }
  const owner = cluster.ownerSelectors.get(pod.owner);
  const ofOwner = Object.entries(owner?.matchLabels ?? {}).map(
    ([key, value]): LabelSelectorRequirement => ({ key, operator: 'In', values: [value] }),
  );
  return { matchLabels: merged, matchExpressions: [...ofOwner, ...(owner?.matchExpressions ?? [])] };
}
