import type { JobSpec, SuccessPolicyRule } from '../../api/objects/batch.js';
import { type IndexSet, parseIndexes, sharedSize, sizeOf } from './index-set.js';

/** Why enough indexes have succeeded, in the words of the condition; undefined if they have not. Source: success_policy.go: matchSuccessPolicy. */
export function metSuccessPolicy({ successPolicy, completions = 0 }: JobSpec, succeeded: IndexSet): string | undefined {
  if (succeeded.length === 0) return undefined;
  const index = (successPolicy?.rules ?? []).findIndex((rule) => isMet(rule, completions, succeeded));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function isMet(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  completions: number,
  succeeded: IndexSet,
): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && sizeOf(succeeded) >= succeededCount;
  const wanted = parseIndexes(succeededIndexes, completions);
  if (wanted.length === 0) return false;
  const contained = sharedSize(wanted, succeeded);
  return contained === sizeOf(wanted) || (succeededCount !== undefined && contained >= succeededCount);
}
