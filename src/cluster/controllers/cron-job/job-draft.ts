import type { ObjectDraft } from '../../api/create.js';
import { rfc3339 } from '../../api/epoch.js';
import type { CronJob, Job, JobReference, JobSpec } from '../../api/objects/batch.js';
import { controllerReference } from '../../api/owner-references.js';
import { offsetAt, type TimeZone } from '../../api/time-zones.js';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const SECONDS_PER_MINUTE = 60;

/** One time makes one name: the minutes since 1970. Source: kubernetes v1.36.3 pkg/controller/cronjob/utils.go: getJobName. */
export function jobName({ metadata }: CronJob, due: number): string {
  return `${metadata.name}-${Math.floor(due / SECONDS_PER_MINUTE)}`;
}

/** Source: utils.go: getJobFromTemplate2. */
export function jobDraft(cronJob: CronJob, due: number, zone: TimeZone): ObjectDraft & { readonly spec: JobSpec } {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, due),
      namespace: cronJob.metadata.namespace,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: rfc3339(due, offsetAt(zone, due)) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}

export function referenceTo({ apiVersion, kind, metadata }: Job): JobReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}
