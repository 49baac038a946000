import { type Fields, fieldsIn, isZero, listIn, numberIn, textIn } from '../fields.js';
import { parseCronSchedule } from '../cron-schedule.js';
import type { LabelSelector, StringMap } from '../objects/meta.js';
import { sameData } from '../patch.js';
import { matchesSelector } from '../selectors.js';
import { dns1123LabelFaults, dns1123SubdomainFaults } from '../names.js';
import { timeZoneFault } from '../time-zones.js';
import { type FieldError, invalid, notSupported, required } from './field-error.js';
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policies.js';
import { validateNonNegative } from './metadata.js';
import { validatePodTemplate } from './pod.js';

/**
 * Jobs and CronJobs.
 * Source: kubernetes v1.36.3 pkg/apis/batch/validation/validation.go.
 */
export function validateJob(job: Fields, out: FieldError[]): void {
  const spec = fieldsIn(job['spec']);
  const labels = fieldsIn(fieldsIn(spec['template'])['metadata'])['labels'];
  const selector = spec['selector'];
  if (spec['manualSelector'] !== true && selector !== undefined) validateIdentity(job, out);
  validateJobSpec(spec, 'spec', out);
  if (spec['completionMode'] === 'Indexed') validateHostname(job, numberIn(spec['completions']), out);
  if (selector === undefined) out.push(required('spec.selector'));
  const matches = selector !== undefined && matchesSelector(selector as LabelSelector, labels as StringMap | undefined);
  if (!matches) {
    out.push(invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'));
  }
}

/** The last index makes the longest hostname. */
function validateHostname(job: Fields, completions: number, out: FieldError[]): void {
  const name = textIn(fieldsIn(job['metadata'])['name']);
  const hostname = `${name}-${completions - 1}`;
  if (completions <= 0 || dns1123LabelFaults(hostname).length === 0) return;
  out.push(invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${hostname}`));
}

const OWN_LABELS: readonly (readonly [label: string, field: 'uid' | 'name'])[] = [
  ['controller-uid', 'uid'],
  ['job-name', 'name'],
  ['batch.kubernetes.io/controller-uid', 'uid'],
  ['batch.kubernetes.io/job-name', 'name'],
];

/** Labels and selector that the server made must be there as it made them. Source: validateGeneratedSelector. */
function validateIdentity(job: Fields, out: FieldError[]): void {
  const metadata = fieldsIn(job['metadata']);
  const { selector, template } = fieldsIn(job['spec']);
  const labels = fieldsIn(fieldsIn(fieldsIn(template)['metadata'])['labels']);
  for (const [label, field] of OWN_LABELS) {
    if (labels[label] === metadata[field]) continue;
    const path = `spec.template.metadata.labels[${label}]`;
    const detail = `must be '${textIn(metadata[field])}'`;
    out.push(labels[label] === undefined ? required(path, detail) : invalid(path, labels[label], detail));
  }
  const made = { matchLabels: { 'batch.kubernetes.io/controller-uid': metadata['uid'] } };
  if (!sameData(selector, made)) out.push(invalid('spec.selector', selector, '`selector` not auto-generated'));
}

const IMMUTABLE = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];
/** What may change in the pods of a Job that waits, suspended, for its first start. */
const DIRECTIVES = ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates'];

/** Source: ValidateJobUpdate, validatePodTemplateUpdate. */
export function validateJobUpdate(job: Fields, previous: Fields, out: FieldError[]): void {
  const [spec, before] = [fieldsIn(job['spec']), fieldsIn(previous['spec'])];
  const { completions } = spec;
  const isElastic = spec['completionMode'] === 'Indexed' && completions === spec['parallelism'];
  if (completions !== before['completions'] && !isElastic) {
    const detail =
      spec['completionMode'] === 'Indexed' ? 'can only be modified in tandem with spec.parallelism' : CHANGELESS;
    out.push(invalid('spec.completions', completions ?? null, detail));
  }
  for (const field of IMMUTABLE) {
    if (!sameData(spec[field], before[field])) out.push(invalid(`spec.${field}`, spec[field] ?? null, CHANGELESS));
  }
  const isWaiting = before['suspend'] === true && fieldsIn(previous['status'])['startTime'] === undefined;
  const [template, old] = [spec, before].map((some) => comparedTemplate(fieldsIn(some['template']), isWaiting));
  if (!sameData(template, old)) out.push(invalid('spec.template', spec['template'], CHANGELESS));
}

const CHANGELESS = 'field is immutable';

function comparedTemplate(template: Fields, isWaiting: boolean): Fields {
  if (!isWaiting) return template;
  const spec = Object.entries(fieldsIn(template['spec'])).filter(([field]) => !DIRECTIVES.includes(field));
  return { spec: Object.fromEntries(spec) };
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
