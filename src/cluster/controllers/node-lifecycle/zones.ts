import type { ConditionStatus } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Share of unready nodes from which a zone counts as disrupted, and the nodes there must be (more than). */
const UNHEALTHY_ZONE_THRESHOLD = 0.55;
const MINIMUM_UNREADY = 2;
/** Zones with more nodes than this go on evicting, slowly, when they are partly disrupted. */
const LARGE_ZONE = 50;
/** Nodes tainted NoExecute a second. */
const EVICTION_RATE = 0.1;
const SECONDARY_EVICTION_RATE = 0.01;

// kubernetes v1.36.3 pkg/controller/nodelifecycle/config/v1alpha1/defaults.go; node_lifecycle_controller.go: ComputeZoneState

/** How much of a zone is down. */
export function zoneState(
  readyConditions: readonly ConditionStatus[],
  threshold = UNHEALTHY_ZONE_THRESHOLD,
): ZoneState {
  const total = readyConditions.length;
  const ready = readyConditions.filter((status) => status === 'True').length;
  const unready = total - ready;
  if (ready === 0 && unready > 0) return 'FullDisruption';
  return unready > MINIMUM_UNREADY && unready / total >= threshold ? 'PartialDisruption' : 'Normal';
}

/** Nodes of a zone that may be tainted NoExecute a second. node_lifecycle_controller.go: setLimiterInZone */
export function evictionRate(state: ZoneState, nodes: number): number {
  if (state !== 'PartialDisruption') return EVICTION_RATE;
  return nodes > LARGE_ZONE ? SECONDARY_EVICTION_RATE : 0;
}

/** Nodes without these labels form one zone. component-helpers v0.36.3 node/topology/helpers.go: GetZoneKey */
export function zoneKeyOf({ metadata }: Node): string {
  const region = metadata.labels?.['topology.kubernetes.io/region'] ?? '';
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:${zone}`;
}

/** Nodes that say so do not count for the state of their zone. node_lifecycle_controller.go: isNodeExcludedFromDisruptionChecks */
export function isLeftOut({ metadata }: Node): boolean {
  return metadata.labels?.['node.kubernetes.io/exclude-disruption'] !== undefined;
}
