import { describe, expect, it } from 'vitest';
import { jsonMerge, sameData, strategicMerge } from '../../../src/cluster/api/patch.js';

describe('strategic merge', () => {
  const pod = {
    metadata: { labels: { app: 'web', tier: 'front' } },
    spec: {
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ],
      nodeSelector: { x: '1' },
    },
  };

  it('changes one container by name and keeps the identity of all else', () => {
    const merged = strategicMerge(pod, { spec: { containers: [{ name: 'b', image: 'b:2' }] } });
    expect(merged.spec.containers).toEqual([
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:2' },
    ]);
    expect(merged.spec.containers[0]).toBe(pod.spec.containers[0]);
    expect(merged.metadata).toBe(pod.metadata);
  });

  it('removes with null and with $patch: delete', () => {
    const merged = strategicMerge(pod, {
      metadata: { labels: { tier: null } },
      spec: { containers: [{ name: 'a', $patch: 'delete' }] },
    });
    expect(merged.metadata.labels).toEqual({ app: 'web' });
    expect(merged.spec.containers).toEqual([{ name: 'b', image: 'b:1' }]);
  });

  it('gives the same object when nothing changes', () => {
    expect(strategicMerge(pod, { spec: { containers: [{ name: 'a', image: 'a:1' }] } })).toBe(pod);
  });
});

describe('JSON merge patch', () => {
  it('replaces lists whole', () => {
    const merged = jsonMerge(
      { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
      { spec: { containers: [{ name: 'c' }] } },
    );
    expect(merged.spec.containers).toEqual([{ name: 'c' }]);
  });
});

describe('sameData', () => {
  it('compares by content and takes undefined for absent', () => {
    expect(sameData({ a: [1, { b: 2 }], c: undefined }, { a: [1, { b: 2 }] })).toBe(true);
    expect(sameData({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toBe(false);
    expect(sameData([1], { 0: 1 })).toBe(false);
  });
});
