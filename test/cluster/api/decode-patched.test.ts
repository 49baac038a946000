import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../src/cluster/api/calls.js';
import { execute } from '../../../src/cluster/api/verbs.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { apiWorld } from './api-world.js';

const OWN = { uid: 'u', resourceVersion: 1, generation: 1, creationTimestamp: 5 };
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', namespace: '', labels: { a: 'b' }, ...OWN },
  spec: { taints: [{ key: 'old', effect: 'NoExecute', timeAdded: 7 }] },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 3 }] },
};

function patchNode(body: unknown, more: Partial<ApiRequest> = { isTyped: false }) {
  const { world } = apiWorld();
  insertObject(world, NODE as never);
  const result = execute(world, { verb: 'patch', kind: 'Node', namespace: '', name: 'n', body, ...more });
  return { result, node: stored(world, 'Node', 'n') as any };
}

describe('patches written by hand', () => {
  it.each([
    [{ spec: { taints: 'x' } }, 'cannot unmarshal string into Go struct field NodeSpec.spec.taints of type []v1.Taint'],
    [{ metadata: { labels: { a: 5 } } }, 'cannot unmarshal number into Go struct field ObjectMeta.metadata.labels'],
    [{ spec: { unschedulable: 'yes' } }, 'of type bool'],
    [{ spec: 'x' }, 'cannot unmarshal string into Go struct field Node.spec of type v1.NodeSpec'],
  ])('are refused where a type is wrong: %j', (body, message) => {
    const { result, node } = patchNode(body);
    expect(result).toMatchObject({ status: 422, reason: 'Invalid', message: expect.stringContaining(message) });
    expect(result).toMatchObject({ message: expect.stringMatching(/^request is invalid: patch: Invalid value: "\{/) });
    expect(node).toBe(NODE);
  });

  it.each([
    [{ metadata: { name: 'other' } }, 'the name of the object (other) does not match the name on the URL (n)'],
    [{ metadata: null }, 'the name of the object () does not match the name on the URL (n)'],
    [{ metadata: { namespace: 'shop' } }, 'does not match the namespace sent on the request'],
  ])('cannot rename an object: %j', (body, message) => {
    const { result, node } = patchNode(body);
    expect(result).toMatchObject({ status: 400, reason: 'BadRequest', message: expect.stringContaining(message) });
    expect(node).toBe(NODE);
  });

  it('lose the fields that the kind does not have, and leave the rest as it is', () => {
    const { result, node } = patchNode({ spec: { nope: 1 }, more: 2, metadata: { x: 3, labels: { c: 'd' } } });
    expect(result).toMatchObject({ status: 200 });
    expect(node.spec).toBe(NODE.spec);
    expect(node.status).toBe(NODE.status);
    expect(node.metadata).toEqual({ ...NODE.metadata, labels: { a: 'b', c: 'd' }, resourceVersion: expect.anything() });
    expect('more' in node).toBe(false);
  });

  it('take away what they set to null, and keep times of the store', () => {
    const taint = { key: 'new', effect: 'NoSchedule' };
    const { node } = patchNode({ metadata: { labels: null }, spec: { taints: [taint] } });
    expect('labels' in node.metadata).toBe(false);
    expect(node.spec.taints).toEqual([...NODE.spec.taints, taint]);
  });

  it('those of components are taken as they come', () => {
    const { result } = patchNode({ metadata: { labels: { a: 5 } } }, {});
    expect(result).toMatchObject({ status: 200 });
  });
});
