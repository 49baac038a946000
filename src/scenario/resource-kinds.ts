import type { PodSpec, ResourceRequirements } from '../cluster/api/objects/pod.js';
import { isScalarResource, MAXIMUM_RESOURCES } from '../cluster/api/pod-resources.js';
import { valueAt } from './field-path.js';
import { allObjects, madePods } from './pod-templates.js';
import { positionOf, type Scope } from './scope.js';
import type { Position, Scenario, TimelineEntry } from './types.js';

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
  const ofCommands = timeline.flatMap(({ command, position }) => namesAt(position, listsIn(command)));
  return [...ofPools, ...ofNodes, ...ofPods, ...scored.map(({ name }): Named => [name, at]), ...ofCommands];
}

/** Resources that a command brings to templates, pods and nodes that are there. */
function listsIn(command: TimelineEntry['command']): unknown[] {
  switch (command.do) {
    case 'set-resources':
      return [command.requests, command.limits];
    case 'patch':
      return listsAnywhere(command.patch);
    case 'patch-json':
      // As if the path led into what it names.
      return command.operations.flatMap(({ path, value }) =>
        listsAnywhere(path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value)),
      );
    default:
      return [];
  }
}

const LISTS = ['requests', 'limits', 'overhead', 'allocatable', 'capacity'];

function listsAnywhere(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(LISTS.includes(key) && typeof inner === 'object' ? [inner] : []),
    ...listsAnywhere(inner),
  ]);
}

function listsOf({ containers, initContainers = [], overhead, resources }: PodSpec): unknown[] {
  const ofPart = (part: ResourceRequirements | undefined) => [part?.requests, part?.limits];
  const ofContainers = [...containers, ...initContainers].flatMap((one) => ofPart(one.resources));
  return [...ofContainers, overhead, ...ofPart(resources)];
}

function namesAt(at: Position, lists: readonly unknown[]): Named[] {
  return lists.flatMap((list) => Object.keys(list ?? {}).map((name): Named => [name, at]));
}
