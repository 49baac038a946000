import type { KubernetesObject, LabelSelector, StringMap } from '../../cluster/api/objects/meta.js';
import type { Service } from '../../cluster/api/objects/network.js';
import type { Pod, PodTemplateSpec } from '../../cluster/api/objects/pod.js';
import type { AutoscaleMetric, KubectlCommand } from '../../scenario/commands.js';
import { OperatorError } from './error.js';

type Expose = Extract<KubectlCommand, { readonly do: 'expose' }>;
type Autoscale = Extract<KubectlCommand, { readonly do: 'autoscale' }>;

/** The Service that `kubectl expose` makes. Source: kubectl v0.36.3 pkg/cmd/expose/expose.go: createService. */
export function serviceFor(object: KubernetesObject, command: Expose): KubernetesObject {
  const { name, namespace, labels } = object.metadata;
  const selector = command.selector ?? selectorOf(object);
  const given = command.ports.length > 0 ? command.ports : portsOf(object);
  if (given.length === 0) throw new OperatorError("couldn't find port via --port flag or introspection");
  const ports = given.map((port, index) => ({
    ...(given.length > 1 ? { name: `port-${index + 1}` } : {}),
    port,
    protocol: command.protocol,
    targetPort: command.targetPort ?? port,
  }));
  const ownLabels = command.labels ?? labels;
  const address = command.clusterIP === '' ? {} : { clusterIP: command.clusterIP };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: command.name || name, namespace, ...(ownLabels === undefined ? {} : { labels: ownLabels }) },
    spec: { type: command.type, selector, ports, ...address },
  } as unknown as KubernetesObject;
}

interface WithSelector extends KubernetesObject {
  readonly spec: { readonly selector?: LabelSelector & StringMap };
}

/** Source: pkg/polymorphichelpers/canbeexposed.go, mapbasedselectorforobject.go. */
function selectorOf(object: KubernetesObject): StringMap {
  const { kind, metadata } = object;
  if (kind === 'Pod') {
    const { labels = {} } = metadata;
    if (Object.keys(labels).length === 0) throw new OperatorError('the pod has no labels and cannot be exposed');
    return labels;
  }
  const { selector } = (object as WithSelector).spec;
  switch (kind) {
    case 'Service':
    case 'ReplicationController':
      if (selector === undefined || Object.keys(selector).length === 0) {
        const what = kind === 'Service' ? 'service' : 'replication controller';
        throw new OperatorError(`the ${what} has no pod selector set`);
      }
      return selector;
    case 'Deployment':
    case 'ReplicaSet':
      if ((selector?.matchExpressions ?? []).length > 0 || selector?.matchLabels === undefined) {
        throw new OperatorError("couldn't convert expressions to map-based selector format");
      }
      return selector.matchLabels;
    default:
      throw new OperatorError(`cannot expose a ${kind}`);
  }
}

/** Source: pkg/polymorphichelpers/portsforobject.go. */
function portsOf(object: KubernetesObject): readonly number[] {
  if (object.kind === 'Service') return ((object as Service).spec.ports ?? []).map(({ port }) => port);
  const pod =
    object.kind === 'Pod'
      ? (object as Pod).spec
      : (object as KubernetesObject & { readonly spec: { readonly template: PodTemplateSpec } }).spec.template.spec;
  return pod.containers.flatMap(({ ports }) => ports ?? []).map(({ containerPort }) => containerPort);
}

/** The autoscaler that `kubectl autoscale` makes. */
export function autoscalerFor(object: KubernetesObject, command: Autoscale): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: command.name || metadata.name, namespace: metadata.namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name: metadata.name },
      minReplicas: command.minReplicas,
      maxReplicas: command.maxReplicas,
      metrics: command.metrics.map((metric) => ({
        type: 'Resource',
        resource: { name: metric.resource, target: targetOf(metric) },
      })),
    },
  } as unknown as KubernetesObject;
}

function targetOf(metric: AutoscaleMetric): object {
  return 'percent' in metric
    ? { type: 'Utilization', averageUtilization: metric.percent }
    : { type: 'AverageValue', averageValue: metric.quantity };
}
