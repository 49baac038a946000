import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { DaemonSet, Deployment, StatefulSet } from '../../../src/cluster/api/objects/workload.js';
import { collection } from '../../../src/cluster/api/store.js';
import type { World } from '../../../src/experiment/assemble.js';

/** What is not as it must be once nothing has happened for long: status = spec, and nothing is half-way. */
export function unrest(world: World): string[] {
  return [
    ...dependentsOfNobody(world),
    ...[...collection<Deployment>(world, 'Deployment').values()].flatMap(unrestOfDeployment),
    ...[...collection<StatefulSet>(world, 'StatefulSet').values()].flatMap(unrestOfStatefulSet),
    ...[...collection<DaemonSet>(world, 'DaemonSet').values()].flatMap((set) => unrestOfDaemonSet(world, set)),
    ...[...collection(world, 'Pod').values()]
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(({ metadata }) => `Pod ${metadata.name} is still going`),
  ];
}

function dependentsOfNobody(world: World): string[] {
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

function unrestOfDeployment(deployment: Deployment): string[] {
  const { spec, status } = deployment;
  const { replicas, updatedReplicas, readyReplicas, availableReplicas } = status;
  return counted(deployment, spec.replicas ?? 1, { replicas, updatedReplicas, readyReplicas, availableReplicas });
}

function unrestOfStatefulSet(set: StatefulSet): string[] {
  const { replicas, readyReplicas, availableReplicas, updatedReplicas, currentRevision, updateRevision } = set.status;
  const wanted = set.spec.replicas ?? 1;
  // The controller looks again after minReadySeconds only while not as many are available as it wants: where one of those to
  // stay is late and one to go makes up for it, the scaling down waits for the next event (stateful_set.go: sync).
  if ((set.spec.minReadySeconds ?? 0) > 0 && availableReplicas === wanted && (replicas ?? 0) > wanted) return [];
  const revisions =
    currentRevision === updateRevision ? [] : [`${nameOf(set)}: ${currentRevision}, to be ${updateRevision}`];
  return [...counted(set, wanted, { replicas, readyReplicas, availableReplicas, updatedReplicas }), ...revisions];
}

function unrestOfDaemonSet(world: World, set: DaemonSet): string[] {
  const { desiredNumberScheduled, updatedNumberScheduled, numberReady, numberAvailable, numberMisscheduled } =
    set.status;
  const counts = { desiredNumberScheduled, updatedNumberScheduled, numberReady, numberAvailable };
  const misplaced = numberMisscheduled === 0 ? [] : [`${nameOf(set)}: ${numberMisscheduled} misscheduled`];
  return [...counted(set, collection<Node>(world, 'Node').size, counts), ...misplaced];
}

/** A status that has seen the newest spec counts as many as are wanted. */
function counted(
  object: KubernetesObject & { readonly status: { readonly observedGeneration?: number } },
  wanted: number,
  counts: Readonly<Record<string, number | undefined>>,
): string[] {
  const { generation } = object.metadata;
  const { observedGeneration } = object.status;
  const problems =
    generation === observedGeneration
      ? []
      : [`${nameOf(object)}: generation ${generation}, seen ${observedGeneration}`];
  for (const [what, count = 0] of Object.entries(counts)) {
    if (count !== wanted) problems.push(`${nameOf(object)}: ${what} ${count}, not ${wanted}`);
  }
  return problems;
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}
