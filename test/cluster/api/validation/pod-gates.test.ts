import { expect, it } from 'vitest';
import type { Fields } from '../../../../src/cluster/api/fields.js';
import { errorText, type FieldError } from '../../../../src/cluster/api/validation/field-error.js';
import { validatePod } from '../../../../src/cluster/api/validation/pod.js';
import { validatePodUpdate } from '../../../../src/cluster/api/validation/pod-update.js';

const containers = [{ name: 'c', image: 'web' }];
const gated = (more: Fields = {}): Fields => ({ containers, schedulingGates: [{ name: 'a' }, { name: 'b' }], ...more });
const zones = (...values: readonly string[]): Fields => ({ key: 'zone', operator: 'In', values });
const requiring = (...matchExpressions: readonly Fields[]): Fields => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
});

function faults(before: Fields, after: Fields): string[] {
  const out: FieldError[] = [];
  validatePodUpdate({ spec: after }, { spec: before }, out);
  return out.map(errorText);
}

it('gates can be taken away, in any order, and none can be added', () => {
  expect(faults(gated(), gated({ schedulingGates: [{ name: 'b' }] }))).toEqual([]);
  expect(faults(gated(), { containers })).toEqual([]);
  expect(faults(gated(), gated({ schedulingGates: [{ name: 'a' }, { name: 'c' }] }))).toEqual([
    "spec.schedulingGates[1]: Forbidden: only deletion is allowed, but found new scheduling gate 'c'",
  ]);
  expect(faults({ containers }, gated())).toHaveLength(2);
});

it('a pod at its gates may ask for more of its node', () => {
  const before = gated({ nodeSelector: { disk: 'ssd' }, affinity: requiring(zones('a', 'b')) });
  const stricter = { nodeSelector: { disk: 'ssd', gpu: 'yes' }, affinity: requiring(zones('a', 'b'), zones('a')) };
  expect(faults(before, { ...before, ...stricter })).toEqual([]);
  expect(faults(gated(), gated({ nodeSelector: { disk: 'ssd' }, affinity: requiring(zones('a')) }))).toEqual([]);
  const open: Fields = { containers };
  expect(faults(open, { ...open, nodeSelector: { disk: 'ssd' } })).toHaveLength(1);
});

it('but not for less, nor for something else', () => {
  const before = gated({ nodeSelector: { disk: 'ssd' }, affinity: requiring(zones('a', 'b')) });
  expect(faults(before, { ...before, nodeSelector: { disk: 'hdd' } })).toEqual([
    'spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
  ]);
  const required = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';
  const [other] = faults(before, { ...before, affinity: requiring(zones('c')) });
  expect(other).toMatch(`${required}[0]: Invalid value: `);
  expect(other).toMatch('only additions are allowed (no mutations or deletions)');
  const [fewer] = faults(before, { ...before, affinity: undefined });
  expect(fewer).toMatch(`${required}.nodeSelectorTerms: Invalid value: []: no additions/deletions`);
  const repelling = { ...requiring(zones('a', 'b')), podAffinity: {} };
  expect(faults(before, { ...before, affinity: repelling })).toHaveLength(1);
});

it('a pod cannot be made with gates and a node', () => {
  const out: FieldError[] = [];
  validatePod({ spec: gated({ nodeName: 'n1' }) }, out);
  expect(out.map(errorText)).toContain(
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  );
});
