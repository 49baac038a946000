import { type Fields, fieldsIn, isZero, listIn } from './fields.js';
import { kindOf } from './kinds.js';
import type { KubernetesObject } from './objects/meta.js';

/**
 * Fields that are given in an object of a played kind and that the simulator stores but does not act on, although they would matter in a
 * real cluster. Paths without indexes: each is named once. Fields that change nothing that is measured (working directories, security
 * contexts, service accounts, messages) are not listed. An object of a kind that is only stored gives [''].
 */
export function unplayedFields(object: KubernetesObject): string[] {
  const kind = kindOf(object.kind);
  if (kind?.role !== 'played') return [''];
  const found = new Set<string>();
  const fields = object as unknown as Fields;
  const spec = fieldsIn(fields['spec']);
  switch (object.kind) {
    case 'Pod':
      inPodSpec(spec, 'spec', found);
      break;
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'DaemonSet':
    case 'Job':
      inPodSpec(fieldsIn(fieldsIn(spec['template'])['spec']), 'spec.template.spec', found);
      break;
    case 'StatefulSet': {
      inPodSpec(fieldsIn(fieldsIn(spec['template'])['spec']), 'spec.template.spec', found);
      // Kubernetes v1.36 drops it, too: its gate MaxUnavailableStatefulSet is off.
      const strategy = fieldsIn(spec['updateStrategy']);
      named(fieldsIn(strategy['rollingUpdate']), ['maxUnavailable'], 'spec.updateStrategy.rollingUpdate', found);
      break;
    }
    case 'CronJob':
      inPodSpec(jobTemplateSpec(spec), 'spec.jobTemplate.spec.template.spec', found);
      break;
    case 'DeviceClass':
      named(spec, ['extendedResourceName'], 'spec', found);
      break;
    case 'ResourceSlice':
      for (const device of listIn(spec['devices'])) named(device, ['bindingConditions'], 'spec.devices', found);
      break;
    case 'Service':
      named(spec, SERVICE_FIELDS, 'spec', found);
      break;
    case 'HorizontalPodAutoscaler':
      inMetrics(listIn(spec['metrics']), found);
      break;
    default:
      break;
  }
  return [...found];
}

function jobTemplateSpec(spec: Fields): Fields {
  return fieldsIn(fieldsIn(fieldsIn(fieldsIn(spec['jobTemplate'])['spec'])['template'])['spec']);
}

/** Of a pod's spec: what has no part in scheduling, starting, serving or ending a pod here. */
const POD_FIELDS = [
  'activeDeadlineSeconds',
  'runtimeClassName',
  'ephemeralContainers',
  'dnsConfig',
  'hostAliases',
  'schedulingGroup',
];
const SERVICE_FIELDS = ['externalName', 'externalIPs', 'loadBalancerSourceRanges', 'loadBalancerClass'];
const CONTAINER_FIELDS = ['resizePolicy', 'volumeDevices', 'restartPolicyRules'];

/** Volumes that have no effect on when and where a pod runs; all others would be bound, attached or made first. */
const FREE_VOLUMES: ReadonlySet<string> = new Set([
  'name',
  'configMap',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'hostPath',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function inPodSpec(spec: Fields, path: string, found: Set<string>): void {
  named(spec, POD_FIELDS, path, found);
  for (const volume of listIn(spec['volumes'])) {
    for (const source of Object.keys(volume)) {
      if (!FREE_VOLUMES.has(source)) found.add(`${path}.volumes.${source}`);
    }
  }
  for (const list of ['containers', 'initContainers']) {
    for (const container of listIn(spec[list])) {
      named(container, CONTAINER_FIELDS, `${path}.${list}`, found);
      named(fieldsIn(container['lifecycle']), ['postStart'], `${path}.${list}.lifecycle`, found);
    }
  }
}

function named(fields: Fields, names: readonly string[], path: string, found: Set<string>): void {
  for (const name of names) {
    const value = fields[name];
    if (!isZero(value) && !(Array.isArray(value) && value.length === 0)) found.add(`${path}.${name}`);
  }
}

/** Only the metrics server is simulated, and of it the CPU. */
function inMetrics(metrics: readonly Fields[], found: Set<string>): void {
  for (const metric of metrics) {
    for (const source of ['containerResource', 'pods', 'object', 'external']) {
      if (metric[source] !== undefined) found.add(`spec.metrics.${source}`);
    }
    const resource = fieldsIn(metric['resource'])['name'];
    if (resource !== undefined && resource !== 'cpu') found.add('spec.metrics.resource');
  }
}
