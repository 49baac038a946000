import { shown } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import type { ClientInput } from './schema.js';
import { fail, readDuration, readShare, type Scope } from './scope.js';
import type { RequestClient } from './types.js';

/** Defaults of Envoy's retry back-off (base_interval 25 ms, max_interval ten times that). */
const DEFAULT_BACKOFF = '25ms';
const DEFAULT_MAXIMUM_BACKOFF = '250ms';

/** Time to wait for an answer where a scenario says nothing. */
export const DEFAULT_TIMEOUT = '10s';

/** Connections that one client may keep open. */
const MAXIMUM_CONNECTIONS = 100_000;

/** What sources and calls have in common: time-out, retries, connections. */
export function readClient(scope: Scope, input: ClientInput, path: FieldPath): RequestClient {
  const retries =
    typeof input.retries === 'number'
      ? { count: input.retries, backoff: DEFAULT_BACKOFF, maximumBackoff: DEFAULT_MAXIMUM_BACKOFF, budget: undefined }
      : input.retries;
  const at = [...path, 'retries'];
  const timeoutUs = readDuration(scope, [...path, 'timeout'], input.timeout) ?? 0;
  if (timeoutUs === 0 && input.timeout === '0')
    fail(scope, [...path, 'timeout'], 'value', 'a time-out must be more than 0');
  return {
    timeoutUs,
    retries: retries.count,
    retryBackoffUs: readDuration(scope, [...at, 'backoff'], retries.backoff) ?? 0,
    retryBackoffMaximumUs: readDuration(scope, [...at, 'maximumBackoff'], retries.maximumBackoff) ?? 0,
    retryBudget: retries.budget === undefined ? null : (readShare(scope, [...at, 'budget'], retries.budget) ?? null),
    keepAliveConnections: readConnections(scope, [...path, 'connections'], input.connections) ?? 0,
  };
}

function readConnections(scope: Scope, path: FieldPath, text: string): number | undefined {
  if (text === 'per-request') return 0;
  const match = /^keep-alive(?:\((\d{1,7})\))?$/.exec(text);
  const count = Number(match?.[1] ?? 1);
  if (match !== null && count >= 1 && count <= MAXIMUM_CONNECTIONS) return count;
  return fail(
    scope,
    path,
    'value',
    `expected "per-request" or "keep-alive(1…${MAXIMUM_CONNECTIONS})", got ${shown(text)}`,
  );
}
