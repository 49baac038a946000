import { parseSelector } from '../cluster/api/selectors.js';
import { constant, type Distribution } from '../kernel/distributions.js';
import { DEFAULT_TIMEOUT, readClient } from './client.js';
import { shown } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import type { CallStepInput, ClientInput, WorkloadInput } from './schema.js';
import { checkName, fail, isUsableName, readBytes, readDistribution, readShare, type Scope } from './scope.js';
import type { CallStep, RequestBehaviour, Workload, WorkloadFailure } from './types.js';

/** A request that a scenario says nothing about: a millisecond of CPU, no calls. */
const PLAIN_REQUEST: RequestBehaviour = { cpu: constant(1_000), calls: [] };

/** How pods behave that no workload of the scenario matches: ready at once, a plain request, drains on SIGTERM. */
export const OTHER_WORKLOAD: Workload = {
  name: 'other',
  selector: '',
  images: [],
  imageBytes: 100 * 1024 * 1024,
  start: constant(0),
  concurrency: 8,
  queueLimit: 1_000,
  onTerm: 'drain',
  memoryBytes: 64 * 1024 * 1024,
  run: null,
  failure: null,
  requests: { default: PLAIN_REQUEST },
};

/** One workload with everything decided; undefined after a report that leaves nothing to work with. */
export function readWorkload(scope: Scope, name: string, input: WorkloadInput): Workload | undefined {
  const path = ['workloads', name];
  if (!checkName(scope, path, 'a workload')) return undefined;
  const selector = input.select ?? `app=${name}`;
  const parsed = parseSelector(selector);
  if (!parsed.ok) fail(scope, [...path, 'select'], 'value', `${shown(selector)}: ${parsed.error}`);
  const images =
    input.whenImage === undefined ? [] : Array.isArray(input.whenImage) ? input.whenImage : [input.whenImage];
  const start = readDistribution(scope, [...path, 'start'], input.start);
  const requests: Record<string, RequestBehaviour> = {};
  for (const [request, behaviour] of Object.entries(input.requests ?? {})) {
    const at = [...path, 'requests', request];
    if (!checkName(scope, at, 'a request')) continue;
    requests[request] = {
      cpu: readDistribution(scope, [...at, 'cpu'], behaviour.cpu) ?? PLAIN_REQUEST.cpu,
      calls: behaviour.calls.flatMap((step, index) => readStep(scope, step, [...at, 'calls', index]) ?? []),
    };
  }
  if (!Object.hasOwn(requests, 'default')) requests['default'] = PLAIN_REQUEST;
  return {
    name,
    selector,
    images,
    imageBytes: readBytes(scope, [...path, 'image'], input.image) ?? 0,
    start: start ?? constant(0),
    concurrency: input.concurrency,
    queueLimit: input.queue,
    onTerm: input.onTerm,
    memoryBytes: readBytes(scope, [...path, 'memory'], input.memory) ?? 0,
    run: readRun(scope, input, [...path, 'run']),
    failure: readFailure(scope, input, [...path, 'fails']),
    requests,
  };
}

function readFailure(scope: Scope, { fails }: WorkloadInput, path: FieldPath): WorkloadFailure | null {
  if (fails === undefined) return null;
  if (fails === 'never-ready') return { kind: 'never-ready' };
  const after = readDistribution(scope, [...path, 'after'], fails.after);
  const probability = readShare(scope, [...path, 'probability'], fails.probability) ?? 1;
  return after === undefined ? null : { kind: 'exits', after, exitCode: fails.exitCode, probability };
}

function readRun(scope: Scope, { run }: WorkloadInput, path: FieldPath): Distribution | null {
  return run === undefined ? null : (readDistribution(scope, path, run) ?? null);
}

const PLAIN_CLIENT: ClientInput = { timeout: DEFAULT_TIMEOUT, retries: 0, connections: 'per-request' };

function readStep(scope: Scope, input: CallStepInput, path: FieldPath): CallStep | undefined {
  if (typeof input === 'string') {
    return readCall(scope, path, input, { ...PLAIN_CLIENT, request: 'default', probability: 1 }, path);
  }
  if (Array.isArray(input)) {
    return { kind: 'sequence', steps: input.flatMap((step, index) => readStep(scope, step, [...path, index]) ?? []) };
  }
  if ('all' in input) {
    const at = [...path, 'all'];
    return { kind: 'all', steps: input.all.flatMap((step, index) => readStep(scope, step, [...at, index]) ?? []) };
  }
  return readCall(scope, path, input.call, input, [...path, 'call']);
}

function readCall(
  scope: Scope,
  path: FieldPath,
  text: string,
  input: ClientInput & { readonly request: string; readonly probability: string | number },
  servicePath: FieldPath,
): CallStep | undefined {
  const target = parseServiceName(text);
  if (target === undefined) {
    return fail(
      scope,
      servicePath,
      'value',
      `expected a service: NAME, NAME.NAMESPACE or NAME:PORT, got ${shown(text)}`,
    );
  }
  if (!isUsableName(input.request)) {
    return fail(scope, [...path, 'request'], 'value', `expected the name of a request, got ${shown(input.request)}`);
  }
  return {
    kind: 'call',
    ...target,
    request: input.request,
    probability: readShare(scope, [...path, 'probability'], input.probability) ?? 1,
    ...readClient(scope, input, path),
  };
}

/** `cart`, `cart.shop`, `cart.shop.svc.cluster.local`, each with `:PORT`. Without a namespace it is `default`. */
export function parseServiceName(
  text: string,
): { readonly service: string; readonly namespace: string; readonly port: number } | undefined {
  const match =
    /^([a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.svc(?:\.[a-z0-9.-]+)?)?)?(?::(\d{1,5}))?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const port = Number(match[3] ?? 0);
  if (port > 65_535 || (match[3] !== undefined && port === 0)) return undefined;
  return { service: match[1]!, namespace: match[2] ?? 'default', port };
}
