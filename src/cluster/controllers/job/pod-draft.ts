import type { ObjectDraft } from '../../api/create.js';
import type { Job } from '../../api/objects/batch.js';
import type { Container, Pod, PodSpec } from '../../api/objects/pod.js';
import { controllerReference } from '../../api/owner-references.js';
import { judgeFailure } from './pod-failure-policy.js';
import {
  COMPLETION_INDEX,
  FAILURE_COUNT,
  failuresBefore,
  hasLimitPerIndex,
  IGNORED_FAILURE_COUNT,
  ignoredFailuresBefore,
  TRACKING_FINALIZER,
} from './pods.js';

const COMPLETION_INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** Room that a generated name leaves for what comes before its random end (kubernetes v1.36.3 apiserver storage/names). */
const NAME_BASE_LENGTH = 58;

interface PodDraft extends ObjectDraft {
  readonly spec: PodSpec;
}

/**
 * A pod of the Job, of one of its indexes if it is Indexed. `replaced`: by index the failed pod whose place it takes.
 * Source: job_controller.go: manageJob; indexed_job_utils.go.
 */
export function podDraft(job: Job, index?: number, replaced: ReadonlyMap<number, Pod> = new Map()): PodDraft {
  const { name, namespace } = job.metadata;
  const { metadata = {}, spec } = job.spec.template;
  const tracked = {
    ...metadata,
    namespace,
    finalizers: [TRACKING_FINALIZER],
    ownerReferences: [controllerReference(job)],
  };
  if (index === undefined) {
    return { apiVersion: 'v1', kind: 'Pod', metadata: { ...tracked, generateName: `${name}-` }, spec };
  }
  const ownIndex = { [COMPLETION_INDEX]: `${index}` };
  const counts = hasLimitPerIndex(job) ? failureCounts(job, replaced.get(index)) : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...tracked,
      generateName: indexedName(name, index),
      labels: { ...metadata.labels, ...ownIndex },
      annotations: { ...metadata.annotations, ...ownIndex, ...counts },
    },
    spec: withIndexVariable({ ...spec, hostname: `${name}-${index}` }),
  };
}

function indexedName(jobName: string, index: number): string {
  const end = `-${index}-`;
  return `${jobName.slice(0, NAME_BASE_LENGTH - end.length)}${end}`;
}

/** The new pod takes the failures of its index over. Source: indexed_job_utils.go: addIndexFailureCountAnnotation. */
function failureCounts(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (replaced === undefined) return { [FAILURE_COUNT]: '0' };
  const { isCounted } = judgeFailure(job.spec, replaced);
  const counted = failuresBefore(replaced) + (isCounted ? 1 : 0);
  const ignored = ignoredFailuresBefore(replaced) + (isCounted ? 0 : 1);
  return { [FAILURE_COUNT]: `${counted}`, ...(ignored > 0 ? { [IGNORED_FAILURE_COUNT]: `${ignored}` } : {}) };
}

function withIndexVariable(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  const own = { ...spec, containers: containers.map(withVariable) };
  return initContainers === undefined ? own : { ...own, initContainers: initContainers.map(withVariable) };
}

function withVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === COMPLETION_INDEX_VARIABLE)) return container;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...env, { name: COMPLETION_INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}
