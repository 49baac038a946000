import type { KubernetesObject, StringMap } from '../cluster/api/objects/meta.js';
import type { Pod, PodSpec, PodTemplateSpec } from '../cluster/api/objects/pod.js';
import { type Command, type JsonOperation, kindsOf } from './commands.js';
import { type FieldPath, valueAt } from './field-path.js';
import type { ManifestObject, Position, TimelineEntry } from './types.js';

/** Objects that are there at some time, with where they are named: those of the manifests and those that the timeline creates. */
export function allObjects(
  manifests: readonly ManifestObject[],
  timeline: readonly TimelineEntry[],
): readonly ManifestObject[] {
  const created = timeline.flatMap(({ command, position }) =>
    'objects' in command ? command.objects.map((object) => ({ object, origin: position })) : [],
  );
  return [...manifests, ...created];
}

/** Pods that are made at some time, as far as their object says how they will look. */
export interface MadePods {
  /** The pod itself, or the workload that makes them. */
  readonly maker: KubernetesObject;
  readonly origin: Position;
  readonly labels: StringMap;
  readonly spec: PodSpec;
  /** The way to `spec` in the maker. */
  readonly path: FieldPath;
}

export function madePods(objects: readonly ManifestObject[]): MadePods[] {
  return objects.flatMap(({ object, origin }): MadePods[] => {
    if (object.kind === 'Pod') {
      const { metadata, spec } = object as Pod;
      return [{ maker: object, origin, labels: metadata.labels ?? {}, spec, path: ['spec'] }];
    }
    const at = templatePath(object.kind);
    const template = valueAt(object, at) as PodTemplateSpec | undefined;
    if (template === undefined) return [];
    const { name } = object.metadata;
    // A Job labels its pods with its own name; of one that a CronJob makes only the beginning is known before.
    const jobName = object.kind === 'Job' ? name : object.kind === 'CronJob' ? `${name}-?` : undefined;
    const own = jobName === undefined ? {} : { 'job-name': jobName, 'batch.kubernetes.io/job-name': jobName };
    const labels = { ...template.metadata?.labels, ...own };
    return [{ maker: object, origin, labels, spec: template.spec, path: [...at, 'spec'] }];
  });
}

/** Labels that controllers, the scheduler or the API server give to pods: no template tells them. */
export const GIVEN_LABELS =
  /^(statefulset|apps|batch|topology)\.kubernetes\.io\/|^(pod-template-hash|controller-revision-hash|job-name)$/;

/** Where a kind keeps the template of its pods; a Pod is its own. */
function templatePath(kind: string): FieldPath {
  if (kind === 'Pod') return [];
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

/** Whether a command gives pods labels that no manifest tells. */
export function changesPodLabels(command: Command): boolean {
  if (command.do !== 'label' && command.do !== 'patch' && command.do !== 'patch-json') return false;
  const kinds = kindsOf(command.target);
  const path = [...templatePath(kinds[0]!), 'metadata', 'labels'];
  switch (command.do) {
    case 'label':
      return kinds.includes('Pod');
    case 'patch':
      return valueAt(command.patch, path) !== undefined;
    case 'patch-json':
      return command.operations.some((operation) => changes(operation, path));
  }
}

/** Whether an operation puts something at the path, into it, or in the place of what holds it. */
function changes({ op, path, value }: JsonOperation, wanted: FieldPath): boolean {
  if (op !== 'add' && op !== 'replace') return false;
  const isInside = path.length >= wanted.length;
  const [shorter, longer] = isInside ? [wanted, path] : [path, wanted];
  if (!shorter.every((step, depth) => step === longer[depth])) return false;
  return isInside || valueAt(value, wanted.slice(path.length)) !== undefined;
}
