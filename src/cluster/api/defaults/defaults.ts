import { withFields } from '../../../kernel/with-fields.js';
import { type Fields, fieldsIn, mapField, mapList, textIn, withMissing, withZeros } from '../fields.js';
import type { KubernetesObject } from '../objects/meta.js';
import { defaultAutoscaler, autoscalerFromV1 } from './autoscaling.js';
import { defaultClaimTemplate, defaultResourceClaim, defaultResourceObject } from './devices.js';
import { defaultPod, defaultPodTemplate, roundedUpToMilli } from './pod.js';
import { defaultService } from './service.js';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workloads.js';

/** An object with the fields that the API server fills in when it reads it. Doing it again changes nothing. */
export function applyDefaults<T extends KubernetesObject>(object: T): T {
  const rule = DEFAULTS.get(object.kind);
  return rule === undefined ? object : (rule(object as unknown as Fields) as unknown as T);
}

type Rule = (object: Fields) => Fields;

const onSpec =
  (rule: Rule): Rule =>
  (object) =>
    withFields(object, { spec: rule(fieldsIn(object['spec'])) });

const DEFAULTS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Pod', defaultPod],
  ['PodTemplate', (object) => mapField(object, 'template', defaultPodTemplate)],
  ['Deployment', onSpec(defaultDeployment)],
  ['ReplicaSet', onSpec(defaultReplicaSet)],
  ['StatefulSet', onSpec(defaultStatefulSet)],
  ['DaemonSet', defaultDaemonSet],
  ['ReplicationController', defaultReplicationController],
  ['Job', onSpec(defaultJob)],
  ['CronJob', onSpec(defaultCronJob)],
  ['Ingress', (object) => object],
  ['Service', onSpec(defaultService)],
  ['HorizontalPodAutoscaler', defaultHorizontalPodAutoscaler],
  ['Namespace', defaultNamespace],
  ['Node', defaultNode],
  ['PodDisruptionBudget', (object) => object],
  ['ResourceQuota', (object) => object],
  ['LimitRange', onSpec((spec) => mapList(spec, 'limits', defaultLimit))],
  ['Secret', (object) => withZeros(object, { type: 'Opaque' })],
  ['ConfigMap', (object) => object],
  ['ServiceAccount', (object) => object],
  ['PriorityClass', (object) => withMissing(object, { preemptionPolicy: 'PreemptLowerPriority' })],
  ['EndpointSlice', (object) => mapList(object, 'ports', (port) => withMissing(port, { name: '', protocol: 'TCP' }))],
  ['Lease', (object) => object],
  ['PersistentVolumeClaim', onSpec((spec) => withMissing(spec, { volumeMode: 'Filesystem' }))],
  ['PersistentVolume', onSpec(defaultVolume)],
  ['StorageClass', (object) => withMissing(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })],
  ['ResourceClaim', defaultResourceClaim],
  ['ResourceClaimTemplate', defaultClaimTemplate],
  ['DeviceClass', defaultResourceObject],
  ['ResourceSlice', defaultResourceObject],
  ['NetworkPolicy', onSpec(defaultNetworkPolicy)],
  ['Role', (object) => object],
  ['ClusterRole', (object) => object],
  ['RoleBinding', defaultRoleBinding],
  ['ClusterRoleBinding', defaultRoleBinding],
]);

function defaultHorizontalPodAutoscaler(object: Fields): Fields {
  const current = object['apiVersion'] === 'autoscaling/v1' ? autoscalerFromV1(object) : object;
  return { ...current, spec: defaultAutoscaler(fieldsIn(current['spec'])) };
}

/** Source: pkg/apis/core/v1/defaults.go: SetDefaults_Namespace; pkg/registry/core/namespace/strategy.go. */
function defaultNamespace(object: Fields): Fields {
  const metadata = fieldsIn(object['metadata']);
  const name = textIn(metadata['name']);
  const spec = fieldsIn(object['spec']);
  const finalizers = listOfTexts(spec['finalizers']);
  return {
    ...object,
    metadata:
      name === ''
        ? metadata
        : { ...metadata, labels: { ...fieldsIn(metadata['labels']), 'kubernetes.io/metadata.name': name } },
    spec: finalizers.includes('kubernetes') ? spec : { ...spec, finalizers: [...finalizers, 'kubernetes'] },
    status: withMissing(fieldsIn(object['status']), { phase: 'Active' }),
  };
}

function listOfTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textIn) : [];
}

/** Source: pkg/apis/core/v1/defaults.go: SetDefaults_PersistentVolume, SetDefaults_HostPathVolumeSource. */
function defaultVolume(spec: Fields): Fields {
  const filled = withMissing(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  return mapField(filled, 'hostPath', (source) => withMissing(source, { type: '' }));
}

/** Allocatable is the capacity when it is not given. */
function defaultNode(object: Fields): Fields {
  const status = mapField(
    mapField(fieldsIn(object['status']), 'capacity', roundedUpToMilli),
    'allocatable',
    roundedUpToMilli,
  );
  const allocatable = status['capacity'] === undefined ? {} : { allocatable: status['capacity'] };
  return { ...object, spec: fieldsIn(object['spec']), status: withMissing(status, allocatable) };
}

/** Without types a policy is for what comes in, and for what goes out if it says anything of that. */
function defaultNetworkPolicy(given: Fields): Fields {
  const hasEgress = Array.isArray(given['egress']) && given['egress'].length > 0;
  const types = Array.isArray(given['policyTypes']) ? given['policyTypes'] : [];
  let spec: Fields =
    types.length > 0 ? given : { ...given, policyTypes: hasEgress ? ['Ingress', 'Egress'] : ['Ingress'] };
  for (const list of ['ingress', 'egress']) {
    spec = mapList(spec, list, (rule) => mapList(rule, 'ports', (port) => withMissing(port, { protocol: 'TCP' })));
  }
  return withMissing(spec, { podSelector: {} });
}

const RBAC = 'rbac.authorization.k8s.io';

function defaultRoleBinding(binding: Fields): Fields {
  const filled = { ...binding, roleRef: withZeros(fieldsIn(binding['roleRef']), { apiGroup: RBAC }) };
  return mapList(filled, 'subjects', (subject) =>
    subject['kind'] === 'User' || subject['kind'] === 'Group' ? withZeros(subject, { apiGroup: RBAC }) : subject,
  );
}

/** Limits of containers fill one another: max -> default -> defaultRequest <- min. */
function defaultLimit(item: Fields): Fields {
  if (item['type'] !== 'Container') return item;
  const limit = withMissing(fieldsIn(item['default']), fieldsIn(item['max']));
  const request = withMissing(fieldsIn(item['defaultRequest']), limit);
  return { ...item, default: limit, defaultRequest: withMissing(request, fieldsIn(item['min'])) };
}
