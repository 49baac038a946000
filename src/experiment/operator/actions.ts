import type { ApiRequest } from '../../cluster/api/calls.js';
import { resourceOf } from '../../cluster/api/kinds.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Node, Taint } from '../../cluster/api/objects/node.js';
import type { PodTemplateSpec } from '../../cluster/api/objects/pod.js';
import type { Deployment } from '../../cluster/api/objects/workload.js';
import { formatDuration } from '../../kernel/duration.js';
import type { Micros } from '../../kernel/time.js';
import type { KubectlCommand } from '../../scenario/commands.js';

/** A command that cannot be carried out on the objects it found: kubectl's own error text. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/**
 * The writes that a kubectl command makes, given the objects it read.
 * reference/control-plane.md section 9.
 */
export function writesOf(command: KubectlCommand, objects: readonly KubernetesObject[], now: Micros): ApiRequest[] {
  switch (command.do) {
    case 'set-image':
      return objects.map((object) => patch(object, template(containersPatch(object, command.images))));
    case 'set-resources':
      return objects.map((object) => patch(object, template(resourcesPatch(object, command))));
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
      return objects.map((object) => patch(object, { metadata: { labels: command.values } }));
    case 'annotate':
      return objects.map((object) => patch(object, { metadata: { annotations: command.values } }));
    case 'patch':
      return objects.map((object) => ({
        ...patch(object, command.patch),
        ...(command.type === 'merge' ? { patchType: 'merge' as const } : {}),
      }));
    case 'expose':
      return objects.map((object) => create(serviceFor(object, command)));
    case 'autoscale':
      return objects.map((object) => create(autoscalerFor(object, command)));
    case 'apply':
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
  if (object.kind !== 'Deployment') throw new OperatorError(unsupported(object, paused ? 'pausing' : 'resuming'));
  return patch(object, { spec: { paused } });
}

/** Annotation that `kubectl rollout restart` writes into the template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const RESTARTABLE: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

function restart(object: KubernetesObject, now: Micros): ApiRequest {
  if (!RESTARTABLE.includes(object.kind)) throw new OperatorError(unsupported(object, 'restarting'));
  return patch(object, template({}, { [RESTARTED_AT]: formatDuration(now) }));
}

/** kubectl v0.36.3 pkg/polymorphichelpers: objectpauser.go, objectresumer.go, objectrestarter.go */
function unsupported({ kind, metadata }: KubernetesObject, what: string): string {
  return `${resourceOf(kind)} "${metadata.name}" ${what} is not supported`;
}

export function patch(object: KubernetesObject, body: unknown): ApiRequest {
  const { kind, metadata } = object;
  return { verb: 'patch', kind, namespace: metadata.namespace, name: metadata.name, body };
}

function template(spec: unknown, annotations?: Readonly<Record<string, string>>): unknown {
  const metadata = annotations === undefined ? {} : { metadata: { annotations } };
  return { spec: { template: { ...metadata, spec } } };
}

interface WithTemplate extends KubernetesObject {
  readonly spec: { readonly template: PodTemplateSpec };
}

type ImageChange = Extract<KubectlCommand, { readonly do: 'set-image' }>['images'][number];

function containersPatch(object: KubernetesObject, images: readonly ImageChange[]): unknown {
  const { containers } = (object as WithTemplate).spec.template.spec;
  return {
    containers: images.flatMap(({ container, image }) => {
      const named = containers.filter(({ name }) => container === '*' || name === container);
      if (named.length === 0) throw new OperatorError(`unable to find container named "${container}"`);
      return named.map(({ name }) => ({ name, image }));
    }),
  };
}

type ResourceChange = Extract<KubectlCommand, { readonly do: 'set-resources' }>;

function resourcesPatch(object: KubernetesObject, { container, requests, limits }: ResourceChange): unknown {
  const { containers } = (object as WithTemplate).spec.template.spec;
  const named = containers.filter(({ name }) => container === '*' || name === container);
  if (named.length === 0) throw new OperatorError(`unable to find container named "${container}"`);
  return { containers: named.map(({ name }) => ({ name, resources: { requests, limits } })) };
}

/** Kinds with the subresource `scale`. */
const SCALABLE: readonly string[] = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];

function scale(object: KubernetesObject, command: Extract<KubectlCommand, { readonly do: 'scale' }>): ApiRequest {
  if (!SCALABLE.includes(object.kind)) throw new OperatorError('the server could not find the requested resource');
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

/** Creates what is not there; changes what is to what the manifest says, and leaves other fields alone. */
export function applyTo(wanted: KubernetesObject, there: KubernetesObject | undefined): ApiRequest {
  if (there === undefined) return create(wanted);
  const { labels = {}, annotations = {} } = wanted.metadata;
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...fields } = wanted;
  return patch(there, { metadata: { labels, annotations }, ...fields });
}

function serviceFor(
  object: KubernetesObject,
  command: Extract<KubectlCommand, { readonly do: 'expose' }>,
): KubernetesObject {
  const { template: pods } = (object as WithTemplate).spec;
  const containerPorts = pods.spec.containers.flatMap(({ ports }) => ports ?? []);
  const { port, protocol, targetPort } = command;
  if (port === null && containerPorts.length === 0) {
    throw new OperatorError("couldn't find port via --port flag or introspection");
  }
  const ports =
    port === null
      ? containerPorts.map(({ containerPort, name }) => ({
          ...(containerPorts.length > 1 ? { name: name ?? `port-${containerPort}` } : {}),
          port: containerPort,
          protocol,
          targetPort: targetPort ?? containerPort,
        }))
      : [{ port, protocol, targetPort: targetPort ?? port }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...object.metadata, name: command.name, ownerReferences: [], annotations: {} },
    spec: { type: command.type, selector: pods.metadata?.labels ?? {}, ports },
  } as unknown as KubernetesObject;
}

function autoscalerFor(
  object: KubernetesObject,
  command: Extract<KubectlCommand, { readonly do: 'autoscale' }>,
): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  const target = { type: 'Utilization', averageUtilization: command.cpuPercent };
  const metrics =
    command.cpuPercent === null ? {} : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: command.name, namespace: metadata.namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name: metadata.name },
      minReplicas: command.minReplicas,
      maxReplicas: command.maxReplicas,
      ...metrics,
    },
  } as unknown as KubernetesObject;
}
