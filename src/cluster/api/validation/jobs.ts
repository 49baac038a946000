import { type Fields, fieldsIn, isZero, textIn } from '../fields.js';
import { parseCronSchedule } from '../cron-schedule.js';
import { timeZoneFault } from '../time-zones.js';
import { type FieldError, invalid, notSupported, required } from './field-error.js';
import { validateNonNegative } from './metadata.js';
import { validatePodTemplate } from './pod.js';

/**
 * Jobs and CronJobs: numbers, words, time zones and the pod template. The rules for failure and success policies and for updates are
 * still missing.
 * Source: kubernetes v1.36.3 pkg/apis/batch/validation/validation.go.
 */
export function validateJob(spec: Fields, out: FieldError[]): void {
  validateJobSpec(spec, 'spec', out);
}

const COMPLETION_MODES = ['NonIndexed', 'Indexed'];
const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed'];

function validateJobSpec(spec: Fields, path: string, out: FieldError[]): void {
  for (const field of [
    'parallelism',
    'completions',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'activeDeadlineSeconds',
  ]) {
    validateNonNegative(spec[field], `${path}.${field}`, out);
  }
  validateNonNegative(spec['backoffLimitPerIndex'], `${path}.backoffLimitPerIndex`, out);
  const mode = spec['completionMode'];
  if (mode !== undefined && !COMPLETION_MODES.includes(textIn(mode))) {
    out.push(notSupported(`${path}.completionMode`, mode, COMPLETION_MODES));
  }
  if (mode === 'Indexed' && spec['completions'] === undefined) {
    out.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  if ((mode === undefined || mode === 'NonIndexed') && spec['backoffLimitPerIndex'] !== undefined) {
    out.push(invalid(`${path}.backoffLimitPerIndex`, spec['backoffLimitPerIndex'], 'requires indexed completion mode'));
  }
  const replacement = spec['podReplacementPolicy'];
  const allowed = spec['podFailurePolicy'] === undefined ? REPLACEMENT_POLICIES : ['Failed'];
  if (replacement !== undefined && !allowed.includes(textIn(replacement))) {
    out.push(notSupported(`${path}.podReplacementPolicy`, replacement, allowed));
  }
  const template = fieldsIn(spec['template']);
  validatePodTemplate(template, `${path}.template`, out);
  const policy = fieldsIn(template['spec'])['restartPolicy'];
  if (policy === 'Always' || isZero(policy)) {
    out.push(required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (spec['podFailurePolicy'] !== undefined && policy === 'OnFailure') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    out.push(invalid(`${path}.template.spec.restartPolicy`, policy, detail));
  }
}

const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace'];

export function validateCronJob(spec: Fields, out: FieldError[]): void {
  const schedule = textIn(spec['schedule']);
  const parsed = parseCronSchedule(schedule);
  if (schedule === '') out.push(required('spec.schedule'));
  else if (!parsed.ok) out.push(invalid('spec.schedule', schedule, parsed.fault));
  if (spec['timeZone'] !== undefined) validateTimeZone(textIn(spec['timeZone']), out);
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
    validateNonNegative(spec[field], `spec.${field}`, out);
  }
  const policy = textIn(spec['concurrencyPolicy']);
  if (!CONCURRENCY_POLICIES.includes(policy)) {
    out.push(notSupported('spec.concurrencyPolicy', policy, CONCURRENCY_POLICIES));
  }
  validateJobSpec(fieldsIn(fieldsIn(spec['jobTemplate'])['spec']), 'spec.jobTemplate.spec', out);
}

function validateTimeZone(timeZone: string, out: FieldError[]): void {
  const refuse = (fault: string): void => void out.push(invalid('spec.timeZone', timeZone, fault));
  if (timeZone === '') {
    refuse('timeZone must be nil or non-empty string');
    return;
  }
  if (timeZone.toLowerCase() === 'local') {
    refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  // Go knows the zone of its own process by the name of "Local".
  const fault = timeZone === 'Local' ? undefined : timeZoneFault(timeZone);
  if (fault !== undefined) refuse(fault);
}
