import type { Taint } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import {
  type Eviction,
  noExecuteTaints,
  planEviction,
} from '../../../src/cluster/controllers/taint-eviction/decide.js';
import { MILLISECOND_US } from '../../../src/kernel/time.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly id: string;
  readonly initialTaints: readonly Taint[];
  readonly pods: readonly Pod[];
  readonly actions: readonly {
    readonly atMs: number;
    readonly setTaints?: readonly Taint[];
    readonly createPod?: Pod;
  }[];
  readonly untilMs: number;
  readonly expected: { readonly deletedAtMs: Readonly<Record<string, number>> };
}

/** Plays a case by the decision alone: the taints and pods of one node. */
function deletions({ initialTaints, pods, actions, untilMs }: Case): Record<string, number> {
  const alive = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const evictions = new Map<string, Eviction>();
  const deletedAtMs: Record<string, number> = {};
  let taints = noExecuteTaints(initialTaints);
  const look = (pod: Pod, atMs: number): void => {
    const { name } = pod.metadata;
    const planned = planEviction(evictions.get(name), taints, pod.spec.tolerations ?? [], atMs * MILLISECOND_US);
    if (planned === undefined) evictions.delete(name);
    else evictions.set(name, planned);
  };
  const evictUntil = (ms: number): void => {
    for (const [name, { at }] of evictions) {
      if (at > ms * MILLISECOND_US) continue;
      deletedAtMs[name] = at / MILLISECOND_US;
      evictions.delete(name);
      alive.delete(name);
    }
  };
  for (const pod of alive.values()) look(pod, 0);
  evictUntil(0);
  for (const { atMs, setTaints, createPod } of actions) {
    evictUntil(atMs - 1);
    if (createPod !== undefined) {
      alive.set(createPod.metadata.name, createPod);
      look(createPod, atMs);
    } else {
      const next = noExecuteTaints(setTaints);
      const isSame = JSON.stringify(next) === JSON.stringify(taints);
      taints = next;
      if (!isSame) for (const pod of alive.values()) look(pod, atMs);
    }
    evictUntil(atMs);
  }
  evictUntil(untilMs);
  return deletedAtMs;
}

/** `taint-eviction`: when the taints of a node end its pods. */
export const taintEviction: Checker = {
  kind: 'taint-eviction',
  check: (given: Case) => difference(deletions(given), given.expected.deletedAtMs),
};
