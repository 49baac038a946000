import { constant } from '../kernel/distributions.js';
import { DAY_US, type Micros } from '../kernel/time.js';
import { readClient } from './client.js';
import { shown } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import type { RateInput, SourceInput } from './schema.js';
import { checkName, fail, isUsableName, readDistribution, readDuration, readRate, type Scope } from './scope.js';
import type { Arrivals, ClusterSpec, RateCurve, RatePoint, TrafficSource, TrafficTarget } from './types.js';
import { parseServiceName } from './workloads.js';

/** What reading sources needs beside the fields: the run's length, the nodes' names, traces beside the scenario. */
export interface TrafficContext {
  readonly durationUs: Micros;
  readonly cluster: ClusterSpec | undefined;
  /** A text says why there is no trace; undefined: that has been reported. */
  readonly readTrace: (reference: string) => readonly RatePoint[] | string | undefined;
}

/** One traffic source with everything decided; undefined after a report that leaves nothing to work with. */
export function readSource(
  scope: Scope,
  name: string,
  input: SourceInput,
  context: TrafficContext,
): TrafficSource | undefined {
  const path = ['traffic', name];
  if (!checkName(scope, path, 'a traffic source')) return undefined;
  const to = readTarget(scope, input, [...path, 'to'], context.cluster);
  const arrivals = readArrivals(scope, input, path, context);
  const fromUs = readDuration(scope, [...path, 'from'], input.from) ?? 0;
  const untilUs =
    input.until === undefined
      ? context.durationUs
      : (readDuration(scope, [...path, 'until'], input.until) ?? context.durationUs);
  if (untilUs <= fromUs && context.durationUs > 0) {
    fail(
      scope,
      [...path, 'until'],
      'semantic',
      `source ends (${input.until ?? 'at the end of the run'}) before it starts`,
    );
  }
  if (!isUsableName(input.request)) {
    fail(scope, [...path, 'request'], 'value', `expected the name of a request, got ${shown(input.request)}`);
  }
  const zones = context.cluster?.pools.flatMap((pool) => pool.zones);
  if (input.zone !== '' && zones !== undefined && !zones.includes(input.zone)) {
    fail(
      scope,
      [...path, 'zone'],
      'reference',
      `no node pool has zone ${shown(input.zone)}`,
      `zones: ${[...new Set(zones)].join(', ')}`,
    );
  }
  if (to === undefined || arrivals === undefined) return undefined;
  const client = readClient(scope, input, path);
  return { name, to, request: input.request, arrivals, fromUs, untilUs, zone: input.zone, ...client };
}

function readTarget(
  scope: Scope,
  input: SourceInput,
  path: FieldPath,
  cluster: ClusterSpec | undefined,
): TrafficTarget | undefined {
  const match = /^(?:(https?|grpc|tcp):\/\/)?([^/:\s]+)(?::(\d{1,5}))?(\/\S*)?$/.exec(input.to);
  if (match === null) {
    return fail(scope, path, 'value', `expected an address such as "http://frontend/", got ${shown(input.to)}`);
  }
  const [, , host, portText, pathText] = match;
  const port = Number(portText ?? 0);
  if (port > 65_535 || (portText !== undefined && port === 0)) {
    return fail(scope, path, 'value', `port ${portText} is out of the range 1-65535`);
  }
  const isNode = cluster !== undefined && isNodeName(cluster, host!);
  if (host === '*' || isNode) {
    if (port === 0)
      return fail(scope, path, 'missing-field', 'a node is reached at a node port: add :30080 or the like');
    return { kind: 'node-port', node: host === '*' ? '' : host!, port, path: pathText ?? '/' };
  }
  const target = parseServiceName(host!);
  if (target === undefined) return fail(scope, path, 'value', `${shown(host)} is no name of a Service or node`);
  const kind = input.via === 'load-balancer' ? 'load-balancer' : 'service';
  return { kind, namespace: target.namespace, service: target.service, port, path: pathText ?? '/' };
}

/** Whether a name is `<pool>-<number>` of a node that there is. */
export function isNodeName(cluster: ClusterSpec, name: string): boolean {
  return cluster.pools.some(({ pool, count }) => {
    const number = name.startsWith(`${pool}-`) ? name.slice(pool.length + 1) : '';
    return /^[1-9]\d{0,5}$/.test(number) && Number(number) <= count;
  });
}

function readArrivals(
  scope: Scope,
  input: SourceInput,
  path: FieldPath,
  context: TrafficContext,
): Arrivals | undefined {
  if (input.rate !== undefined && input.users !== undefined) {
    return fail(scope, [...path, 'users'], 'semantic', 'a source has a rate or users, not both');
  }
  if (input.users !== undefined) {
    const think = input.think === undefined ? constant(0) : readDistribution(scope, [...path, 'think'], input.think);
    return think === undefined ? undefined : { kind: 'closed', users: input.users, think };
  }
  if (input.think !== undefined)
    fail(scope, [...path, 'think'], 'semantic', 'think belongs to users: a rate does not wait');
  if (input.rate === undefined) {
    return fail(scope, [...path, 'rate'], 'missing-field', 'missing field "rate" (or "users")');
  }
  const rate = readCurve(scope, input.rate, [...path, 'rate'], context);
  return rate === undefined ? undefined : { kind: 'open', process: input.arrivals, rate };
}

function readCurve(scope: Scope, input: RateInput, path: FieldPath, context: TrafficContext): RateCurve | undefined {
  if (typeof input === 'string' || typeof input === 'number') return readRateText(scope, input, path);
  if ('trace' in input) return readTraceCurve(scope, input, path, context);
  const kind = 'daily' in input ? 'daily' : 'steps' in input ? 'steps' : 'line';
  const entries = 'daily' in input ? input.daily : 'steps' in input ? input.steps : input.line;
  const points = readPoints(scope, entries, [...path, kind], kind === 'daily' ? DAY_US : Infinity);
  if (points === undefined) return undefined;
  return { points, interpolation: kind === 'steps' ? 'step' : 'linear', periodUs: kind === 'daily' ? DAY_US : 0 };
}

function readRateText(scope: Scope, input: string | number, path: FieldPath): RateCurve | undefined {
  const ramp = /^\s*ramp\s*\(([^,]+),([^,]+),\s*(?:over\s*=\s*)?([^,]+)\)\s*$/.exec(String(input));
  if (ramp === null) {
    const perSecond = readRate(scope, path, input);
    return perSecond === undefined
      ? undefined
      : { points: [{ atUs: 0, perSecond }], interpolation: 'step', periodUs: 0 };
  }
  const from = readRate(scope, path, ramp[1]!);
  const to = readRate(scope, path, ramp[2]!);
  const overUs = readDuration(scope, path, ramp[3]!);
  if (from === undefined || to === undefined || overUs === undefined) return undefined;
  if (overUs === 0) return fail(scope, path, 'value', 'a ramp takes more than no time');
  const points = [
    { atUs: 0, perSecond: from },
    { atUs: overUs, perSecond: to },
  ];
  return { points, interpolation: 'linear', periodUs: 0 };
}

function readPoints(
  scope: Scope,
  entries: { readonly [at: string]: string | number },
  path: FieldPath,
  limitUs: number,
): RatePoint[] | undefined {
  const points: RatePoint[] = [];
  for (const [at, value] of Object.entries(entries)) {
    const atUs = readDuration(scope, [...path, at], at);
    const perSecond = readRate(scope, [...path, at], value);
    if (atUs === undefined || perSecond === undefined) continue;
    if (atUs >= limitUs) fail(scope, [...path, at], 'value', `a day has 24 hours, got ${shown(at)}`);
    else points.push({ atUs, perSecond });
  }
  points.sort((a, b) => a.atUs - b.atUs);
  if (points.length === 0) return fail(scope, path, 'missing-field', 'needs at least one point such as "8h": 20/s');
  if (points.some((point, index) => points[index + 1]?.atUs === point.atUs)) {
    return fail(scope, path, 'duplicate-name', 'two points at the same time');
  }
  return points;
}

function readTraceCurve(
  scope: Scope,
  input: Extract<RateInput, { trace: string }>,
  path: FieldPath,
  context: TrafficContext,
): RateCurve | undefined {
  const trace = context.readTrace(input.trace);
  if (typeof trace === 'string') return fail(scope, [...path, 'trace'], 'file', trace);
  if (trace === undefined) return undefined;
  const points = trace.map(({ atUs, perSecond }) => ({
    atUs: Math.round(atUs / input.speed),
    perSecond: perSecond * input.scale,
  }));
  return { points, interpolation: 'step', periodUs: 0 };
}
