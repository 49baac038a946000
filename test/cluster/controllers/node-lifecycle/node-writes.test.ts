import { expect, it } from 'vitest';
import type { ApiResult } from '../../../../src/cluster/api/calls.js';
import type { Node } from '../../../../src/cluster/api/objects/node.js';
import {
  beginWrite,
  continueWrite,
  type NodeWrite,
} from '../../../../src/cluster/controllers/node-lifecycle/node-writes.js';
import type { NodeLifecycleWorld } from '../../../../src/cluster/controllers/node-lifecycle/state.js';
import { openStream } from '../../../../src/kernel/random.js';
import { MILLISECOND_US } from '../../../../src/kernel/time.js';
import { apiWorld } from '../../api/api-world.js';

const ADDED = { key: 'new', effect: 'NoSchedule' } as const;
const GONE = { key: 'old', effect: 'NoSchedule' } as const;
const node = { metadata: { name: 'n-1', resourceVersion: 7 }, spec: { taints: [GONE] } } as unknown as Node;
const read: ApiResult = { status: 200, reason: '', message: '', object: node };
const conflict: ApiResult = { status: 409, reason: 'Conflict', message: '' };

const world = apiWorld().world as NodeLifecycleWorld;
const stream = openStream(world, 'test');
const next = (memory: unknown, result: ApiResult) => continueWrite(world, stream, memory as NodeWrite, result);

it('reads the node for each change and patches the version that it read', () => {
  const first = beginWrite('n-1', [{ add: [ADDED] }, { remove: [GONE] }]);
  expect(first.requests).toEqual([{ verb: 'get', kind: 'Node', namespace: '', name: 'n-1' }]);
  const patch = next(first.memory, read)!;
  expect(patch.requests[0]).toMatchObject({
    verb: 'patch',
    resourceVersion: 7,
    body: { spec: { taints: [GONE, ADDED] } },
  });
  const second = next(patch.memory, read)!;
  expect(second.requests[0]!.verb).toBe('get');
  const removal = next(second.memory, read)!;
  expect(removal.requests[0]!.body).toEqual({ spec: { taints: [] } });
  expect(next(removal.memory, read)).toEqual({ requests: [] });
});

it('reads it again 100 to 200 ms after a conflict, five times at most', () => {
  let step = beginWrite('n-1', [{ add: [ADDED] }]);
  for (let tries = 1; tries < 5; tries++) {
    step = next(next(step.memory, read)!.memory, conflict)!;
    expect(step.requests[0]!.verb).toBe('get');
    expect(step.pauseUs).toBeGreaterThanOrEqual(100 * MILLISECOND_US);
    expect(step.pauseUs).toBeLessThanOrEqual(200 * MILLISECOND_US);
  }
  expect(next(next(step.memory, read)!.memory, conflict)).toBeUndefined();
});
