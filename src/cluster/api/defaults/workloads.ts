import { withFields } from '../../../kernel/with-fields.js';
import { type Fields, fieldsIn, mapField, mapList, withMissing, withZeros } from '../fields.js';
import { defaultPodTemplate } from './pod.js';

/** Defaults of workloads. Source: kubernetes v1.36.3 pkg/apis/{apps,batch}/v1/defaults.go. */

function templateDefaulted(spec: Fields): Fields {
  return withFields(spec, { template: defaultPodTemplate(fieldsIn(spec['template'])) });
}

export function defaultDeployment(spec: Fields): Fields {
  const filled = withMissing(templateDefaulted(spec), {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const strategy = withZeros(fieldsIn(filled['strategy']), { type: 'RollingUpdate' });
  if (strategy['type'] !== 'RollingUpdate') return { ...filled, strategy };
  const rollingUpdate = withMissing(fieldsIn(strategy['rollingUpdate']), { maxUnavailable: '25%', maxSurge: '25%' });
  return withFields(filled, { strategy: withFields(strategy, { rollingUpdate }) });
}

export function defaultReplicaSet(spec: Fields): Fields {
  return withMissing(templateDefaulted(spec), { replicas: 1 });
}

export function defaultStatefulSet(spec: Fields): Fields {
  let filled = withMissing(templateDefaulted(spec), { replicas: 1, revisionHistoryLimit: 10 });
  filled = withZeros(filled, { podManagementPolicy: 'OrderedReady' });
  const strategy = withZeros(fieldsIn(filled['updateStrategy']), { type: 'RollingUpdate' });
  const rollingUpdate = withMissing(fieldsIn(strategy['rollingUpdate']), { partition: 0 });
  const updateStrategy = strategy['type'] === 'RollingUpdate' ? { ...strategy, rollingUpdate } : strategy;
  const retention = withZeros(fieldsIn(filled['persistentVolumeClaimRetentionPolicy']), {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  filled = { ...filled, updateStrategy, persistentVolumeClaimRetentionPolicy: retention };
  return mapList(filled, 'volumeClaimTemplates', (claim) => ({
    ...claim,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: withMissing(fieldsIn(claim['spec']), { volumeMode: 'Filesystem' }),
    status: { phase: 'Pending' },
  }));
}

/** The annotation counts template changes for clients of an older API; nothing decides by it. */
export function defaultDaemonSet(object: Fields): Fields {
  const metadata = fieldsIn(object['metadata']);
  const counted = withMissing(fieldsIn(metadata['annotations']), { 'deprecated.daemonset.template.generation': '1' });
  return {
    ...object,
    metadata: { ...metadata, annotations: counted },
    spec: defaultDaemonSetSpec(fieldsIn(object['spec'])),
  };
}

function defaultDaemonSetSpec(spec: Fields): Fields {
  const filled = withMissing(templateDefaulted(spec), { revisionHistoryLimit: 10 });
  const strategy = withZeros(fieldsIn(filled['updateStrategy']), { type: 'RollingUpdate' });
  if (strategy['type'] !== 'RollingUpdate') return { ...filled, updateStrategy: strategy };
  const rollingUpdate = withMissing(fieldsIn(strategy['rollingUpdate']), { maxUnavailable: 1, maxSurge: 0 });
  return { ...filled, updateStrategy: { ...strategy, rollingUpdate } };
}

/** Retries of a Job whose indexes have limits of their own: as many as there are. */
const UNLIMITED_BACKOFF = 2147483647;

export function defaultJob(given: Fields): Fields {
  const isSingle = given['completions'] === undefined && given['parallelism'] === undefined;
  const spec = withMissing(templateDefaulted(given), {
    ...(isSingle ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: given['backoffLimitPerIndex'] === undefined ? 6 : UNLIMITED_BACKOFF,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: given['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  return mapField(spec, 'podFailurePolicy', (policy) =>
    mapList(policy, 'rules', (rule) =>
      mapList(rule, 'onPodConditions', (condition) => withZeros(condition, { status: 'True' })),
    ),
  );
}

/** The Job in the template is defaulted when it is made, but for its pods. */
export function defaultCronJob(given: Fields): Fields {
  const spec = withMissing(withZeros(given, { concurrencyPolicy: 'Allow' }), {
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const jobTemplate = fieldsIn(spec['jobTemplate']);
  return { ...spec, jobTemplate: { ...jobTemplate, spec: templateDefaulted(fieldsIn(jobTemplate['spec'])) } };
}

/** An empty selector and empty labels of its own are taken from the template. */
export function defaultReplicationController(object: Fields): Fields {
  const spec = withMissing(mapField(fieldsIn(object['spec']), 'template', defaultPodTemplate), { replicas: 1 });
  const labels = fieldsIn(fieldsIn(fieldsIn(spec['template'])['metadata'])['labels']);
  if (Object.keys(labels).length === 0) return { ...object, spec };
  const metadata = fieldsIn(object['metadata']);
  return {
    ...object,
    metadata: isEmpty(metadata['labels']) ? { ...metadata, labels } : metadata,
    spec: isEmpty(spec['selector']) ? { ...spec, selector: labels } : spec,
  };
}

function isEmpty(map: unknown): boolean {
  return Object.keys(fieldsIn(map)).length === 0;
}
