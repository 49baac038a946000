import { type Fields, fieldsIn } from '../fields.js';
import type { KubernetesObject, StringMap } from '../objects/meta.js';
import type { Job } from '../objects/batch.js';

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';
/** The same without a domain, as they were before. */
const OLD_CONTROLLER_UID = 'controller-uid';
const OLD_JOB_NAME = 'job-name';

/**
 * A new Job knows its pods by labels and a selector made of its uid, unless it brings its own; the Job takes its pods' labels if it has none.
 * Source: kubernetes v1.36.3 pkg/registry/batch/job/strategy.go: generateSelector; pkg/apis/batch/v1/defaults.go: SetDefaults_Job.
 */
export function withJobIdentity(job: Job): KubernetesObject {
  const { metadata, spec } = job;
  const { name, uid } = metadata;
  const isOwn = spec.manualSelector === true;
  const identity = isOwn
    ? {}
    : { [CONTROLLER_UID]: uid, [JOB_NAME]: name, [OLD_CONTROLLER_UID]: uid, [OLD_JOB_NAME]: name };
  const labels: StringMap = { ...spec.template.metadata?.labels, ...identity };
  const hasLabels = Object.keys(metadata.labels ?? {}).length > 0;
  const selector = isOwn ? spec.selector : withPair(spec.selector as Fields | undefined, CONTROLLER_UID, uid);
  const template = isOwn ? spec.template : { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  return {
    ...job,
    metadata: hasLabels || Object.keys(labels).length === 0 ? metadata : { ...metadata, labels },
    spec: { manualSelector: false, ...spec, ...(selector === undefined ? {} : { selector }), template },
  } as KubernetesObject;
}

function withPair(selector: Fields | undefined, key: string, value: string): Fields {
  return { ...selector, matchLabels: { ...fieldsIn(selector?.['matchLabels']), [key]: value } };
}
