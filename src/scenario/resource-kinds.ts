import type { PodSpec, ResourceRequirements } from '../cluster/api/objects/pod.js';
import { isScalarResource, MAXIMUM_RESOURCES } from '../cluster/api/pod-resources.js';
import { valueAt } from './field-path.js';
import { allObjects, madePods } from './pod-templates.js';
import { positionOf, type Scope } from './scope.js';
import type { Position, Scenario } from './types.js';

/** Kinds of extended resources and huge pages that the scheduler has room for beside cpu, memory and ephemeral storage. */
const MAXIMUM_COUNTED = MAXIMUM_RESOURCES - 3;

/** Refuses a scenario whose nodes, pods and scheduling profiles name more kinds of resources; the first one too many is told. */
export function checkResourceKinds(scope: Scope, scenario: Scenario): void {
  const seen = new Set<string>();
  for (const [name, { file, line, column }] of resourcesIn(scope, scenario)) {
    if (!isScalarResource(name) || seen.has(name)) continue;
    seen.add(name);
    if (seen.size <= MAXIMUM_COUNTED) continue;
    scope.report.diagnostics.push({
      code: 'limit',
      severity: 'error',
      path: file,
      line,
      column,
      length: 1,
      field: '',
      message: `${name} is one more kind of extended resource than the limit of ${MAXIMUM_COUNTED}`,
      hint: 'nodes and pods may name so many together',
    });
    return;
  }
}

type Named = readonly [name: string, at: Position];

function resourcesIn(scope: Scope, { cluster, manifests, timeline }: Scenario): Named[] {
  const objects = allObjects(manifests, timeline);
  const ofPools = cluster.pools.flatMap(({ extendedResources }, index) =>
    namesAt(positionOf(scope, ['cluster', 'nodes', index, 'resources']), [extendedResources]),
  );
  const ofNodes = objects.flatMap(({ object, origin }) =>
    object.kind === 'Node' ? namesAt(origin, [valueAt(object, ['status', 'allocatable'])]) : [],
  );
  const ofPods = madePods(objects).flatMap(({ spec, origin }) => namesAt(origin, listsOf(spec)));
  const configs = (cluster.scheduler?.profiles ?? []).flatMap(({ pluginConfig = [] }) => pluginConfig);
  const scored = configs.flatMap(({ args }) =>
    [['scoringStrategy', 'resources'], ['resources']].flatMap(
      (path) => (valueAt(args, path) ?? []) as readonly { readonly name: string }[],
    ),
  );
  const at = positionOf(scope, ['cluster', 'scheduler']);
  return [...ofPools, ...ofNodes, ...ofPods, ...scored.map(({ name }): Named => [name, at])];
}

function listsOf({ containers, initContainers = [], overhead, resources }: PodSpec): unknown[] {
  const ofPart = (part: ResourceRequirements | undefined) => [part?.requests, part?.limits];
  const ofContainers = [...containers, ...initContainers].flatMap((one) => ofPart(one.resources));
  return [...ofContainers, overhead, ...ofPart(resources)];
}

function namesAt(at: Position, lists: readonly unknown[]): Named[] {
  return lists.flatMap((list) => Object.keys(list ?? {}).map((name): Named => [name, at]));
}
