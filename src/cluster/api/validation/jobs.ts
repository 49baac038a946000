import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { parseCronSchedule } from '../cron-schedule.js';
import { dns1123SubdomainFaults } from '../names.js';
import { timeZoneFault } from '../time-zones.js';
import { type FieldError, invalid, notSupported, required } from './field-error.js';
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policies.js';
import { validateNonNegative } from './metadata.js';
import { validatePodTemplate } from './pod.js';

/**
 * Jobs and CronJobs. The rules for updates of a Job and for selectors of its own are still missing.
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
  validateNonNegative(spec['maxFailedIndexes'], `${path}.maxFailedIndexes`, out);
  if (spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined) {
    out.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (spec['managedBy'] !== undefined) validateManager(textIn(spec['managedBy']), `${path}.managedBy`, out);
  const mode = spec['completionMode'];
  if (mode !== undefined && !COMPLETION_MODES.includes(textIn(mode))) {
    out.push(notSupported(`${path}.completionMode`, mode, COMPLETION_MODES));
  }
  if (mode === 'Indexed') validateIndexed(spec, path, out);
  if (mode === undefined || mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec[field] === undefined) continue;
      out.push(invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
    }
  }
  if (spec['podFailurePolicy'] !== undefined) validatePodFailurePolicy(spec, `${path}.podFailurePolicy`, out);
  if (spec['successPolicy'] !== undefined) {
    const at = `${path}.successPolicy`;
    if (mode === 'Indexed') validateSuccessPolicy(spec, at, out);
    else out.push(invalid(at, shownPolicy(fieldsIn(spec['successPolicy'])), 'requires indexed completion mode'));
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

/** Most pods at one time of an Indexed Job, and of one with very many indexes that fail each for itself. */
const MAXIMUM_PARALLELISM = 100_000;
const MANY_COMPLETIONS = 100_000;
const MAXIMUM_OF_MANY = 10_000;

function validateIndexed(spec: Fields, path: string, out: FieldError[]): void {
  if (spec['completions'] === undefined) {
    out.push(required(`${path}.completions`, 'when completion mode is Indexed'));
    return;
  }
  const [completions, parallelism] = [numberIn(spec['completions']), numberIn(spec['parallelism'])];
  const failed = spec['maxFailedIndexes'];
  if (parallelism > MAXIMUM_PARALLELISM) {
    const detail = `must be less than or equal to ${MAXIMUM_PARALLELISM} when completion mode is Indexed`;
    out.push(invalid(`${path}.parallelism`, parallelism, detail));
  }
  if (numberIn(failed) > completions) {
    out.push(invalid(`${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions'));
  }
  if (completions <= MANY_COMPLETIONS || spec['backoffLimitPerIndex'] === undefined) return;
  const detail = `must be less than or equal to ${MAXIMUM_OF_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (failed === undefined) {
    out.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`));
  }
  if (parallelism > MAXIMUM_OF_MANY) out.push(invalid(`${path}.parallelism`, parallelism, detail));
  if (numberIn(failed) > MAXIMUM_OF_MANY) out.push(invalid(`${path}.maxFailedIndexes`, failed, detail));
}

/** A name in somebody's domain. Source: kubernetes v1.36.3 apimachinery pkg/util/validation: IsDomainPrefixedPath. */
function validateManager(manager: string, path: string, out: FieldError[]): void {
  const slash = manager.indexOf('/');
  if (manager === '') out.push(required(path));
  else if (slash <= 0 || slash === manager.length - 1) {
    out.push(invalid(path, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    const domain = manager.slice(0, slash);
    for (const fault of dns1123SubdomainFaults(domain)) out.push(invalid(path, domain, fault));
  }
}

/** As Go prints its own type. */
function shownPolicy(policy: Fields): unknown {
  const rules = listIn(policy['rules']).map(({ succeededIndexes = null, succeededCount = null }) => ({
    SucceededIndexes: succeededIndexes,
    SucceededCount: succeededCount,
  }));
  return { Rules: rules };
}

const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace'];

/** Room that a CronJob's name leaves for its Jobs' ends and for those of their pods. */
const MAXIMUM_NAME = 52;

export function validateCronJob(spec: Fields, metadata: Fields, out: FieldError[]): void {
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
  const job = fieldsIn(fieldsIn(spec['jobTemplate'])['spec']);
  validateJobSpec(job, 'spec.jobTemplate.spec', out);
  if (job['selector'] !== undefined) {
    out.push(invalid('spec.jobTemplate.spec.selector', job['selector'], '`selector` will be auto-generated'));
  }
  if (job['manualSelector'] === true) {
    out.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  }
  const name = textIn(metadata['name']);
  if (name.length > MAXIMUM_NAME) {
    out.push(invalid('metadata.name', name, `must be no more than ${MAXIMUM_NAME} characters`));
  }
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
