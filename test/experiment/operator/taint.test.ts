import { describe, expect, it } from 'vitest';
import type { Node, Taint } from '../../../src/cluster/api/objects/node.js';
import { writesOf } from '../../../src/experiment/operator/actions.js';
import type { KubectlCommand } from '../../../src/scenario/commands.js';
import { parseCommand } from '../../../src/scenario/timeline.js';

function tainted(command: string, taints: readonly Taint[] = []): unknown {
  const node = { kind: 'Node', metadata: { name: 'n1', namespace: '' }, spec: { taints } } as unknown as Node;
  const { value } = parseCommand(`kubectl taint nodes n1 ${command}`, () => 'no file');
  const [request] = writesOf(value as KubectlCommand, [node], 0);
  return (request!.body as { spec: { taints: unknown } }).spec.taints;
}

const OLD: Taint = { key: 'maint', value: 'now', effect: 'NoExecute' };
const OTHER: Taint = { key: 'gpu', effect: 'NoSchedule' };

describe('kubectl taint', () => {
  it('adds in front of what is there', () => {
    expect(tainted('maint=now:NoExecute', [OTHER])).toEqual([OLD, OTHER]);
  });

  it('removes by key, or by key and effect', () => {
    expect(tainted('maint-', [OLD, OTHER])).toEqual([OTHER]);
    expect(tainted('gpu:NoSchedule-', [OTHER])).toBeNull();
    expect(() => tainted('gpu:NoExecute-', [OTHER])).toThrow('taint "gpu:NoExecute" not found');
  });

  it('replaces only when it may', () => {
    expect(() => tainted('maint=later:NoExecute', [OLD])).toThrow(
      'node n1 already has maint taint(s) with same effect(s) and --overwrite is false',
    );
    expect(tainted('maint=later:NoExecute --overwrite', [OLD])).toEqual([{ ...OLD, value: 'later' }]);
  });
});
