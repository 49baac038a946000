import type { ActionSummary } from './actions.js';
import type { ExpectationOutcome } from './identity.js';

/**
 * A run passes if its expectations hold. One that expects nothing fails if the API server refused objects of its manifests: it played
 * another scenario than the one that was asked for, and nobody who looks at exit statuses alone would hear of it.
 */
export function verdictOf(expectations: readonly ExpectationOutcome[], actions: ActionSummary): 'pass' | 'fail' {
  return failuresOf(expectations, actions).length === 0 ? 'pass' : 'fail';
}

/** What a verdict is negative for: texts of expectations, or what was refused. */
export function failuresOf(
  expectations: readonly ExpectationOutcome[],
  { refusedManifests }: ActionSummary,
): readonly string[] {
  return expectations.length === 0
    ? refusedManifests.map(({ object }) => `creation of ${object}`)
    : expectations.filter(({ verdict }) => verdict === 'fail').map(({ text }) => text);
}
