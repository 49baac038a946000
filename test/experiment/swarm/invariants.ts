import { ApiEvent } from '../../../src/cluster/api/events.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../src/cluster/api/owner-references.js';
import { isActive, isReady } from '../../../src/cluster/api/pod-predicates.js';
import { collection } from '../../../src/cluster/api/store.js';
import { maxSurgeOf, maxUnavailableOf } from '../../../src/cluster/controllers/deployment/fenceposts.js';
import type { Assembly, World } from '../../../src/experiment/assemble.js';
import { SECOND_US } from '../../../src/kernel/time.js';

/** What must hold whatever happens; a text says what did not. */
export type Invariant = (world: World) => string | undefined;

/** Looks at the world after every write of the API server, with what the invariants remember of before. */
export function watchInvariants({ world, handlers }: Assembly, invariants: readonly Invariant[]): string[] {
  const broken: string[] = [];
  const commit = handlers.table[ApiEvent.RequestCommitted]!;
  handlers.table[ApiEvent.RequestCommitted] = (current, a, b) => {
    commit(current, a, b);
    for (const invariant of invariants) {
      const problem = broken.length === 0 ? invariant(world) : undefined;
      if (problem !== undefined) broken.push(`at ${world.kernel.now / SECOND_US} s: ${problem}`);
    }
  };
  return broken;
}

/** Every write has a higher version than all before it. */
export function versionsRise(): Invariant {
  const known = new Map<string, number>();
  let newest = 0;
  return (world) => {
    const before = newest;
    for (const [kind, objects] of world.api.collections) {
      for (const { metadata } of objects.values()) {
        const { uid, resourceVersion } = metadata;
        if (known.get(uid) === resourceVersion) continue;
        if (resourceVersion <= before) return `${kind} ${metadata.name} got version ${resourceVersion} after ${before}`;
        known.set(uid, resourceVersion);
        newest = Math.max(newest, resourceVersion);
      }
    }
    return undefined;
  };
}

/** A Deployment as it was wanted since the last change of size: what a rolling update promises is meant from there. */
interface Promised {
  generation: number;
  replicas: number;
  /** Has it had as many available pods as it must keep, since then? */
  wasThere: boolean;
}

/**
 * During a rolling update of a Deployment that nobody else disturbs: never more pods wanted than replicas + maxSurge, and
 * once there, never fewer ready than replicas - maxUnavailable. Ready and not available: the ReplicaSet takes pods away by
 * how long they have been ready in powers of two (ActivePodsWithRanks), so of one that is available and one that is not
 * yet, both 8.6 to 17.2 s old, it may take the available one when a second rollout overtakes the first.
 */
export function rollingUpdatesKeepTheirPromise(): Invariant {
  const promises = new Map<string, Promised>();
  return (world) => {
    for (const deployment of collection<Deployment>(world, 'Deployment').values()) {
      const problem = checkPromise(world, deployment, promises);
      if (problem !== undefined) return `Deployment ${deployment.metadata.name}: ${problem}`;
    }
    return undefined;
  };
}

function checkPromise(world: World, deployment: Deployment, promises: Map<string, Promised>): string | undefined {
  const { spec, metadata, status } = deployment;
  if (spec.strategy?.type === 'Recreate') return undefined;
  const { replicas = 1 } = spec;
  let promised = promises.get(metadata.uid);
  if (promised === undefined || promised.replicas !== replicas) {
    promised = { generation: metadata.generation, replicas, wasThere: false };
    promises.set(metadata.uid, promised);
  }
  // The controller has not seen this size yet.
  if ((status.observedGeneration ?? 0) < promised.generation) return undefined;
  const surge = maxSurgeOf(deployment);
  const unavailable = maxUnavailableOf(deployment);
  const sets = ownedBy<ReplicaSet>(world, 'ReplicaSet', metadata.uid);
  const wanted = sets.reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0);
  const available = sets
    .flatMap((set) => ownedBy<Pod>(world, 'Pod', set.metadata.uid))
    .filter((pod) => isActive(pod) && isReady(pod)).length;
  const least = replicas - unavailable;
  if (promised.wasThere && wanted > replicas + surge) return `${wanted} pods wanted of ${replicas} + ${surge}`;
  if (promised.wasThere && available < least) return `${available} pods ready of ${replicas} - ${unavailable}`;
  if (available >= least && wanted <= replicas + surge) promised.wasThere = true;
  return undefined;
}

function ownedBy<T extends KubernetesObject>(world: World, kind: string, uid: string): T[] {
  return [...collection<T>(world, kind).values()].filter((object) => controllerOf(object)?.uid === uid);
}

/** What must hold once nothing has happened for long. */
export function atRest(world: World): string[] {
  return [...orphanedDependents(world), ...unfinished(world)];
}

/** Every object's owner exists. */
function orphanedDependents(world: World): string[] {
  const uids = new Set<string>();
  for (const objects of world.api.collections.values())
    for (const { metadata } of objects.values()) uids.add(metadata.uid);
  const problems: string[] = [];
  for (const [kind, objects] of world.api.collections) {
    for (const { metadata } of objects.values()) {
      const references = metadata.ownerReferences ?? [];
      if (references.length === 0 || references.some(({ uid }) => uids.has(uid))) continue;
      problems.push(`${kind} ${metadata.name}: its owner ${references[0]!.kind} ${references[0]!.name} is gone`);
    }
  }
  return problems;
}

/** Status = spec, and nothing is half-way. */
function unfinished(world: World): string[] {
  const problems: string[] = [];
  for (const { metadata, spec, status } of collection<Deployment>(world, 'Deployment').values()) {
    const replicas = spec.replicas ?? 1;
    const { observedGeneration } = status;
    const counts = [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas];
    if (observedGeneration !== metadata.generation) {
      problems.push(`Deployment ${metadata.name}: generation ${metadata.generation}, observed ${observedGeneration}`);
    }
    if (counts.some((count) => (count ?? 0) !== replicas)) {
      problems.push(
        `Deployment ${metadata.name}: ${replicas} wanted; replicas, updated, ready, available: ${counts.join(', ')}`,
      );
    }
  }
  for (const { metadata } of collection<Pod>(world, 'Pod').values()) {
    if (metadata.deletionTimestamp !== undefined) problems.push(`Pod ${metadata.name} is still going`);
  }
  return problems;
}
