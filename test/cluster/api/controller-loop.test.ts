import { describe, expect, it } from 'vitest';
import { issue } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { enqueue, enqueueAfter, openControllers, SYNC_DONE } from '../../../src/cluster/api/controller-loop.js';
import { type Change, lister, openInformer } from '../../../src/cluster/api/informers.js';
import type { ApiWorld } from '../../../src/cluster/api/world.js';
import { constant } from '../../../src/kernel/distributions.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { apiWorld, configMap } from './api-world.js';

describe('controller loop', () => {
  it('sends the requests of a step side by side and resumes with the answers in their order', () => {
    const { world, handlers, controllers } = apiWorld();
    const seen: unknown[] = [];
    const id = controllers.add({
      name: 'creator',
      workers: 1,
      sync: () => ({
        requests: ['a', 'b'].map((name) => ({
          verb: 'create' as const,
          kind: 'ConfigMap',
          namespace: 'default',
          name,
          body: configMap(name),
        })),
        memory: { step: 1 },
      }),
      resume: (_world, _key, memory, results) => {
        seen.push(memory, ...results.map(({ object }) => object?.metadata.name));
        return SYNC_DONE;
      },
    });
    openControllers(world, controllers);
    enqueue(world, id, 'key');
    runUntil(world, handlers, SECOND_US);
    expect(seen).toEqual([{ step: 1 }, 'a', 'b']);
  });

  it('retries a key whose request failed, with growing delays, and no more once it succeeds', () => {
    const { world, handlers, controllers } = apiWorld();
    const times: number[] = [];
    const id = controllers.add({
      name: 'stubborn',
      workers: 1,
      sync: (w) => {
        times.push(w.kernel.now);
        if (times.length > 3) return SYNC_DONE;
        return { requests: [{ verb: 'get', kind: 'ConfigMap', namespace: 'default', name: 'none' }] };
      },
    });
    openControllers(world, controllers);
    enqueue(world, id, 'key');
    runUntil(world, handlers, 10 * SECOND_US);
    expect(times).toHaveLength(4);
  });

  it('gives up a key after its retries', () => {
    const { world, handlers, controllers } = apiWorld();
    let syncs = 0;
    const id = controllers.add({
      name: 'quitter',
      workers: 1,
      maximumRetries: 2,
      sync: () => {
        syncs += 1;
        return { requests: [], outcome: { retry: true } };
      },
    });
    openControllers(world, controllers);
    enqueue(world, id, 'key');
    runUntil(world, handlers, 100 * SECOND_US);
    expect(syncs).toBe(3);
  });

  it('holds a worker while a step waits', () => {
    const { world, handlers, controllers } = apiWorld();
    const times: number[] = [];
    const id = controllers.add({
      name: 'patient',
      workers: 1,
      reaction: constant(0),
      sync: (w) => {
        times.push(w.kernel.now);
        return { requests: [], pauseUs: SECOND_US };
      },
    });
    openControllers(world, controllers);
    enqueue(world, id, 'first');
    enqueue(world, id, 'second');
    runUntil(world, handlers, 3 * SECOND_US);
    expect(times).toEqual([0, SECOND_US]);
  });

  it('works on no more keys at a time than it has workers', () => {
    const { world, handlers, controllers } = apiWorld();
    let busy = 0;
    let most = 0;
    const id = controllers.add({
      name: 'pool',
      workers: 3,
      reaction: constant(0),
      sync: () => {
        busy += 1;
        most = Math.max(most, busy);
        return { requests: [{ verb: 'list', kind: 'ConfigMap', namespace: '', name: '' }], memory: 1 };
      },
      resume: () => {
        busy -= 1;
        return SYNC_DONE;
      },
    });
    openControllers(world, controllers);
    for (let key = 0; key < 20; key++) enqueue(world, id, `key-${key}`);
    runUntil(world, handlers, 10 * SECOND_US);
    expect([most, busy]).toEqual([3, 0]);
  });

  it('syncs a delayed key at its time', () => {
    const { world, handlers, controllers } = apiWorld();
    const times: number[] = [];
    const id = controllers.add({
      name: 'patient',
      workers: 1,
      sync: (w) => {
        times.push(w.kernel.now);
        return SYNC_DONE;
      },
    });
    openControllers(world, controllers);
    enqueueAfter(world, id, 'key', 5 * SECOND_US);
    enqueueAfter(world, id, 'key', 2 * SECOND_US);
    runUntil(world, handlers, 20 * SECOND_US);
    expect(times).toHaveLength(1);
    expect(times[0]! - 2 * SECOND_US).toBeLessThan(200 * MILLISECOND_US);
  });
});

describe('informers', () => {
  it('see changes late, in order, and tell what was known before', () => {
    const { world, handlers, listeners } = apiWorld();
    const changes: Change[] = [];
    listeners.on('watcher', 'ConfigMap', (_world, change) => changes.push(change));
    const informer = openInformer(world, 'watcher', 'ConfigMap');
    const client = openClient(world, 'writer', CLIENT_LIMITS.heartbeat);
    const write = (world_: ApiWorld, value: string) =>
      issue(world_, client, {
        verb: 'patch',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'a',
        body: { data: { value } },
      });
    issue(world, client, { verb: 'create', kind: 'ConfigMap', namespace: 'default', name: 'a', body: configMap('a') });
    runUntil(world, handlers, SECOND_US);
    for (let value = 0; value < 20; value++) write(world, String(value));
    runUntil(world, handlers, 2 * SECOND_US);
    issue(world, client, { verb: 'delete', kind: 'ConfigMap', namespace: 'default', name: 'a' });
    runUntil(world, handlers, 3 * SECOND_US);
    expect(changes[0]!.type).toBe('added');
    expect(changes.at(-1)!.type).toBe('deleted');
    const versions = changes.slice(0, -1).map(({ object }) => object.metadata.resourceVersion);
    expect(versions).toEqual([...versions].sort((left, right) => left - right));
    for (const [index, change] of changes.entries()) expect(change.before).toBe(changes[index - 1]?.object);
    expect(lister(world, informer).size).toBe(0);
  });
});
