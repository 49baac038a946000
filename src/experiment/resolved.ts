import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import type { Scenario } from '../scenario/types.js';

/** A scenario without the places it was read from: what the run depends on, and nothing else. */
function withoutPositions(scenario: Scenario): unknown {
  const bare = <T extends { readonly position?: unknown; readonly origin?: unknown }>(items: readonly T[]): unknown[] =>
    items.map(({ position: _position, origin: _origin, ...rest }) => rest);
  return {
    ...scenario,
    cluster: { ...scenario.cluster, parameters: bare(scenario.cluster.parameters) },
    manifests: bare(scenario.manifests),
    timeline: bare(scenario.timeline),
    expectations: bare(scenario.expectations),
  };
}

/** SHA-256 (64 hexadecimal digits) of a scenario in canonical JSON: keys sorted, numbers as JavaScript prints them. */
export function scenarioDigest(scenario: Scenario): string {
  return createHash('sha256')
    .update(canonicalJson(withoutPositions(scenario)))
    .digest('hex');
}

/** The resolved scenario as text, for people to read and for `run --from` to play. */
export function resolvedText(scenario: Scenario): string {
  return stringify(withoutPositions(scenario), { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** Reads what `resolvedText` wrote. Whoever calls it compares the digest, so a changed file does not pass. */
export function readResolvedText(text: string): Scenario {
  return parse(text, { maxAliasCount: 0 }) as Scenario;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
