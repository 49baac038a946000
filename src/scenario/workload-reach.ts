import { matchesRequirements, parseSelector } from '../cluster/api/selectors.js';
import type { Job } from '../cluster/api/objects/batch.js';
import type { StringMap } from '../cluster/api/objects/meta.js';
import { shown } from './diagnostics.js';
import { allObjects, changesPodLabels, madePods } from './pod-templates.js';
import { type Scope, warnAt, warnAtKey } from './scope.js';
import type { Scenario, Workload } from './types.js';

/**
 * Warns of workloads that never come into their own: the first that matches a pod says how it behaves. Labels that commands change
 * on the way leave that open.
 */
export function noteUnreached(scope: Scope, { manifests, timeline, workloads }: Scenario): void {
  if (timeline.some(({ command }) => changesPodLabels(command))) return;
  const pods = madePods(allObjects(manifests, timeline));
  for (const [index, workload] of workloads.entries()) {
    if (workload.selector === '' && workload.images.length === 0) continue; // pods that no other matches
    const own = pods.filter(({ labels }) => matches(workload, labels));
    const before = own.map(({ labels }) =>
      workloads.slice(0, index).find((other) => matches(other, labels) && coversImages(other, workload)),
    );
    const [first] = before;
    if (first === undefined || before.includes(undefined)) continue;
    const names = [...new Set(before.map((other) => shown(other!.name)))].join(' and ');
    const message = `workload ${shown(workload.name)} is never used: ${names} before it matches all its pods, and the first that matches counts; put ${shown(workload.name)} first`;
    warnAtKey(scope, ['workloads', workload.name], 'semantic', message);
  }
}

function matches({ selector }: Workload, labels: StringMap): boolean {
  const parsed = parseSelector(selector);
  return parsed.ok && matchesRequirements(parsed.selector, labels);
}

/** Whether `other` takes every image that `workload` takes, as far as their patterns are written alike. */
function coversImages(other: Workload, workload: Workload): boolean {
  if (other.images.length === 0) return true;
  return workload.images.length > 0 && workload.images.every((image) => other.images.includes(image));
}

/** Notes the Jobs whose pods run until somebody stops them, which nobody wants of a Job. */
export function noteEndlessJobs(scope: Scope, { manifests, timeline, workloads }: Scenario): void {
  for (const { maker, origin, labels } of madePods(allObjects(manifests, timeline))) {
    const { kind, metadata } = maker;
    if (kind !== 'Job' && kind !== 'CronJob') continue;
    const job =
      kind === 'Job' ? maker : (maker as { readonly spec?: { readonly jobTemplate?: object } }).spec?.jobTemplate;
    if (((job ?? {}) as Partial<Job>).spec?.activeDeadlineSeconds !== undefined) continue;
    const candidates = workloads.filter((workload) => matches(workload, labels));
    if (candidates.some(({ run, failure }) => run !== null || failure?.kind === 'exits')) continue;
    const [first] = candidates;
    const why = first!.selector === '' ? 'no workload matches them' : `workload ${shown(first!.name)} says no run:`;
    const message = `${kind.toLowerCase()}/${metadata.name} never ends: its pods run until they are stopped (${why}); a workload with run: 30s, say, ends them`;
    warnAt(scope, origin, 'semantic', message);
  }
}
