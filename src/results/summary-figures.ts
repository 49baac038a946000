import { byText, groupBy } from './columns.js';
import type { JobSummary } from './jobs.js';
import type { RolloutSummary, RunSummary, TrafficSummary } from './summary.js';

/**
 * Every figure of a run under a flat name, in a fixed order: the columns of a sweep's `runs` table. The unit is the last
 * part of the name. A figure that a run does not have (nothing rolled out, nothing answered) is absent.
 */
export function summaryFigures(summary: RunSummary): Record<string, number> {
  const figures: Record<string, number> = {};
  const put = (name: string, value: number | null): void => {
    if (value !== null) figures[name] = value;
  };
  put('requests', summary.traffic.requests);
  put('lost', summary.traffic.lost);
  put('availability', summary.traffic.availability);
  for (const source of summary.sources) putTraffic(put, `source.${source.name}`, source);
  for (const service of summary.services) putTraffic(put, `service.${service.name}`, service);
  // By name and not by place: in which order things begin or end may differ from seed to seed.
  for (const rollout of [...summary.rollouts].sort(byWorkload)) {
    put(`rollout.${rollout.workload}.${rollout.revision}.duration_s`, rollout.durationSeconds);
    put(`rollout.${rollout.workload}.${rollout.revision}.lost`, rollout.lost);
  }
  for (const [subject, recoveries] of groupBy(summary.recoveries, (recovery) => recovery.subject)) {
    for (const [index, recovery] of recoveries.entries()) {
      put(`recovery.${subject}.${index + 1}.detection_s`, recovery.detectionSeconds);
      put(`recovery.${subject}.${index + 1}.recovery_s`, recovery.recoverySeconds);
      put(`recovery.${subject}.${index + 1}.lost`, recovery.lost);
    }
  }
  putJobs(put, summary.jobs);
  for (const point of ['running', 'ready'] as const) {
    put(`startup.${point}.p50_s`, summary.startup[point].p50Seconds);
    put(`startup.${point}.p90_s`, summary.startup[point].p90Seconds);
    put(`startup.${point}.p99_s`, summary.startup[point].p99Seconds);
  }
  put('pods', summary.pods);
  put('pods_without_node', summary.podsWithoutNode);
  put('restarts', summary.restarts);
  put('warnings', countOf(summary, 'Warning'));
  put('cost_usd', summary.costUsd);
  return figures;
}

function putTraffic(put: (name: string, value: number | null) => void, prefix: string, traffic: TrafficSummary): void {
  put(`${prefix}.requests`, traffic.requests);
  put(`${prefix}.lost`, traffic.lost);
  put(`${prefix}.availability`, traffic.availability);
  put(`${prefix}.retries`, traffic.retries);
  put(`${prefix}.rate_per_s`, traffic.ratePerSecond);
  put(`${prefix}.mean_s`, traffic.meanSeconds);
  put(`${prefix}.p50_s`, traffic.p50Seconds);
  put(`${prefix}.p90_s`, traffic.p90Seconds);
  put(`${prefix}.p99_s`, traffic.p99Seconds);
  put(`${prefix}.p99.9_s`, traffic.p999Seconds);
}

function putJobs(put: (name: string, value: number) => void, jobs: readonly JobSummary[]): void {
  const sorted = [...jobs].sort((left, right) => byText(left.job, right.job));
  for (const { job, cronJob, durationSeconds } of sorted) {
    if (cronJob === '' && durationSeconds !== null) put(`job.${job}.duration_s`, durationSeconds);
  }
  const runs = groupBy(
    sorted.filter(({ cronJob }) => cronJob !== ''),
    ({ cronJob }) => cronJob,
  );
  for (const [name, group] of runs) {
    put(`cronjob.${name}.runs`, group.length);
    put(`cronjob.${name}.failed`, group.filter(({ outcome }) => outcome === 'failed').length);
  }
}

function byWorkload(left: RolloutSummary, right: RolloutSummary): number {
  return byText(left.workload, right.workload) || left.revision - right.revision;
}

function countOf(summary: RunSummary, type: string): number {
  return summary.events.filter((event) => event.type === type).reduce((sum, event) => sum + event.count, 0);
}
