import { decodeManifest } from '../cluster/api/decode.js';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type KubeSchedulerConfiguration,
} from '../cluster/api/scheduler-configuration.js';
import { pluginsByPoint, SCHEDULER_PLUGINS, scoreWeights } from '../cluster/api/scheduler-plugins.js';
import { createReport, hasErrors, shown, suggestion } from './diagnostics.js';
import { type FieldPath, parseFieldText, valueAt } from './field-path.js';
import { besideFile, type Files } from './files.js';
import { validateObject } from './object-validation.js';
import { ARGS_SCHEMAS, type SchedulerInput, schedulerSchema } from './scheduler-schema.js';
import { fail, failAtKey, type Scope, warnAtKey } from './scope.js';
import { checked, salvaged } from './structure.js';
import { readDocuments, toPlain } from './yaml.js';

type ProfileInput = NonNullable<SchedulerInput['profiles']>[number];

/** The configuration that `cluster.scheduler` names or holds; undefined if anything is wrong with it. */
export function readScheduler(
  scope: Scope,
  files: Files,
  input: string | SchedulerInput,
  path: FieldPath,
): KubeSchedulerConfiguration | undefined {
  if (typeof input !== 'string') return readConfiguration(scope, input, path);
  const file = besideFile(scope.document.source.file, input);
  const source = files.read(file);
  if (typeof source === 'string') return fail(scope, path, 'file', source);
  if (source === undefined) return undefined;
  const documents = readDocuments(source, scope.report);
  const [document, second] = documents;
  if (document === undefined || second !== undefined) {
    return fail(scope, path, 'file', `${file} does not hold one document`);
  }
  const value = toPlain(document, scope.report, { isManifest: true });
  if (hasErrors(scope.report)) return undefined;
  return checkScheduler({ ...scope, document }, value);
}

/** Checks a whole document that is a configuration. */
export function checkScheduler(scope: Scope, value: unknown): KubeSchedulerConfiguration | undefined {
  const input = checked(scope, schedulerSchema, value, []);
  if (input !== undefined) return readConfiguration(scope, input, []);
  checkLeft(scope, value, []);
  return undefined;
}

/** Tells what the rest means of a configuration whose mistakes of shape have been told. */
export function checkLeft(scope: Scope, value: unknown, path: FieldPath): void {
  const left = typeof value === 'object' ? salvaged(schedulerSchema, value) : undefined;
  if (left !== undefined) readConfiguration(scope, left, path);
}

/** A configuration of the right shape: does it make sense? (apis/config/validation: ValidateKubeSchedulerConfiguration.) */
function readConfiguration(
  outer: Scope,
  input: SchedulerInput,
  path: FieldPath,
): KubeSchedulerConfiguration | undefined {
  const report = createReport();
  const scope = { ...outer, report };
  const { podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: maximum = 10, profiles = [] } = input;
  if (maximum < initial) {
    const at = [
      ...path,
      input.podMaxBackoffSeconds === undefined ? 'podInitialBackoffSeconds' : 'podMaxBackoffSeconds',
    ];
    fail(scope, at, 'semantic', `the longest back-off of ${maximum} s is shorter than the first of ${initial} s`);
  }
  const names = new Map<string, number>();
  for (const [index, profile] of profiles.entries()) {
    const at = [...path, 'profiles', index];
    checkName(scope, profile, at, profiles.length, names, index);
    checkPlugins(scope, profile, [...at, 'plugins']);
    checkArguments(scope, profile, [...at, 'pluginConfig']);
    noteBatching(scope, profile, at);
  }
  if ((input.extenders ?? []).length > 0) {
    const message = 'extenders are not simulated: pods go where the scheduler by itself puts them';
    warnAtKey(scope, [...path, 'extenders'], 'not-simulated', message);
  }
  if ((input.parallelism ?? DEFAULT_PARALLELISM) !== DEFAULT_PARALLELISM) {
    const message = `parallelism is not simulated: attempts take as long as with ${DEFAULT_PARALLELISM} workers`;
    warnAtKey(scope, [...path, 'parallelism'], 'not-simulated', message);
  }
  outer.report.diagnostics.push(...report.diagnostics);
  return hasErrors(report) ? undefined : (withoutEffectless(input) as KubeSchedulerConfiguration);
}

/** kubernetes v1.36.3 pkg/scheduler/framework/parallelize: DefaultParallelism. */
const DEFAULT_PARALLELISM = 16;

/** What is played, so that the resolved scenario holds nothing else. */
function withoutEffectless(input: SchedulerInput): Partial<SchedulerInput> {
  const { clientConnection, percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds, profiles } =
    input;
  const played = {
    clientConnection,
    percentageOfNodesToScore,
    podInitialBackoffSeconds,
    podMaxBackoffSeconds,
    profiles,
  };
  return Object.fromEntries(Object.entries(played).filter(([, value]) => value !== undefined));
}

function checkName(
  scope: Scope,
  { schedulerName }: ProfileInput,
  path: FieldPath,
  profiles: number,
  names: Map<string, number>,
  index: number,
): void {
  const at = [...path, 'schedulerName'];
  if (schedulerName === '' || (schedulerName === undefined && profiles > 1)) {
    fail(scope, at, 'missing-field', 'each of several profiles needs a schedulerName');
    return;
  }
  const name = schedulerName ?? '';
  const first = names.get(name);
  if (first !== undefined) {
    fail(scope, at, 'duplicate-name', `duplicate schedulerName ${shown(name)}, already profiles[${first}]`);
  } else names.set(name, index);
}

const PLUGIN_NAMES = [...SCHEDULER_PLUGINS.keys()];

/** Reads a name of a plugin; undefined (after a diagnostic) if there is none of that name. */
function knownPlugin(scope: Scope, path: FieldPath, name: string): string | undefined {
  if (SCHEDULER_PLUGINS.has(name)) return name;
  const near = suggestion(name, PLUGIN_NAMES);
  return fail(
    scope,
    path,
    'reference',
    `${shown(name)} is no plugin of kube-scheduler: others are not simulated`,
    near,
  );
}

/** Totals of scores are 32-bit integers here; kube-scheduler allows more than anybody needs. */
const MAXIMUM_WEIGHTS = 21_000_000;

function checkPlugins(scope: Scope, { plugins = {} }: ProfileInput, path: FieldPath): void {
  const before = scope.report.diagnostics.length;
  for (const point of ['multiPoint', ...EXTENSION_POINTS] as const) {
    const { enabled = [], disabled = [] } = plugins[point] ?? {};
    for (const [index, { name }] of disabled.entries()) {
      const at = [...path, point, 'disabled', index, 'name'];
      if (name === '*' || SCHEDULER_PLUGINS.has(name)) continue;
      const message = `${shown(name)} is no plugin of kube-scheduler: nothing is disabled`;
      fail(scope, at, 'reference', message, suggestion(name, PLUGIN_NAMES), 0, undefined, 'warning');
    }
    for (const [index, { name }] of enabled.entries()) {
      const at = [...path, point, 'enabled', index, 'name'];
      if (knownPlugin(scope, at, name) === undefined) continue;
      const { points } = SCHEDULER_PLUGINS.get(name)!;
      if (point !== 'multiPoint' && !points.includes(point)) {
        fail(scope, at, 'semantic', `${name} does not extend ${point}`, `it extends ${points.join(', ')}`);
      }
      const first = enabled.findIndex((other) => other.name === name);
      if (first < index) fail(scope, at, 'duplicate-name', `${name} is enabled twice, already enabled[${first}]`);
    }
  }
  if (scope.report.diagnostics.slice(before).some(({ severity }) => severity === 'error')) return;
  checkMerged(scope, plugins, path);
}

/** What a plugin does at the first point builds on what it does at the second: without it the real one fails every pod, or loses track. */
const NEEDS = [
  ['filter', 'preFilter'],
  ['score', 'preScore'],
  ['postFilter', 'preEnqueue'],
  ['filter', 'reserve'],
  ['reserve', 'filter'],
  ['reserve', 'preBind'],
  ['preBind', 'reserve'],
] as const;

/** Plugins that may refuse a pod, or nodes, at preFilter already. Without filter the others only prepare what nobody reads. */
const DECIDING_EARLY = ['NodeAffinity', 'VolumeRestrictions', 'VolumeBinding', 'VolumeZone'];

/** What comes out when a profile's lists are merged with the defaults. */
function checkMerged(scope: Scope, plugins: NonNullable<ProfileInput['plugins']>, path: FieldPath): void {
  const byPoint: Readonly<Record<ExtensionPoint, readonly string[]>> = pluginsByPoint(plugins);
  if (byPoint.queueSort.length === 0)
    failAtKey(scope, path, 'semantic', 'no plugin sorts the queue: PrioritySort is disabled');
  if (byPoint.bind.length === 0) failAtKey(scope, path, 'semantic', 'no plugin binds pods: DefaultBinder is disabled');
  for (const [name, { points }] of SCHEDULER_PLUGINS) {
    const needs = DECIDING_EARLY.includes(name) ? [...NEEDS, ['preFilter', 'filter'] as const] : NEEDS;
    for (const [on, off] of needs) {
      if (!points.includes(off) || !byPoint[on].includes(name) || byPoint[off].includes(name)) continue;
      const message = `${name} is enabled at ${on} and not at ${off}: that is not simulated`;
      failAtKey(scope, path, 'not-simulated', message, `enable it at ${off} too, or disable it at multiPoint`);
    }
  }
  const total = [...scoreWeights(plugins).values()].reduce((sum, weight) => sum + weight, 0);
  if (total > MAXIMUM_WEIGHTS) {
    failAtKey(scope, path, 'limit', `weights of ${total} together are more than the limit of ${MAXIMUM_WEIGHTS}`);
  }
}

function checkArguments(scope: Scope, { pluginConfig = [] }: ProfileInput, path: FieldPath): void {
  for (const [index, { name, args }] of pluginConfig.entries()) {
    const at = [...path, index];
    if (knownPlugin(scope, [...at, 'name'], name) === undefined) continue;
    const first = pluginConfig.findIndex((other) => other.name === name);
    if (first < index) {
      fail(scope, [...at, 'name'], 'duplicate-name', `${name} is configured twice, already pluginConfig[${first}]`);
    }
    const schema = ARGS_SCHEMAS[name];
    if (schema === undefined) {
      if (args !== undefined) failAtKey(scope, [...at, 'args'], 'unknown-field', `${name} takes no arguments`);
      continue;
    }
    if (args === undefined) continue;
    const sound = checked(scope, schema, args, [...at, 'args']) ?? salvaged(schema, args);
    if (sound !== undefined) MEANINGS[name]?.(scope, [...at, 'args'], sound);
  }
}

/** PodTopologySpread with default constraints signs no pod, and without a signature of all plugins no nodes are taken over (plugin.go: SignPod). */
function noteBatching(scope: Scope, { plugins, pluginConfig = [] }: ProfileInput, path: FieldPath): void {
  const { preFilter, score } = pluginsByPoint(plugins);
  const args = pluginConfig.find(({ name }) => name === SPREAD)?.args;
  const defaults = valueAt(args, ['defaultConstraints']) as readonly unknown[] | undefined;
  const hasDefaults = valueAt(args, ['defaultingType']) !== 'List' || (defaults ?? []).length > 0;
  if (hasDefaults && (preFilter.includes(SPREAD) || score.includes(SPREAD))) return;
  const message = `without default constraints of ${SPREAD} kube-scheduler takes over sorted nodes from pod to pod (OpportunisticBatching): not simulated`;
  warnAtKey(scope, path, 'not-simulated', message);
}

const SPREAD = 'PodTopologySpread';

type Check = (scope: Scope, path: FieldPath, args: object) => void;

/** Rules of arguments beyond their shape: apis/config/validation/validation_pluginargs.go. */
const MEANINGS: Readonly<Record<string, Check>> = {
  DefaultPreemption: (scope, path, args) => {
    const { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 } = args as Record<string, number>;
    if (minCandidateNodesPercentage > 0 || minCandidateNodesAbsolute > 0) return;
    fail(scope, path, 'semantic', 'minCandidateNodesPercentage and minCandidateNodesAbsolute cannot both be 0');
  },
  NodeAffinity: (scope, path, args) => {
    const nodeAffinity = valueAt(args, ['addedAffinity']);
    if (nodeAffinity === undefined) return;
    checkInPod(scope, [...path, 'addedAffinity'], 'spec.affinity.nodeAffinity', { affinity: { nodeAffinity } });
  },
  NodeResourcesFit: (scope, path, args) => {
    const strategy = [...path, 'scoringStrategy'];
    const isRatio = valueAt(args, ['scoringStrategy', 'type']) === 'RequestedToCapacityRatio';
    const ratio = valueAt(args, ['scoringStrategy', 'requestedToCapacityRatio']);
    if (isRatio && ratio === undefined) {
      fail(scope, strategy, 'missing-field', 'RequestedToCapacityRatio needs requestedToCapacityRatio.shape');
    }
    checkShape(scope, [...strategy, 'requestedToCapacityRatio', 'shape'], valueAt(ratio, ['shape']));
  },
  PodTopologySpread: (scope, path, args) => {
    const constraints = (valueAt(args, ['defaultConstraints']) ?? []) as readonly object[];
    if (constraints.length > 0 && valueAt(args, ['defaultingType']) !== 'List') {
      const hint = 'write defaultingType: List';
      fail(
        scope,
        [...path, 'defaultConstraints'],
        'semantic',
        'default constraints count with defaultingType List only',
        hint,
      );
    }
    for (const [index, constraint] of constraints.entries()) {
      const selector = [...path, 'defaultConstraints', index, 'labelSelector'];
      if (!('labelSelector' in constraint)) continue;
      failAtKey(
        scope,
        selector,
        'semantic',
        'a default constraint has no selector: it comes from what selects the pod',
      );
    }
    checkInPod(scope, [...path, 'defaultConstraints'], 'spec.topologySpreadConstraints', {
      topologySpreadConstraints: constraints,
    });
  },
};

function checkShape(scope: Scope, path: FieldPath, shape: unknown): void {
  const points = (shape ?? []) as readonly { readonly utilization: number }[];
  for (const [index, { utilization }] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined || before.utilization < utilization) continue;
    const message = `utilization must rise from point to point: ${utilization} follows ${before.utilization}`;
    fail(scope, [...path, index, 'utilization'], 'semantic', message);
  }
}

/** What the API server would say of a pod with this in its spec: one set of rules serves both. */
function checkInPod(scope: Scope, path: FieldPath, field: string, part: object): void {
  const spec = { containers: [{ name: 'any', image: 'any' }], ...part };
  const [decoded] = decodeManifest({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'any' }, spec });
  const at = (full: string): FieldPath => [...path, ...parseFieldText(full.slice(field.length))];
  for (const { path: full, message, hint } of decoded!.issues) fail(scope, at(full), 'value', message, hint ?? '');
  if (decoded!.object === undefined) return;
  for (const { code, field: full, message, hint } of validateObject(decoded!.object)) {
    fail(scope, at(full), code, message, hint);
  }
}

/** For `wavetank validate` of a file that is a configuration. */
export function schedulerSummary(configuration: KubeSchedulerConfiguration | undefined): string {
  const count = Math.max(1, configuration?.profiles?.length ?? 0);
  return count === 1 ? '1 profile' : `${count} profiles`;
}
