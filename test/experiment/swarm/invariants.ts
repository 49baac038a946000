import { ApiEvent } from '../../../src/cluster/api/events.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { PodDisruptionBudget } from '../../../src/cluster/api/objects/policy.js';
import type { ResourceQuota } from '../../../src/cluster/api/objects/quota.js';
import type { DaemonSet, Deployment, ReplicaSet } from '../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../src/cluster/api/owner-references.js';
import { isActive, isReady } from '../../../src/cluster/api/pod-predicates.js';
import { countsForQuota } from '../../../src/cluster/api/quota/usage.js';
import { matchesSelector } from '../../../src/cluster/api/selectors.js';
import { collection } from '../../../src/cluster/api/store.js';
import { maxSurgeOf, maxUnavailableOf } from '../../../src/cluster/controllers/deployment/fenceposts.js';
import type { Assembly, World } from '../../../src/experiment/assemble.js';
import { Handlers } from '../../../src/kernel/events.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';

/** What must hold whatever happens; a text says what did not. */
export type Invariant = (world: World) => string | undefined;

/**
 * Plays a world until `until`, and looks at it after every write of an object, with what the invariants remember of before.
 * The code is that of all worlds, so that it is copied to be watched.
 */
export function playWatched(assembly: Assembly, invariants: readonly Invariant[], until: Micros): string[] {
  const broken: string[] = [];
  const { world } = assembly;
  const handlers: Handlers<World> = Object.assign(new Handlers<World>(), { table: [...assembly.handlers.table] });
  const commit = handlers.table[ApiEvent.RequestCommitted]!;
  handlers.table[ApiEvent.RequestCommitted] = (current, a, b) => {
    const before = current.api.resourceVersion;
    commit(current, a, b);
    // Events and what was refused change no object.
    if (current.api.resourceVersion === before) return;
    for (const invariant of invariants) {
      const problem = broken.length === 0 ? invariant(world) : undefined;
      if (problem !== undefined) broken.push(`at ${world.kernel.now / SECOND_US} s: ${problem}`);
    }
  };
  runUntil(world, handlers, until);
  return broken;
}

/** Every write has a higher version than all before it. */
export function versionsRise(): Invariant {
  const known = new Map<string, KubernetesObject>();
  let newest = 0;
  return (world) => {
    const before = newest;
    for (const [kind, objects] of world.api.collections) {
      for (const object of objects.values()) {
        const { uid, resourceVersion, name } = object.metadata;
        if (known.get(uid) === object) continue;
        if (resourceVersion <= before) return `${kind} ${name} got version ${resourceVersion} after ${before}`;
        known.set(uid, object);
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
  let wanted = 0;
  let available = 0;
  for (const set of ownedBy<ReplicaSet>(world, 'ReplicaSet', metadata.uid)) {
    wanted += set.spec.replicas ?? 1;
    for (const pod of ownedBy<Pod>(world, 'Pod', set.metadata.uid)) if (isActive(pod) && isReady(pod)) available++;
  }
  const least = replicas - unavailable;
  if (promised.wasThere && wanted > replicas + surge) return `${wanted} pods wanted of ${replicas} + ${surge}`;
  if (promised.wasThere && available < least) return `${available} pods ready of ${replicas} - ${unavailable}`;
  if (available >= least && wanted <= replicas + surge) promised.wasThere = true;
  return undefined;
}

export function ownedBy<T extends KubernetesObject>(world: World, kind: string, uid: string): T[] {
  const owned: T[] = [];
  for (const object of collection<T>(world, kind).values()) if (controllerOf(object)?.uid === uid) owned.push(object);
  return owned;
}

/** A StatefulSet has one pod an ordinal, named after it; a DaemonSet one a node, or two while one takes over. */
export function identitiesAreUnique(): Invariant {
  return (world) => {
    const taken = new Map<string, string>();
    for (const pod of collection<Pod>(world, 'Pod').values()) {
      const place = placeOf(world, pod);
      if (place === undefined) continue;
      const other = taken.get(place);
      if (other !== undefined) return `${pod.metadata.name} and ${other} are both ${place}`;
      taken.set(place, pod.metadata.name);
    }
    return undefined;
  };
}

/** The place that a pod has for itself alone; undefined if it needs none. */
function placeOf(world: World, pod: Pod): string | undefined {
  const { labels, namespace, name } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner?.kind === 'StatefulSet') {
    const ordinal = labels?.['apps.kubernetes.io/pod-index'];
    return name === `${owner.name}-${ordinal}` ? `pod ${ordinal} of ${owner.name}` : `misnamed in ${owner.name}`;
  }
  if (owner?.kind !== 'DaemonSet' || !isActive(pod) || pod.spec.nodeName === undefined) return undefined;
  const set = collection<DaemonSet>(world, 'DaemonSet').get(`${namespace}/${owner.name}`);
  const surge = set?.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0;
  const version = surge === 0 ? '' : ` in revision ${labels?.['controller-revision-hash']}`;
  return `the daemon of ${owner.name} on ${pod.spec.nodeName}${version}`;
}

/** Between what a count of the quota controller has seen and its write: a watch, the sync and a request. */
const COUNT_US = 250 * MILLISECOND_US;

/**
 * What has been charged to a quota never exceeds it. More pods than are charged may be there only by those that came about when
 * the quota controller first counted or last lowered the charge: it does not count what its informer does not show yet
 * (kubernetes/kubernetes#123434).
 */
export function quotasHold(): Invariant {
  const storedAt = new Map<string, Micros>();
  const lowered = new Map<string, { charged: number; at: Micros }>();
  return (world) => {
    const { now } = world.kernel;
    const quotas = [...collection<ResourceQuota>(world, 'ResourceQuota').values()];
    if (quotas.length === 0) return undefined;
    const pods = [...collection<Pod>(world, 'Pod').values()].filter((pod) => countsForQuota(pod, now));
    for (const { metadata } of pods) if (!storedAt.has(metadata.uid)) storedAt.set(metadata.uid, now);
    for (const { metadata, spec, status } of quotas) {
      const limit = Number(spec.hard?.['pods'] ?? Infinity);
      if (status.used === undefined) continue; // not counted yet
      const charged = Number(status.used['pods'] ?? 0);
      if (charged > limit) return `${charged} pods charged where quota ${metadata.name} allows ${limit}`;
      const last = lowered.get(metadata.uid) ?? { charged, at: now };
      if (charged < last.charged) last.at = now;
      lowered.set(metadata.uid, { ...last, charged });
      const own = pods.filter((pod) => pod.metadata.namespace === metadata.namespace);
      const missed = own.filter((pod) => Math.abs(storedAt.get(pod.metadata.uid)! - last.at) <= COUNT_US);
      if (own.length > charged + missed.length) {
        return `${own.length} pods, ${charged} charged to quota ${metadata.name}, ${missed.length} came with its last count`;
      }
    }
    return undefined;
  };
}

/** Pods that a budget keeps of the workload of its name; the disruption controller knows no scale of a DaemonSet, and lets none go. */
function leastHealthy(
  world: World,
  name: string,
  { minAvailable, maxUnavailable }: PodDisruptionBudget['spec'],
): number {
  const workload = ['Deployment', 'StatefulSet'].flatMap(
    (kind) => collection<Deployment>(world, kind).get(`default/${name}`) ?? [],
  )[0];
  const wanted = workload?.spec.replicas ?? collection(world, 'Node').size;
  const share = maxUnavailable ?? minAvailable!;
  const count = typeof share === 'number' ? share : Math.ceil((wanted * Number.parseInt(share, 10)) / 100);
  return maxUnavailable === undefined ? count : Math.max(wanted - count, 0);
}

/** Where nothing but evictions takes pods away, a budget that was met once is met for good. */
export function budgetsHold(): Invariant {
  const met = new Set<string>();
  return (world) => {
    for (const { metadata, spec } of collection<PodDisruptionBudget>(world, 'PodDisruptionBudget').values()) {
      const healthy = [...collection<Pod>(world, 'Pod').values()].filter(
        (pod) => isActive(pod) && isReady(pod) && matchesSelector(spec.selector ?? {}, pod.metadata.labels),
      ).length;
      const least = leastHealthy(world, metadata.name, spec);
      if (healthy >= least) met.add(metadata.uid);
      else if (met.has(metadata.uid)) return `${healthy} healthy pods where budget ${metadata.name} needs ${least}`;
    }
    return undefined;
  };
}
