import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** What became of a Job, from the Events about it. */
export interface JobSummary {
  /** Its name, with `namespace/` before it outside `default`. */
  readonly job: string;
  /** Name of the CronJob that created it, likewise; empty if none did. */
  readonly cronJob: string;
  /** When its controller first acted on it: its first pod, as a rule. */
  readonly startSeconds: number;
  /** Null when it did not complete within the run: a failure is no end. */
  readonly durationSeconds: number | null;
  readonly failedAfterSeconds: number | null;
  /** `complete`, `failed`, `deleted` by its CronJob before it ended, or `unfinished`. */
  readonly outcome: string;
  /** Why it failed, for example `BackoffLimitExceeded`; empty if it did not. */
  readonly reason: string;
  /** What Kubernetes says of the failure, or of the pods that it could not create. */
  readonly message: string;
}

/** Reasons of a Job's condition Failed. Source: kubernetes v1.36.3 staging/src/k8s.io/api/batch/v1/types.go: JobReason. */
const FAILURES: readonly string[] = [
  'BackoffLimitExceeded',
  'DeadlineExceeded',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
  'PodFailurePolicy',
];

interface JobEvent {
  readonly time_s: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** Every Job in the order of its first Event. */
export function jobsOf(tables: RecordedTables): JobSummary[] {
  const shape = {
    time_s: 'number',
    kind: 'text',
    namespace: 'text',
    name: 'text',
    reason: 'text',
    message: 'text',
  } as const;
  const jobs = new Map<string, JobSummary>();
  const cronJobs = new Map<string, string>();
  for (const event of rows(tables, 'events', shape) as JobEvent[]) {
    if (event.kind === 'CronJob') followCronJob(jobs, cronJobs, event);
    if (event.kind !== 'Job') continue;
    const job = qualified(event, event.name);
    const known = jobs.get(job);
    // Pods after the end are those of another Job of that name.
    const isSame = known !== undefined && (known.outcome === 'unfinished' || event.reason !== 'SuccessfulCreate');
    jobs.set(job, follow(isSame ? known : started(job, cronJobs.get(job) ?? '', event.time_s), event));
  }
  return [...jobs.values()];
}

function qualified({ namespace }: JobEvent, name: string): string {
  return namespace === 'default' ? name : `${namespace}/${name}`;
}

function followCronJob(jobs: Map<string, JobSummary>, cronJobs: Map<string, string>, event: JobEvent): void {
  const name = /^(?:Created|Deleted) job (?<name>\S+)$/.exec(event.message)?.groups?.['name'];
  if (name === undefined) return;
  const job = qualified(event, name);
  if (event.reason === 'SuccessfulCreate') cronJobs.set(job, qualified(event, event.name));
  const known = jobs.get(job);
  if (event.reason !== 'SuccessfulDelete' || known?.outcome !== 'unfinished') return;
  jobs.set(job, { ...known, outcome: 'deleted' });
}

function started(job: string, cronJob: string, startSeconds: number): JobSummary {
  const open = { durationSeconds: null, failedAfterSeconds: null, outcome: 'unfinished', reason: '', message: '' };
  return { job, cronJob, startSeconds, ...open };
}

function follow(job: JobSummary, { time_s, reason, message }: JobEvent): JobSummary {
  const took = time_s - job.startSeconds;
  if (reason === 'Completed') return { ...job, outcome: 'complete', durationSeconds: took, message: '' };
  if (reason === 'FailedCreate') return { ...job, message };
  if (reason === 'SuccessfulCreate') return { ...job, message: '' };
  if (!FAILURES.includes(reason)) return job;
  return { ...job, outcome: 'failed', failedAfterSeconds: took, reason, message };
}
