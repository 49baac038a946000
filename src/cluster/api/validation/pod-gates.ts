import { type Fields, fieldsIn, listIn, textIn } from '../fields.js';
import { stableJson } from '../names.js';
import { type FieldError, forbidden, invalid } from './field-error.js';

/** Scheduling gates, and what may change while there are some. Source: kubernetes v1.36.3 pkg/apis/core/validation/validation.go. */

/** Gates can only be taken away. Source: validateOnlyDeletedSchedulingGates. */
export function validateGatesUpdate(gates: unknown, before: unknown, out: FieldError[]): void {
  const known = listIn(before).map(({ name }) => name);
  for (const [i, { name }] of listIn(gates).entries()) {
    if (known.includes(name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${textIn(name)}'`;
    out.push(forbidden(`spec.schedulingGates[${i}]`, detail));
  }
}

/**
 * The spec as it has to equal the old one: for a pod that waits at its gates node selector and node affinity may become stricter, which
 * whoever opens the gates uses to choose its nodes.
 */
export function withDirectivesOf(spec: Fields, before: Fields, out: FieldError[]): Fields {
  if (listIn(before['schedulingGates']).length === 0) return spec;
  validateNodeSelectorUpdate(spec['nodeSelector'], before['nodeSelector'], out);
  const affinity = fieldsIn(spec['affinity']);
  const nodeAffinity = fieldsIn(before['affinity'])['nodeAffinity'];
  validateNodeAffinityUpdate(affinity['nodeAffinity'], nodeAffinity, out);
  const { nodeSelector: _nodeSelector, affinity: _affinity, ...rest } = spec;
  const { nodeAffinity: _nodeAffinity, ...others } = affinity;
  return {
    ...rest,
    ...given('nodeSelector', before['nodeSelector']),
    ...given('affinity', affinityLike(before['affinity'], { ...others, ...given('nodeAffinity', nodeAffinity) })),
  };
}

/** No affinity at all and an empty one are the same. */
function affinityLike(before: unknown, affinity: Fields): Fields | undefined {
  return before === undefined && Object.keys(affinity).length === 0 ? undefined : affinity;
}

function given(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}

function validateNodeSelectorUpdate(selector: unknown, before: unknown, out: FieldError[]): void {
  const now = fieldsIn(selector);
  if (Object.entries(fieldsIn(before)).every(([key, value]) => now[key] === value)) return;
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  out.push(invalid('spec.nodeSelector', now, detail));
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function validateNodeAffinityUpdate(affinity: unknown, before: unknown, out: FieldError[]): void {
  if (before === undefined) return;
  const terms = listIn(fieldsIn(fieldsIn(affinity)[REQUIRED])['nodeSelectorTerms']);
  const old = listIn(fieldsIn(fieldsIn(before)[REQUIRED])['nodeSelectorTerms']);
  if (old.length === 0) return;
  const path = `spec.affinity.nodeAffinity.${REQUIRED}`;
  if (terms.length !== old.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    out.push(invalid(`${path}.nodeSelectorTerms`, terms, detail));
    return;
  }
  for (const [i, term] of terms.entries()) {
    if (hasOnlyAdditions(term, old[i]!)) continue;
    out.push(invalid(`${path}[${i}]`, term, 'only additions are allowed (no mutations or deletions)'));
  }
}

/** A term without any requirement matches nothing, and must go on doing so. */
function hasOnlyAdditions(term: Fields, old: Fields): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  if (lists.every((list) => listIn(old[list]).length === 0))
    return lists.every((list) => listIn(term[list]).length === 0);
  return lists.every((list) => {
    const kept = listIn(old[list]);
    return stableJson(listIn(term[list]).slice(0, kept.length)) === stableJson(kept);
  });
}
