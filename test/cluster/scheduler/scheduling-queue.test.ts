import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { BACKOFF_LIMITS } from '../../../src/cluster/scheduler/backoff.js';
import { type ClusterState, createCluster } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { DEFAULT_PROFILE } from '../../../src/cluster/scheduler/profile.js';
import {
  addPod,
  createSchedulingQueue,
  dropPod,
  flushBackoff,
  flushLeftovers,
  forceActivate,
  moveOnEvent,
  moveOnPodDelete,
  nextBackoffEnd,
  nextLeftoverLook,
  popNext,
  requeueFailed,
  type SchedulingQueue,
  updatePod,
} from '../../../src/cluster/scheduler/scheduling-queue.js';
import { MINUTE_US, SECOND_US } from '../../../src/kernel/time.js';
import { node, pod } from './scheduler-world.js';

let cluster: ClusterState;
let queue: SchedulingQueue;

beforeEach(() => {
  cluster = createCluster();
  addNode(cluster, node('n1'));
  queue = createSchedulingQueue(BACKOFF_LIMITS);
});

const popped = (): string | undefined => popNext(queue)?.pod.metadata.name;
const placeOf = (name: string) => queue.pods.get(`pod-${name}`)?.place;

/** Adds a pod and fails its attempt. */
function fail(one: Pod, plugins: readonly string[], now = 0): void {
  addPod(cluster, queue, one, now);
  requeueFailed(cluster, queue, popNext(queue)!, plugins, now);
}

const changed = (one: Pod, more: Partial<PodSpec>): Pod => ({ ...one, spec: { ...one.spec, ...more } });
const podGoes = (now: number) => moveOnPodDelete(cluster, queue, pod('gone'), now);
const gated = (...names: readonly string[]): Partial<PodSpec> => ({ schedulingGates: names.map((name) => ({ name })) });

describe('gates', () => {
  it('keep a pod out until the last is gone; then it goes by the time at which it came', () => {
    addPod(cluster, queue, pod('p', 1, gated('a', 'b')), 0);
    addPod(cluster, queue, pod('later'), 1);
    expect(placeOf('p')).toBe('gated');
    updatePod(cluster, queue, pod('p', 1, gated('b')), 2);
    expect(placeOf('p')).toBe('gated');
    podGoes(3);
    flushLeftovers(cluster, queue, 10 * MINUTE_US);
    expect(placeOf('p')).toBe('gated');
    updatePod(cluster, queue, pod('p'), 4);
    expect([popped(), popped(), popped()]).toEqual(['p', 'later', undefined]);
  });

  it('mean nothing where the profile does not ask for them', () => {
    cluster = createCluster([{ ...DEFAULT_PROFILE, preEnqueue: [] }]);
    addPod(cluster, queue, pod('p', 1, gated('a')), 0);
    expect(popped()).toBe('p');
  });
});

describe('a pod in flight', () => {
  it('backs off at once if what happened since its pop may help, else it waits', () => {
    for (const [name, helps] of [
      ['p', true],
      ['q', false],
    ] as const) {
      addPod(cluster, queue, pod(name), 0);
      const queued = popNext(queue)!;
      if (helps) podGoes(1);
      requeueFailed(cluster, queue, queued, ['NodeResourcesFit'], 2);
    }
    expect([placeOf('p'), placeOf('q')]).toEqual(['backoff', 'unschedulable']);
  });

  it('is tried as it was; its own changes count once it has failed', () => {
    const before = pod('p', 2);
    addPod(cluster, queue, before, 0);
    const queued = popNext(queue)!;
    updatePod(cluster, queue, changed(before, { tolerations: [{ operator: 'Exists' }] }), 1);
    expect(queued.pod).toBe(before);
    requeueFailed(cluster, queue, queued, ['TaintToleration'], 2);
    expect(placeOf('p')).toBe('backoff');
  });

  it('is tried again after leftovers were moved meanwhile, as if that helped it, too', () => {
    fail(pod('old'), ['NodeResourcesFit']);
    addPod(cluster, queue, pod('p'), 6 * MINUTE_US);
    const queued = popNext(queue)!;
    flushLeftovers(cluster, queue, 6 * MINUTE_US);
    requeueFailed(cluster, queue, queued, ['NodeAffinity'], 6 * MINUTE_US);
    expect(placeOf('p')).toBe('backoff');
  });
});

describe('an unschedulable pod', () => {
  it('is moved by what may help it, and by nothing else', () => {
    fail(pod('p'), ['NodeAffinity']);
    podGoes(MINUTE_US);
    expect(placeOf('p')).toBe('unschedulable');
    expect(moveOnEvent(cluster, queue, { type: 'NodeAdd', node: node('n2') }, MINUTE_US)).toBe(true);
    expect(placeOf('p')).toBe('active');
  });

  it('goes on backing off when it is moved soon, and is popped all the same when nobody else waits', () => {
    fail(pod('p'), ['NodeResourcesFit'], 300_000);
    podGoes(400_000);
    expect(placeOf('p')).toBe('backoff');
    addPod(cluster, queue, pod('q'), 500_000);
    expect([popped(), popped()]).toEqual(['q', 'p']);
  });

  it('is looked for after 5 minutes, each 30 s', () => {
    fail(pod('p'), ['NodeAffinity'], 7 * SECOND_US);
    expect(nextLeftoverLook(queue)).toBe(330 * SECOND_US);
    flushLeftovers(cluster, queue, 300 * SECOND_US);
    expect(placeOf('p')).toBe('unschedulable');
    flushLeftovers(cluster, queue, 330 * SECOND_US);
    expect(placeOf('p')).toBe('active');
  });

  it('is asked about under its new labels, and keeps its place among the leftovers', () => {
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule' as const,
          labelSelector: { matchLabels: { app: 'web' } },
          matchLabelKeys: ['app'],
        },
      ],
    };
    const relabelled = (one: Pod): Pod => ({ ...one, metadata: { ...one.metadata, labels: { app: 'db' } } });
    fail(pod('p', 1, spread), ['NodeAffinity'], 0);
    fail(relabelled(pod('q', 1, spread)), ['NodeAffinity'], 10 * SECOND_US);
    updatePod(cluster, queue, relabelled(pod('p', 1, spread)), 20 * SECOND_US);
    expect(queue.pool.size).toBe(1);
    flushLeftovers(cluster, queue, 301 * SECOND_US);
    expect([placeOf('p'), placeOf('q')]).toEqual(['active', 'unschedulable']);
  });

  it('leaves for good when it is gone', () => {
    fail(pod('p'), ['NodeAffinity']);
    dropPod(queue, 'pod-p');
    expect(moveOnEvent(cluster, queue, { type: 'NodeAdd', node: node('n2') }, 1)).toBe(false);
    expect(queue.pool.size).toBe(0);
  });
});

describe('a pod whose attempt ended with an error', () => {
  it('is not popped before its back-off ends on a whole second', () => {
    fail(pod('p'), [], 300_000);
    expect(popped()).toBeUndefined();
    expect(nextBackoffEnd(queue)).toBe(2 * SECOND_US);
    flushBackoff(queue, 1_999_999);
    expect(placeOf('p')).toBe('error-backoff');
    flushBackoff(queue, 2 * SECOND_US);
    expect(popped()).toBe('p');
  });

  it('is tried at once when its preemption has failed', () => {
    fail(pod('p'), []);
    forceActivate(cluster, queue, 'pod-p');
    expect([popped(), popped()]).toEqual(['p', undefined]);
  });
});

describe('a pod that goes', () => {
  const avoiding = (name: string): Pod => {
    const labelSelector = { matchLabels: { app: name } };
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
    return pod(name, 1, {
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    });
  };

  it('is classified once for all that wait, and not at all if nobody does', () => {
    const looks = vi.spyOn(cluster.podClassBySignature, 'get');
    podGoes(1);
    expect(looks).not.toHaveBeenCalled();
    for (const name of ['p', 'q', 'r']) fail(avoiding(name), ['InterPodAffinity'], 2);
    looks.mockClear();
    podGoes(3);
    expect(looks).toHaveBeenCalledTimes(1);
  });
});
