import type { LabelSelector, LabelSelectorRequirement } from '../cluster/api/objects/meta.js';
import { parseSelector, type Requirement } from '../cluster/api/selectors.js';
import type { WorkloadBehaviour } from '../cluster/nodes/workload.js';
import { invariant } from '../kernel/invariant.js';
import type { Scenario } from '../scenario/types.js';
import type { TrafficInput } from '../traffic/model.js';

/** Every n-th request of a source is kept as a trace, and so many of the slowest. */
const TRACES = { every: 1_000, slowest: 20 };

/** The software in the containers, as the nodes know it; traffic knows the same list in the same order. */
export function behavioursOf({ workloads }: Scenario): WorkloadBehaviour[] {
  return workloads.map(({ name, selector, images, imageBytes, start, onTerm, run, failure }) => ({
    name,
    selector: labelSelector(selector),
    images,
    imageBytes,
    start,
    onTerm,
    run,
    failure,
  }));
}

export function trafficInputOf({ traffic, workloads, intervalUs }: Scenario): TrafficInput {
  return { sources: traffic, workloads, intervalUs, traces: TRACES };
}

function labelSelector(text: string): LabelSelector {
  const parsed = parseSelector(text);
  invariant(parsed.ok, `selector "${text}" was checked when the scenario was read`);
  return { matchExpressions: parsed.selector.map(expression) };
}

function expression({ key, operator, values }: Requirement): LabelSelectorRequirement {
  switch (operator) {
    case 'exists':
      return { key, operator: 'Exists' };
    case '!':
      return { key, operator: 'DoesNotExist' };
    case '!=':
    case 'notin':
      return { key, operator: 'NotIn', values };
    default:
      return { key, operator: 'In', values };
  }
}
