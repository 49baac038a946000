import type { LabelSelector, StringMap } from '../../../src/cluster/api/objects/meta.js';
import {
  formatSelector,
  matchesRequirements,
  matchesSelector,
  parseSelector,
  selectorOf,
} from '../../../src/cluster/api/selectors.js';
import { type Checker, difference } from './checker.js';

interface Case {
  selector?: string;
  labelSelector?: LabelSelector;
  error?: string;
  canonical?: string;
  cases?: { labels: StringMap; matches: boolean }[];
}

/** `misc.label-selectors`: reading, printing, refusing and matching. */
export const labelSelectors: Checker = {
  kind: 'misc.label-selectors',
  check({ selector, labelSelector, error, canonical, cases = [] }: Case) {
    const result = selector === undefined ? selectorOf(labelSelector ?? {}) : parseSelector(selector);
    if (!result.ok) return difference({ error: result.error }, { error });
    const matches = cases.map(({ labels }) => ({
      labels,
      matches: matchesRequirements(result.selector, labels),
      byObject: labelSelector === undefined ? undefined : matchesSelector(labelSelector, labels),
    }));
    return difference(
      { canonical: formatSelector(result.selector), cases: matches },
      {
        error,
        canonical,
        cases: cases.map((one) => (labelSelector === undefined ? one : { ...one, byObject: one.matches })),
      },
    );
  },
};
