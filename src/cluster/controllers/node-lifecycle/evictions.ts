import { SECOND_US, type Micros } from '../../../kernel/time.js';
import { kcmLister } from '../../api/kcm.js';
import type { ConditionStatus } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type { NodeLifecycleWorld, ZoneRecord } from './state.js';
import { hasNoExecute } from './taints.js';
import { evictionRate, zoneKeyOf, zoneState } from './zones.js';

/** Puts a node in its zone's line for the NoExecute taint. */
export function queueNoExecute(world: NodeLifecycleWorld, node: Node): void {
  const { waiting } = zoneOf(world, zoneKeyOf(node));
  const { name } = node.metadata;
  if (!hasNoExecute(node) && !waiting.includes(name)) waiting.push(name);
}

export function unqueueNoExecute(world: NodeLifecycleWorld, node: Node): void {
  const zone = world.controllers.nodeLifecycle.zones.get(zoneKeyOf(node));
  const place = zone?.waiting.indexOf(node.metadata.name) ?? -1;
  if (place >= 0) zone!.waiting.splice(place, 1);
}

/** The next node of the zone that may be tainted now, if one may. Takes the token, even if the node turns out well. */
export function takeNoExecute(world: NodeLifecycleWorld, key: string, now: Micros): Node | undefined {
  const zone = zoneOf(world, key);
  if (zone.waiting.length === 0 || zone.rate === 0 || zone.tokenAt > now) return undefined;
  zone.tokenAt = now + SECOND_US / zone.rate;
  return kcmLister<Node>(world, 'Node').get(zone.waiting.shift()!);
}

/**
 * Adapts the pace of eviction to how much of the zones is down. True while every zone is down, when nothing is evicted.
 * kubernetes v1.36.3 node_lifecycle_controller.go: handleDisruption
 */
export function disrupt(
  world: NodeLifecycleWorld,
  observed: ReadonlyMap<string, readonly ConditionStatus[]>,
  now: Micros,
): boolean {
  const state = world.controllers.nodeLifecycle;
  const states = [...observed].map(([key, conditions]) => [key, zoneState(conditions), conditions.length] as const);
  const isAllDisrupted = states.length > 0 && states.every(([, zone]) => zone === 'FullDisruption');
  const isOver = state.isAllDisrupted && !isAllDisrupted;
  for (const [key, next, nodes] of states) {
    if (next === 'Normal' && !state.zones.has(key)) continue;
    const zone = zoneOf(world, key);
    const rate = isAllDisrupted ? 0 : evictionRate(next, nodes);
    if (isAllDisrupted) zone.waiting = [];
    if (zone.rate !== rate) setRate(zone, rate, now);
    zone.state = next;
  }
  if (isOver) for (const name of kcmLister<Node>(world, 'Node').keys()) state.probedAt.set(name, now);
  state.isAllDisrupted = isAllDisrupted;
  return isAllDisrupted;
}

/** A new bucket holds a token if the old one did. kubernetes v1.36.3 scheduler/rate_limited_queue.go: SwapLimiter */
function setRate(zone: ZoneRecord, rate: number, now: Micros): void {
  const wasEmpty = zone.tokenAt > now;
  zone.rate = rate;
  if (rate > 0 && wasEmpty) zone.tokenAt = now + SECOND_US / rate;
}

function zoneOf(world: NodeLifecycleWorld, key: string): ZoneRecord {
  const { zones } = world.controllers.nodeLifecycle;
  let zone = zones.get(key);
  if (zone === undefined) {
    zone = { state: 'Normal', rate: evictionRate('Normal', 0), tokenAt: 0, waiting: [] };
    zones.set(key, zone);
  }
  return zone;
}
