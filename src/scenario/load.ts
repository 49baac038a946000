import type { z } from 'zod';
import { formatDuration, parseDuration } from '../kernel/duration.js';
import { DAY_US, type Micros } from '../kernel/time.js';
import { noteAutoscaled } from './autoscaled.js';
import { type KnownParameters, readCluster } from './cluster.js';
import { checkCommandTargets } from './command-targets.js';
import {
  createReport,
  type Diagnostic,
  hasErrors,
  nearest,
  type Report,
  shown,
  sortDiagnostics,
  suggestion,
} from './diagnostics.js';
import { customWords } from './custom-kinds.js';
import { labelKeys } from './expectation-counts.js';
import { type FigureNames, ROLLING } from './expectation-figures.js';
import { readExpectations } from './expectation-parser.js';
import { type FieldPath, valueAt } from './field-path.js';
import { besideFile, type FileAccess, Files, type InputFile } from './files.js';
import { MAXIMUM_DURATION_DAYS } from './limits.js';
import { nameParameters, resolveParameters, setFields, type Settings, Substitution } from './parameters.js';
import { checkReferences, serviceNames } from './references.js';
import { objectsInPlace, objectsOfFile, readManifests } from './scenario-manifests.js';
import { type ScenarioInput, scenarioSchema, sourceSchema, workloadSchema } from './schema.js';
import { fail, failAtKey, readDuration, type Scope } from './scope.js';
import { checkLeft } from './scheduler.js';
import { checked } from './structure.js';
import type { SourceText } from './text.js';
import { readTimeline } from './timeline.js';
import { readSource } from './traffic.js';
import type { ClusterSpec, ManifestObject, Scenario, TimelineEntry, TrafficSource, Workload } from './types.js';
import { OTHER_WORKLOAD, readWorkload } from './workloads.js';
import { noteEndlessJobs, noteUnreached } from './workload-reach.js';
import { noteClassless, noteMissingObjects } from './missing-objects.js';
import { nodeNames, noteMissingNodes, noteSelectingNobody } from './missing-pods.js';
import { noteMissingSchedulers } from './missing-scheduler.js';
import { allObjects, madePods } from './pod-templates.js';
import { notePriorities } from './priorities.js';
import { checkResourceKinds } from './resource-kinds.js';
import { endingAt } from './until.js';
import { readDocuments, toPlain } from './yaml.js';
import type { YamlDocument } from './yaml-places.js';

export interface LoadOptions {
  /** `--set`: parameters by name, fields by path. */
  readonly settings?: Settings;
  /** `--seed`, instead of the scenario's. */
  readonly seed?: string;
  /** `--until`: ends the run earlier (or later), instead of the scenario's duration. */
  readonly until?: string;
  /** Names that `cluster.parameters` may use: those of the parts that make up a world. */
  readonly knownParameters: KnownParameters;
}

export interface LoadResult {
  /** Undefined if anything is wrong. */
  readonly scenario: Scenario | undefined;
  /** Sorted by position; warnings are there for good scenarios too. */
  readonly diagnostics: readonly Diagnostic[];
  /** For excerpts, by file. */
  readonly sources: ReadonlyMap<string, SourceText>;
  /** All files that were read, in order: the scenario first. */
  readonly inputs: readonly InputFile[];
}

/** Reads a scenario and everything that it names. All mistakes come at once, as diagnostics; none is thrown. */
export function loadScenario(path: string, access: FileAccess, options: LoadOptions): LoadResult {
  const report = createReport();
  const files = new Files(access, report);
  const scenario = readScenario(path, files, report, options);
  const order = files.inputs.map((input) => input.path);
  return {
    scenario: hasErrors(report) ? undefined : scenario,
    diagnostics: sortDiagnostics(report.diagnostics, order),
    sources: files.sources,
    inputs: files.inputs,
  };
}

function wholeFile(path: string, code: 'file' | 'empty' | 'type', message: string, line = 0): Diagnostic {
  return { code, severity: 'error', path, line, column: line, length: 1, field: '', message, hint: '' };
}

function readScenario(path: string, files: Files, report: Report, options: LoadOptions): Scenario | undefined {
  const source = files.read(path);
  if (typeof source === 'string') report.diagnostics.push(wholeFile(path, 'file', source));
  if (typeof source !== 'object') return undefined;
  const documents = readDocuments(source, report);
  if (hasErrors(report)) return undefined;
  const [document, second] = documents;
  const manifest = documents.find((one) => isManifest(toPlain(one, createReport())));
  if (manifest !== undefined) {
    const hint = `\`wavetank validate ${path}\` checks it, \`wavetank init\` writes a scenario, which names it under manifests:`;
    const message = 'this is a Kubernetes manifest and no scenario';
    report.diagnostics.push({ ...wholeFile(path, 'type', message), hint });
    return undefined;
  }
  if (document === undefined) {
    report.diagnostics.push(wholeFile(path, 'empty', 'file is empty: it holds no scenario', 1));
    return undefined;
  }
  if (second !== undefined) {
    report.diagnostics.push(wholeFile(path, 'type', 'a scenario file holds one document, not several', 1));
    return undefined;
  }
  return resolveDocument(document, files, report, options);
}

/** A Kubernetes object instead of a scenario. */
function isManifest(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'apiVersion') && Object.hasOwn(value, 'kind')
  );
}

/** Names of the fields of a scenario. */
const FIELDS = Object.keys(scenarioSchema.shape);

function resolveDocument(
  document: YamlDocument,
  files: Files,
  report: Report,
  options: LoadOptions,
): Scenario | undefined {
  const declared = toPlain(document, createReport());
  const settings = options.settings ?? new Map();
  const inner = typeof declared === 'object' && declared !== null ? Object.entries(declared) : [];
  const parameters = resolveParameters(inner.find(([key]) => key === 'parameters')?.[1], settings);
  const substitution = new Substitution(document, report, parameters.values);
  const value = toPlain(document, report, { replace: substitution.replace });
  const beside = (reference: string): string => besideFile(document.source.file, reference);
  const findValues = (reference: string): readonly number[] | string => files.findValues(beside(reference));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (!hasErrors(report)) {
      const scope: Scope = { document, report, findValues, written: new Map() };
      fail(scope, [], 'type', `expected a scenario, got ${shown(value)}`);
    }
    return undefined;
  }
  const root = value as Record<string, unknown>;
  const set = setFields(root, parameters.fields, FIELDS, Object.keys(parameters.values), report);
  const scope: Scope = { document, report, findValues, written: new Map() };
  const scenario = buildScenario(scope, root, files, substitution.replaced, parameters.values, options);
  report.diagnostics.splice(0, Infinity, ...nameParameters(report.diagnostics, substitution, settings, set));
  return scenario;
}

/** Gives back what the fields that are not known may mean. */
function tellUnknownFields(scope: Scope, root: Record<string, unknown>): ReadonlySet<string | undefined> {
  const unknown = Object.keys(root).filter((key) => !FIELDS.includes(key));
  for (const key of unknown) {
    failAtKey(scope, [key], 'unknown-field', `unknown field ${shown(key)}`, suggestion(key, FIELDS));
  }
  return new Set(unknown.map((key) => nearest(key, FIELDS)));
}

function buildScenario(
  scope: Scope,
  root: Record<string, unknown>,
  files: Files,
  replaced: ReadonlySet<string>,
  parameters: Scenario['parameters'],
  options: LoadOptions,
): Scenario {
  const { shape } = scenarioSchema;
  const misspelt = tellUnknownFields(scope, root);
  const section = <K extends keyof ScenarioInput>(key: K): ScenarioInput[K] | undefined =>
    misspelt.has(key) && root[key] === undefined
      ? undefined // told where it is misspelt
      : (checked(scope, shape[key] as z.ZodType, root[key], [key]) as ScenarioInput[K] | undefined);
  const name = section('scenario') ?? '';
  section('description');
  section('parameters');
  const { writtenUs, ...times } = readTimes(
    scope,
    section('duration'),
    section('warmup'),
    section('interval'),
    options,
  );
  const before = scope.report.diagnostics.length;
  const clusterInput = section('cluster');
  if (clusterInput === undefined) checkLeft(scope, valueAt(root, SCHEDULER), SCHEDULER);
  const cluster =
    clusterInput === undefined ? undefined : readCluster(scope, files, clusterInput, options.knownParameters);
  const manifests = readManifests(scope, files, section('manifests') ?? [], section('overrides') ?? {}, replaced);
  // What names something that could not be read would be told twice.
  const isSound =
    misspelt.size === 0 && scope.report.diagnostics.slice(before).every(({ severity }) => severity === 'warning');
  const workloads = readWorkloads(scope, root['workloads']);
  // What the file says must fit the file's own duration, whatever --until makes of it; a wrong one was told already.
  const limitUs = times.durationUs === 0 ? Infinity : Math.max(writtenUs, times.durationUs);
  const traffic = readTraffic(scope, root['traffic'], files, limitUs, cluster);
  const timeline = readTimeline(scope, section('timeline') ?? [], {
    durationUs: limitUs,
    cluster,
    customKinds: customWords(manifests.map(({ object }) => object)),
    loadObjects: (reference) => objectsOfFile(scope, files, reference),
    objectsAt: (path, value) => objectsInPlace(scope, path, value, replaced),
  });
  const sources = entriesOf(root['traffic']).map(([source]) => source);
  const expectations = readExpectations(scope, section('expect') ?? [], {
    ...figureNames(sources, cluster ?? NO_CLUSTER, manifests, timeline),
    isComplete: isSound,
    timeline,
    customKinds: customWords(allObjects(manifests, timeline).map(({ object }) => object)),
    durationUs: limitUs,
  });
  const scenario: Scenario = {
    name,
    seed: options.seed ?? String(section('seed') ?? 1),
    ...times,
    cluster: cluster ?? NO_CLUSTER,
    manifests,
    workloads: [...workloads, OTHER_WORKLOAD],
    traffic,
    timeline,
    expectations,
    parameters,
  };
  if (isSound) checkMeaning(scope, scenario);
  return times.durationUs === 0 ? scenario : endingAt(scenario, scope.report);
}

/** What hangs on more than one part of a scenario. */
function checkMeaning(scope: Scope, scenario: Scenario): void {
  checkReferences(scope, scenario, serviceNames(scenario.manifests, scenario.timeline));
  checkCommandTargets(scope, scenario);
  checkResourceKinds(scope, scenario);
  noteAutoscaled(scope, scenario);
  noteUnreached(scope, scenario);
  noteEndlessJobs(scope, scenario);
  noteMissingObjects(scope, scenario);
  noteClassless(scope, scenario);
  noteMissingSchedulers(scope, scenario);
  noteSelectingNobody(scope, scenario);
  noteMissingNodes(scope, scenario);
  notePriorities(scope, scenario);
}

function figureNames(
  sources: readonly string[],
  cluster: ClusterSpec,
  manifests: readonly ManifestObject[],
  timeline: readonly TimelineEntry[],
): Omit<FigureNames, 'isComplete'> {
  const objects = allObjects(manifests, timeline);
  // Pods may be bound to a node that nothing makes: they were warned of, and can be counted.
  const boundTo = madePods(objects).flatMap(({ spec }) => spec?.nodeName ?? []);
  return {
    sources,
    services: serviceNames(manifests, timeline).map(({ name }) => name),
    labels: [...labelKeys([manifests, cluster, timeline])],
    nodes: [...nodeNames(cluster, objects), ...boundTo],
    zones: cluster.pools.flatMap(({ zones }) => zones),
    rolling: objects.flatMap(({ object: { kind, metadata } }) =>
      ROLLING.includes(kind) ? { kind, namespace: metadata.namespace, name: metadata.name } : [],
    ),
  };
}

const SCHEDULER: FieldPath = ['cluster', 'scheduler'];

/** Stands where the cluster section has errors; such a scenario is never given out. */
const NO_CLUSTER: ClusterSpec = {
  preset: 'managed',
  etcdMembers: 3,
  kubeProxyMode: 'iptables',
  scheduler: undefined,
  schedulerTies: 'ordered',
  plegOnDemandRelist: true,
  parameters: [],
  pools: [],
};

/** Recorded series have at most so many intervals: more is no picture, and a full memory. */
const MAXIMUM_INTERVALS = 1_000_000;

function readTimes(
  scope: Scope,
  duration: string | undefined,
  warmup: string | undefined,
  interval: string | undefined,
  options: LoadOptions,
): Pick<Scenario, 'durationUs' | 'warmupUs' | 'intervalUs'> & { readonly writtenUs: Micros } {
  const written = duration === undefined ? 0 : (readDuration(scope, ['duration'], duration) ?? 0);
  if (written === 0 && duration !== undefined && duration.startsWith('0')) {
    fail(scope, ['duration'], 'value', 'a run lasts longer than no time');
  }
  const durationUs = options.until === undefined ? written : readUntil(scope, options.until);
  const warmupUs = warmup === undefined ? 0 : (readDuration(scope, ['warmup'], warmup) ?? 0);
  const intervalUs = interval === undefined ? 0 : (readDuration(scope, ['interval'], interval) ?? 0);
  if (durationUs > 0 && warmupUs >= durationUs) {
    const message = `the warm-up of ${formatDuration(warmupUs)} leaves nothing of the run of ${formatDuration(durationUs)}`;
    fail(scope, ['warmup'], 'semantic', message);
  }
  if (interval !== undefined && intervalUs < 1_000 && /^\d/.test(interval)) {
    fail(scope, ['interval'], 'value', `an interval lasts at least 1ms, got ${shown(interval)}`);
  } else if (intervalUs > 0 && durationUs / intervalUs > MAXIMUM_INTERVALS) {
    fail(scope, ['interval'], 'limit', `the run has more than ${MAXIMUM_INTERVALS} intervals (limit)`);
  }
  return { durationUs, warmupUs, intervalUs, writtenUs: written };
}

function readUntil(scope: Scope, text: string): Micros {
  const us = parseDuration(text);
  if (us !== undefined && us > 0 && us <= MAXIMUM_DURATION_DAYS * DAY_US) return us;
  const hint = `expected a duration such as "30m", got ${shown(text)}`;
  scope.report.diagnostics.push(wholeFile('--until', 'type', hint));
  return 0;
}

/** Entries of a section that is a map of names, each looked at on its own so that one bad entry hides no other. */
function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function checkMap(scope: Scope, value: unknown, key: string): void {
  if (value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))) return;
  fail(scope, [key], 'type', `expected a map of names, got ${shown(value)}`);
}

function readWorkloads(scope: Scope, value: unknown): Workload[] {
  checkMap(scope, value, 'workloads');
  return entriesOf(value).flatMap(([name, entry]) => {
    const input = checked(scope, workloadSchema, entry ?? {}, ['workloads', name]);
    return (input === undefined ? undefined : readWorkload(scope, name, input)) ?? [];
  });
}

function readTraffic(
  scope: Scope,
  value: unknown,
  files: Files,
  durationUs: Micros,
  cluster: ClusterSpec | undefined,
): TrafficSource[] {
  checkMap(scope, value, 'traffic');
  const readTrace = (reference: string) => files.readTrace(besideFile(scope.document.source.file, reference));
  return entriesOf(value).flatMap(([name, entry]) => {
    const input = checked(scope, sourceSchema, entry, ['traffic', name]);
    if (input === undefined) return [];
    return readSource(scope, name, input, { durationUs, cluster, readTrace }) ?? [];
  });
}
