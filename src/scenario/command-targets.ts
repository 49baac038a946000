import { type Command, kindsOf, type ObjectReference } from './commands.js';
import { BUILT_IN_NAMES } from './built-in-names.js';
import { shown, suggestion } from './diagnostics.js';
import { allObjects, type MadePods, madePods } from './pod-templates.js';
import { fail, type Scope } from './scope.js';
import type { Scenario, TimelineEntry } from './types.js';

/** Kinds of which nothing but manifests and commands makes objects: a name that is not there is a mistake. */
const NAMED_KINDS: readonly string[] = [
  'ConfigMap',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'DeviceClass',
  'HorizontalPodAutoscaler',
  'LimitRange',
  'Namespace',
  'PodDisruptionBudget',
  'PriorityClass',
  'ReplicationController',
  'ResourceClaimTemplate',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
  'StatefulSet',
  'StorageClass',
];

/** Kinds of which controllers make objects, and of which kinds' names those of theirs begin with. */
const MADE_KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Job', ['CronJob']],
  ['Pod', ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet']],
  ['ReplicaSet', ['Deployment']],
]);

/**
 * Names that are made keep at least so many characters of what they begin with: 58, or less for the number of an indexed Job's pod.
 * Sources: apiserver v0.36.3 pkg/storage/names/generate.go; kubernetes v1.36.3 pkg/controller/job/indexed_job_utils.go.
 */
const KEPT_CHARACTERS = 50;

/** Beginnings shown where no name comes near. */
const SHOWN_BEGINNINGS = 5;

/** Checks that what the commands of the timeline name is there at some time: objects, and containers in them. */
export function checkCommandTargets(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const made = timeline.flatMap(({ command }) => {
    if (!('target' in command) || !('name' in command)) return [];
    const [first] = command.target.by === 'name' ? command.target.references : command.target.kinds;
    const kind = { expose: 'Service', autoscale: 'HorizontalPodAutoscaler', 'job-from': 'Job' }[command.do];
    return [{ kind, namespace: first!.namespace, name: command.name }];
  });
  const there = [...objects.map(({ object: { kind, metadata } }) => ({ kind, ...metadata })), ...made];
  // Patches may bring containers.
  const patched = timeline.flatMap(({ command }) =>
    command.do === 'patch' || command.do === 'patch-json' ? kindsOf(command.target) : [],
  );
  const pods = madePods(objects).filter(({ maker }) => !patched.includes(maker.kind));
  for (const entry of timeline) {
    const { command } = entry;
    if (!('target' in command) || command.target.by !== 'name') continue;
    if (command.do === 'delete' && command.ignoreNotFound) continue;
    for (const reference of command.target.references) {
      const hint = missing(reference, there);
      if (hint === undefined) checkContainers(scope, entry, reference, pods);
      else {
        const { kind, namespace, name } = reference;
        const where = namespace === '' ? '' : ` in namespace ${namespace}`;
        const message = `there is no ${kind} ${shown(name)}${where}`;
        fail(scope, entry.position.path, 'reference', message, hint, placesOf(entry, name)[0], name.length);
      }
    }
  }
}

interface Named extends ObjectReference {
  readonly generateName?: string;
}

/** A way out where nothing makes such an object; undefined where something may. */
function missing({ kind, namespace, name }: ObjectReference, there: readonly Named[]): string | undefined {
  const known = there.filter((one) => one.kind === kind);
  const own = known.filter((one) => one.namespace === namespace);
  if (own.some((one) => one.name === name || isBegun(name, one.generateName))) return undefined;
  const makers = MADE_KINDS.get(kind);
  const builtIn = BUILT_IN_NAMES[kind] ?? [];
  if ((makers === undefined && !NAMED_KINDS.includes(kind)) || builtIn.includes(name)) return undefined;
  const beginnings = there
    .filter((one) => makers?.includes(one.kind) === true && one.namespace === namespace)
    .map((one) => `${one.name}-`);
  if (beginnings.some((beginning) => isBegun(name, beginning))) return undefined;
  const elsewhere = known.find((one) => one.name === name)?.namespace;
  if (elsewhere !== undefined) return `there is one in namespace ${elsewhere}: write -n ${elsewhere}`;
  const near = suggestion(name, [...own.map((one) => one.name), ...builtIn]);
  if (near !== '' || beginnings.length === 0) return near;
  const shownOnes = beginnings.slice(0, SHOWN_BEGINNINGS).map((beginning) => `${beginning}…`);
  return `names begin with ${shownOnes.join(', ')}`;
}

function isBegun(name: string, beginning: string | undefined): boolean {
  return beginning !== undefined && beginning !== '' && name.startsWith(beginning.slice(0, KEPT_CHARACTERS));
}

/** A container that no template of the object ever has. */
function checkContainers(
  scope: Scope,
  entry: TimelineEntry,
  { kind, namespace, name }: ObjectReference,
  pods: readonly MadePods[],
): void {
  const known = pods.flatMap(({ maker, spec: { initContainers = [], containers } }) => {
    const isOwn = maker.kind === kind && maker.metadata.name === name && maker.metadata.namespace === namespace;
    return isOwn ? [...initContainers, ...containers].map((container) => container.name) : [];
  });
  for (const container of known.length === 0 ? [] : containersIn(entry.command)) {
    if (container === '*' || known.includes(container)) continue;
    const message = `${kind.toLowerCase()}/${name} has no container ${shown(container)}`;
    const hint = suggestion(container, known);
    fail(scope, entry.position.path, 'reference', message, hint, placesOf(entry, container).at(-1), container.length);
  }
}

function containersIn(command: Command): readonly string[] {
  switch (command.do) {
    case 'set-image':
      return command.images.map(({ container }) => container);
    case 'set-resources':
    case 'set-env':
      return [command.container];
    default:
      return [];
  }
}

/** Where a name stands in the text of a command: first the object's, last the container's. */
function placesOf({ text }: TimelineEntry, word: string): readonly number[] {
  return [...text.matchAll(/[^\s/=,]+/g)].flatMap(({ 0: found, index }) => (found === word ? index : []));
}
