import { labelKeyFaults, labelValueFaults, dns1123LabelFaults } from '../cluster/api/names.js';
import { formatQuantity, parseQuantity } from '../cluster/api/quantity.js';
import type { Taint } from '../cluster/api/objects/node.js';
import { API_PRESETS } from '../cluster/api/parameters.js';
import { parseDistribution } from '../kernel/distribution-syntax.js';
import { parseDuration } from '../kernel/duration.js';
import { shown, suggestion } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import type { Files } from './files.js';
import { MAXIMUM_CLUSTER_NODES } from './limits.js';
import type { ClusterInput, PoolInput } from './schema.js';
import { readScheduler } from './scheduler.js';
import { fail, failDistribution, failAtKey, positionOf, readQuantity, type Scope } from './scope.js';
import type { ClusterSpec, NodePool, ParameterOverride } from './types.js';

/** What a preset's value may be: `share` is a number from 0 to 1, `rate` one above 0, `count` a whole one above 0, `members` a size of an etcd cluster. */
export type ParameterKind = 'distribution' | 'number' | 'rate' | 'count' | 'share' | 'members' | 'boolean';

/** What the values of presets are, by name, for checking `cluster.parameters`. */
export type KnownParameters = ReadonlyMap<string, ParameterKind>;

/** The cluster section with everything decided. */
export function readCluster(scope: Scope, files: Files, input: ClusterInput, known: KnownParameters): ClusterSpec {
  const path = ['cluster'];
  const pools = input.nodes.map((pool, index) => readPool(scope, pool, [...path, 'nodes', index]));
  const total = input.nodes.reduce((sum, pool) => sum + pool.count, 0);
  if (total === 0) fail(scope, [...path, 'nodes'], 'value', 'the cluster has no nodes: every count is 0');
  if (total > MAXIMUM_CLUSTER_NODES) {
    fail(scope, [...path, 'nodes'], 'limit', `${total} nodes are more than the limit of ${MAXIMUM_CLUSTER_NODES}`);
  }
  const names = new Map<string, number>();
  for (const [index, { pool }] of input.nodes.entries()) {
    const first = names.get(pool);
    if (first === undefined) names.set(pool, index);
    else
      fail(
        scope,
        [...path, 'nodes', index, 'pool'],
        'duplicate-name',
        `duplicate pool ${shown(pool)}, already nodes[${first}]`,
      );
  }
  return {
    preset: input.preset,
    etcdMembers: input.etcd.members ?? (API_PRESETS[input.preset].etcdMembers as 1 | 3 | 5),
    kubeProxyMode: input.kubeProxy,
    scheduler:
      input.scheduler === undefined ? undefined : readScheduler(scope, files, input.scheduler, [...path, 'scheduler']),
    schedulerTies: input.schedulerTies,
    plegOnDemandRelist: input.plegOnDemandRelist,
    parameters: readParameters(scope, input.parameters, [...path, 'parameters'], known),
    pools,
  };
}

function readParameters(
  scope: Scope,
  input: ClusterInput['parameters'],
  path: FieldPath,
  known: KnownParameters,
): ParameterOverride[] {
  const overrides: ParameterOverride[] = [];
  for (const [name, written] of Object.entries(input)) {
    const at = [...path, name];
    const kind = known.get(name);
    if (kind === undefined) {
      failAtKey(
        scope,
        at,
        'unknown-parameter',
        `unknown parameter ${shown(name)}`,
        suggestion(name, [...known.keys()]),
      );
      continue;
    }
    const value = readParameter(scope, at, written, kind);
    if (value !== undefined) overrides.push({ name, value, position: positionOf(scope, at) });
  }
  return overrides;
}

function readParameter(
  scope: Scope,
  path: FieldPath,
  written: string | number | boolean,
  kind: ParameterKind,
): ParameterOverride['value'] | undefined {
  if (typeof written === 'string') {
    const { distribution, error } = parseDistribution(written, parseDuration, scope.findValues);
    if (error !== undefined) return failDistribution(scope, path, error);
    if (kind === 'distribution') return distribution;
  } else if (isOfKind(written, kind)) {
    return written;
  }
  return fail(scope, path, 'type', `expected ${KIND_WORDS[kind]}, got ${shown(written)}`);
}

const KIND_WORDS: { readonly [K in ParameterKind]: string } = {
  distribution: 'a duration or distribution',
  number: 'a number of 0 or more',
  rate: 'a number above 0',
  count: 'a whole number above 0',
  share: 'a number from 0 to 1',
  members: '1, 3, 5 or 7 members: an etcd cluster has an odd number of them',
  boolean: 'true or false',
};

function isOfKind(value: number | boolean, kind: ParameterKind): boolean {
  if (typeof value === 'boolean') return kind === 'boolean';
  switch (kind) {
    case 'number':
      return value >= 0;
    case 'rate':
      return value > 0;
    case 'count':
      return value > 0 && Number.isInteger(value);
    case 'share':
      return value >= 0 && value <= 1;
    case 'members':
      return ETCD_SIZES.includes(value);
    default:
      return false;
  }
}

/** etcd recommends no more than seven (etcd FAQ). */
const ETCD_SIZES: readonly number[] = [1, 3, 5, 7];

function readPool(scope: Scope, input: PoolInput, path: FieldPath): NodePool {
  const nameFault = dns1123LabelFaults(input.pool)[0];
  if (nameFault !== undefined) fail(scope, [...path, 'pool'], 'value', `${shown(input.pool)}: ${nameFault}`);
  for (const [index, zone] of input.zones.entries()) {
    const fault = labelValueFaults(zone)[0];
    if (fault !== undefined) fail(scope, [...path, 'zones', index], 'value', `${shown(zone)}: ${fault}`);
  }
  for (const [key, value] of Object.entries(input.labels)) {
    const keyFault = labelKeyFaults(key)[0];
    const valueFault = labelValueFaults(value)[0];
    if (keyFault !== undefined) failAtKey(scope, [...path, 'labels', key], 'value', `${shown(key)}: ${keyFault}`);
    if (valueFault !== undefined) fail(scope, [...path, 'labels', key], 'value', `${shown(value)}: ${valueFault}`);
  }
  const milliCpu = readQuantity(scope, [...path, 'cpu'], input.cpu, 'milli') ?? 0;
  const memoryBytes = readQuantity(scope, [...path, 'memory'], input.memory, 'bytes') ?? 0;
  return {
    pool: input.pool,
    count: input.count,
    milliCpu,
    memoryBytes,
    ephemeralStorageBytes: readQuantity(scope, [...path, 'ephemeralStorage'], input.ephemeralStorage, 'bytes') ?? 0,
    pods: input.pods,
    zones: input.zones,
    labels: input.labels,
    taints: input.taints.flatMap((taint, index) => readTaint(scope, taint, [...path, 'taints', index]) ?? []),
    extendedResources: readExtended(scope, input.resources, [...path, 'resources']),
    pricePerHour: readPrice(scope, input.price, [...path, 'price']) ?? 0,
    imagesPresent: input.images === 'none' ? [] : input.images,
  };
}

function readTaint(scope: Scope, input: PoolInput['taints'][number], path: FieldPath): Taint | undefined {
  if (typeof input !== 'string') {
    return { key: input.key, effect: input.effect, ...(input.value === undefined ? {} : { value: input.value }) };
  }
  const match = /^([^=:\s]+)(?:=([^:\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(input);
  if (match === null) {
    return fail(scope, path, 'value', `expected a taint such as "dedicated=batch:NoSchedule", got ${shown(input)}`);
  }
  const [, key, value, effect] = match;
  return { key: key!, effect: effect as Taint['effect'], ...(value === undefined ? {} : { value }) };
}

function readExtended(scope: Scope, input: PoolInput['resources'], path: FieldPath): NodePool['extendedResources'] {
  const resources: Record<string, string> = {};
  for (const [name, text] of Object.entries(input)) {
    if (readQuantity(scope, [...path, name], text, 'count') === undefined) continue;
    const result = parseQuantity(text);
    if (result.ok) resources[name] = formatQuantity(result.quantity);
  }
  return resources;
}

/** `0.19/h`, `140/month`, or a plain number for USD an hour. */
function readPrice(scope: Scope, value: string | number, path: FieldPath): number | undefined {
  const match = /^\s*\$?(\d+(?:\.\d+)?)\s*(?:\/\s*(h|d|month))?\s*$/.exec(String(value));
  if (match === null) return fail(scope, path, 'value', `expected a price such as "0.19/h", got ${shown(value)}`);
  return Number(match[1]) / HOURS_OF.get(match[2] ?? 'h')!;
}

/** A month as clouds bill it. */
const HOURS_OF: ReadonlyMap<string, number> = new Map([
  ['h', 1],
  ['d', 24],
  ['month', 730],
]);
