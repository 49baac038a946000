import type { ApiRequest } from '../../cluster/api/calls.js';
import { resourceOf } from '../../cluster/api/kinds.js';
import type { CronJob } from '../../cluster/api/objects/batch.js';
import type { KubernetesObject, StringMap } from '../../cluster/api/objects/meta.js';
import type { Service } from '../../cluster/api/objects/network.js';
import type { Node, Taint } from '../../cluster/api/objects/node.js';
import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../cluster/api/objects/pod.js';
import type { Deployment } from '../../cluster/api/objects/workload.js';
import { formatDuration } from '../../kernel/duration.js';
import type { Micros } from '../../kernel/time.js';
import type { KubectlCommand } from '../../scenario/commands.js';
import { OperatorError } from './error.js';
import { autoscalerFor, serviceFor } from './expose.js';
import { mergePatchOf } from './json-patch.js';
import { pairsPatch } from './pairs.js';

/**
 * The writes that a kubectl command makes, given the objects it read.
 * reference/control-plane.md section 9.
 */
export function writesOf(command: KubectlCommand, objects: readonly KubernetesObject[], now: Micros): ApiRequest[] {
  switch (command.do) {
    case 'set-image':
      return objects.flatMap((object) => templatePatch(object, imageChanges(object, command.images)));
    case 'set-resources':
      return objects.flatMap((object) => templatePatch(object, { containers: resourceChanges(object, command) }));
    case 'set-env':
      return objects.flatMap((object) => templatePatch(object, { containers: envChanges(object, command) }));
    case 'set-selector':
      return objects.map((object) => setSelector(object, command.selector));
    case 'scale':
      return objects.map((object) => scale(object, command));
    case 'rollout-pause':
    case 'rollout-resume':
      return objects.map((object) => pause(object, command.do === 'rollout-pause'));
    case 'rollout-restart':
      return objects.map((object) => restart(object, now));
    case 'delete':
      return objects.map((object) => remove(object, command));
    case 'cordon':
    case 'drain':
      return cordonPatches(objects, true);
    case 'uncordon':
      return cordonPatches(objects, false);
    case 'taint':
      return objects.map((node) => taint(node as Node, command));
    case 'label':
    case 'annotate':
      return objects.map((object) => patch(object, pairsPatch(object, command)));
    case 'patch':
      return objects.map((object) => ({
        ...patch(object, command.patch),
        isTyped: false,
        ...(command.type === 'merge' ? { patchType: 'merge' as const } : {}),
      }));
    case 'patch-json':
      return objects.map((object) => ({
        ...patch(object, mergePatchOf(object, command.operations)),
        isTyped: false,
        patchType: 'merge',
      }));
    case 'job-from':
      return objects.map((object) => create(jobFrom(object as CronJob, command.name)));
    case 'expose':
      return objects.map((object) => create(serviceFor(object, command)));
    case 'autoscale':
      return objects.map((object) => create(autoscalerFor(object, command)));
    case 'apply':
    case 'replace':
    case 'create':
    case 'rollout-undo':
      throw new OperatorError(`${command.do} has steps of its own`); // see controller.ts
  }
}

/** A node that is as it should be is left alone. Source: kubectl v0.36.3 pkg/drain/cordon.go: UpdateIfRequired. */
function cordonPatches(nodes: readonly KubernetesObject[], unschedulable: boolean): ApiRequest[] {
  return nodes
    .filter((node) => ((node as Node).spec.unschedulable ?? false) !== unschedulable)
    .map((node) => patch(node, { spec: { unschedulable: unschedulable ? true : null } }));
}

function pause(object: KubernetesObject, paused: boolean): ApiRequest {
  if (object.kind !== 'Deployment')
    throw new OperatorError(about(object, `${paused ? 'pausing' : 'resuming'} is not supported`));
  const isPaused = (object as Deployment).spec.paused === true;
  if (isPaused === paused) throw new OperatorError(about(object, paused ? 'is already paused' : 'is not paused'));
  return patch(object, { spec: { paused } });
}

/** Annotation that `kubectl rollout restart` writes into the template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

function restart(object: KubernetesObject, now: Micros): ApiRequest {
  if ((object as Deployment).spec.paused === true) {
    throw new OperatorError(about(object, "can't restart paused deployment (run rollout resume first)"));
  }
  return patch(object, template({}, { [RESTARTED_AT]: formatDuration(now) }));
}

/** kubectl v0.36.3 pkg/polymorphichelpers: objectpauser.go, objectresumer.go, objectrestarter.go; pkg/cmd/rollout */
function about({ kind, metadata }: KubernetesObject, what: string): string {
  return `${resourceOf(kind)} "${metadata.name}" ${what}`;
}

export function patch(object: KubernetesObject, body: unknown): ApiRequest {
  const { kind, metadata } = object;
  return { verb: 'patch', kind, namespace: metadata.namespace, name: metadata.name, body };
}

function template(spec: unknown, annotations?: Readonly<Record<string, string>>): unknown {
  const metadata = annotations === undefined ? {} : { metadata: { annotations } };
  return { spec: { template: { ...metadata, spec } } };
}

/** Changed containers, by list of the pod spec. */
type ContainerChanges = Readonly<Record<string, readonly object[]>>;

/** A patch of the containers named; none where nothing changes. */
function templatePatch(object: KubernetesObject, changes: ContainerChanges): readonly ApiRequest[] {
  const lists = Object.entries(changes).filter(([, containers]) => containers.length > 0);
  return lists.length === 0 ? [] : [patch(object, inPodSpec(object, Object.fromEntries(lists)))];
}

/** Source: kubectl v0.36.3 pkg/polymorphichelpers/updatepodspecforobject.go */
function podSpecOf(object: KubernetesObject): PodSpec {
  if (object.kind === 'Pod') return (object as Pod).spec;
  if (object.kind === 'CronJob') return (object as CronJob).spec.jobTemplate.spec.template.spec;
  const { spec } = object as KubernetesObject & { readonly spec?: { readonly template?: PodTemplateSpec } };
  if (spec?.template !== undefined) return spec.template.spec;
  throw new OperatorError(`the object is not a pod or does not have a pod template: *${object.kind}`);
}

function inPodSpec({ kind }: KubernetesObject, spec: object): unknown {
  if (kind === 'Pod') return { spec };
  return kind === 'CronJob' ? { spec: { jobTemplate: template(spec) } } : template(spec);
}

function containersOf(object: KubernetesObject, wanted: string): readonly Container[] {
  return named(podSpecOf(object).containers, wanted);
}

function named(containers: readonly Container[], wanted: string): readonly Container[] {
  const found = containers.filter((container) => isNamed(container, wanted));
  if (found.length === 0) throw new OperatorError(`unable to find container named "${wanted}"`);
  return found;
}

function isNamed({ name }: Container, wanted: string): boolean {
  return wanted === '*' || name === wanted;
}

type ImageChange = Extract<KubectlCommand, { readonly do: 'set-image' }>['images'][number];

/** Of init containers, too. Source: kubectl v0.36.3 pkg/cmd/set/set_image.go: Run, setImage. */
function imageChanges(object: KubernetesObject, images: readonly ImageChange[]): ContainerChanges {
  const { containers, initContainers = [] } = podSpecOf(object);
  for (const { container } of images) named([...initContainers, ...containers], container);
  const changesIn = (list: readonly Container[]): readonly object[] =>
    images.flatMap(({ container, image }) =>
      list.filter((one) => isNamed(one, container) && one.image !== image).map(({ name }) => ({ name, image })),
    );
  return { containers: changesIn(containers), initContainers: changesIn(initContainers) };
}

type EnvChange = Extract<KubectlCommand, { readonly do: 'set-env' }>;

function envChanges(object: KubernetesObject, { container, values }: EnvChange): readonly object[] {
  return containersOf(object, container).flatMap(({ name, env: own = [] }) => {
    const env = Object.entries(values).flatMap(([key, value]): readonly object[] => {
      const old = own.find((variable) => variable.name === key);
      if (value === null) return old === undefined ? [] : [{ name: key, $patch: 'delete' }];
      return old?.value === value ? [] : [{ name: key, value }];
    });
    return env.length === 0 ? [] : [{ name, env }];
  });
}

/** The selector becomes the one given: labels of the old one go. */
function setSelector(object: KubernetesObject, selector: StringMap): ApiRequest {
  if (object.kind !== 'Service') throw new OperatorError('setting a selector is only supported for Services');
  const old = (object as Service).spec.selector ?? {};
  const gone = Object.fromEntries(Object.keys(old).map((key) => [key, null]));
  return patch(object, { spec: { selector: { ...gone, ...selector } } });
}

/** A CronJob's Job out of turn. Source: kubectl v0.36.3 pkg/cmd/create/create_job.go: createJobFromCronJob. */
function jobFrom({ apiVersion, kind, metadata, spec }: CronJob, name: string): KubernetesObject {
  const { metadata: own, spec: jobSpec } = spec.jobTemplate;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: metadata.namespace,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...own?.annotations },
      ...(own?.labels === undefined ? {} : { labels: own.labels }),
      ownerReferences: [owner],
    },
    spec: jobSpec,
  } as unknown as KubernetesObject;
}

type ResourceChange = Extract<KubectlCommand, { readonly do: 'set-resources' }>;

function resourceChanges(object: KubernetesObject, change: ResourceChange): readonly object[] {
  const { container, requests, limits } = change;
  return containersOf(object, container).map(({ name }) => ({ name, resources: { requests, limits } }));
}

/** Kinds with the subresource `scale`. */
const SCALABLE: readonly string[] = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];

function scale(object: KubernetesObject, command: Extract<KubectlCommand, { readonly do: 'scale' }>): ApiRequest {
  if (!SCALABLE.includes(object.kind)) {
    const message = 'the server could not find the requested resource';
    throw new OperatorError(message, `Error from server (NotFound): ${message}`);
  }
  const { replicas } = (object as Deployment).spec;
  if (command.currentReplicas !== null && replicas !== command.currentReplicas) {
    throw new OperatorError(`Expected replicas to be ${command.currentReplicas}, was ${replicas}`);
  }
  return patch(object, { spec: { replicas: command.replicas } });
}

const PROPAGATION = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

function remove(object: KubernetesObject, command: Extract<KubectlCommand, { readonly do: 'delete' }>): ApiRequest {
  const { kind, metadata } = object;
  const grace = command.force ? 0 : command.gracePeriodSeconds;
  return {
    verb: 'delete',
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    propagation: PROPAGATION[command.propagation],
    ...(grace === null ? {} : { gracePeriodSeconds: grace }),
  };
}

/** Source: kubectl v0.36.3 pkg/cmd/taint/utils.go: reorganizeTaints, deleteTaints, addTaints. */
function taint(node: Node, { add, remove, overwrite }: Extract<KubectlCommand, { readonly do: 'taint' }>): ApiRequest {
  const old = node.spec.taints ?? [];
  const isMeant = (other: Taint, { key, effect }: { key: string; effect?: Taint['effect'] }): boolean =>
    other.key === key && (effect === undefined || other.effect === effect);
  const missing = remove.find((removed) => !old.some((other) => isMeant(other, removed)));
  if (missing !== undefined) {
    const { key, effect } = missing;
    throw new OperatorError(`taint "${effect === undefined ? key : `${key}:${effect}`}" not found`);
  }
  const replaced = old.filter((other) => add.some((added) => isMeant(other, added)));
  if (replaced.length > 0 && !overwrite) {
    const keys = replaced.map(({ key }) => key).join(',');
    throw new OperatorError(
      `node ${node.metadata.name} already has ${keys} taint(s) with same effect(s) and --overwrite is false`,
    );
  }
  const kept = old.filter((other) => !replaced.includes(other) && !remove.some((removed) => isMeant(other, removed)));
  const taints = [...add, ...kept];
  return { ...patch(node, { spec: { taints: taints.length > 0 ? taints : null } }), patchType: 'merge' };
}

export function create(object: KubernetesObject): ApiRequest {
  const { kind, metadata } = object;
  return { verb: 'create', kind, namespace: metadata.namespace, name: metadata.name, body: object };
}

/** The whole object anew, in the place of this version of the old one. */
export function replaceBy(wanted: KubernetesObject, there: KubernetesObject): ApiRequest {
  const { kind, metadata } = there;
  const { namespace, name, resourceVersion } = metadata;
  return { verb: 'update', kind, namespace, name, body: wanted, resourceVersion };
}
