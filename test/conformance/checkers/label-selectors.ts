import type { LabelSelector, StringMap } from '../../../src/cluster/api/objects/meta.js';
import {
  matchesRequirements,
  matchesSelector,
  parseSelector,
  type Requirement,
  type Selector,
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

/** The text of a selector in its canonical form, `a=b,c in (x,y),!d`. */
function formatSelector(selector: Selector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'gt':
      return `${key}>${list}`;
    case 'lt':
      return `${key}<${list}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${list})`;
    default:
      return `${key}${operator}${list}`;
  }
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
