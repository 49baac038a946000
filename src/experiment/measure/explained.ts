import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import { kindOfWord } from '../../cluster/api/kinds.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { collection } from '../../cluster/api/store.js';
import { noteEnd } from '../../cluster/scheduler/attempt-log.js';
import type { SchedulerWorld } from '../../cluster/scheduler/world.js';
import { chainOf } from './owners.js';

/**
 * What somebody asks to be explained, as `kind/name` with the kind in lower case: `deploy/web` is `deployment/web`. A namespace may
 * stand in front: `shop/pod/web-0`. Undefined if it is neither.
 */
export function subjectNamed(text: string): string | undefined {
  const parts = text.split('/');
  const name = parts.pop()!;
  const kind = kindOfWord(parts.pop() ?? '')?.kind.toLowerCase();
  if (kind === undefined || name === '' || parts.length > 1) return undefined;
  return [...parts, kind, name].join('/');
}

/** Marks the pods whose scheduling a run is asked to explain, when they are created; tells of those that go untried. */
export function measureExplained<W extends SchedulerWorld>(listeners: Listeners<W>): void {
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object }) => {
    const { explained, cluster } = world.scheduler;
    if (explained === undefined) return;
    if (type === 'deleted') noteEnd(explained, object, cluster);
    if (type !== 'added') return;
    const { subjects, met, pods } = explained;
    const { namespace, uid } = object.metadata;
    const chain = chainOf(world, object);
    const meant = subjects.filter((subject) =>
      chain.some((one) => subject === one || subject === `${namespace}/${one}`),
    );
    for (const subject of meant) met.add(subject);
    if (subjects.length === 0 || meant.length > 0) pods.set(uid, chain.at(-1)!);
  });
}

/** Tells of those that are there at the end of the run and were never tried. */
export function finishExplained(world: SchedulerWorld): void {
  const { explained, cluster } = world.scheduler;
  if (explained === undefined) return;
  for (const pod of collection<Pod>(world, 'Pod').values()) noteEnd(explained, pod, cluster);
}
