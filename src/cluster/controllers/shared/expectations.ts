import { MINUTE_US, type Micros } from '../../../kernel/time.js';
import type { ObjectKey } from '../../api/store.js';

/** After this long an expectation no longer holds anybody up (kubernetes v1.36.3 pkg/controller: ExpectationsTimeout). */
const EXPECTATIONS_TIMEOUT_US = 5 * MINUTE_US;

/**
 * Creations and deletions that a sync has asked for and the informer has not shown yet: until it has, the pods that the
 * informer knows are not those that there are, and nothing more is created or deleted.
 */
export interface Expectation {
  creations: number;
  readonly deletions: Set<ObjectKey>;
  readonly since: Micros;
}

export type Expectations = Map<ObjectKey, Expectation>;

/** Replaces what was expected. */
export function expect(
  expectations: Expectations,
  key: ObjectKey,
  creations: number,
  deletions: readonly ObjectKey[],
  now: Micros,
): void {
  expectations.set(key, { creations, deletions: new Set(deletions), since: now });
}

export function creationObserved(expectations: Expectations, key: ObjectKey, count = 1): void {
  const expectation = expectations.get(key);
  if (expectation !== undefined) expectation.creations -= count;
}

export function deletionObserved(expectations: Expectations, key: ObjectKey, pod: ObjectKey): void {
  expectations.get(key)?.deletions.delete(pod);
}

export function isSatisfied(expectations: Expectations, key: ObjectKey, now: Micros): boolean {
  const expectation = expectations.get(key);
  if (expectation === undefined || (expectation.creations <= 0 && expectation.deletions.size === 0)) return true;
  return now - expectation.since > EXPECTATIONS_TIMEOUT_US;
}
