import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';
import { REMOVAL_US } from './hollow-kubelet.js';
import type { Recording } from './recording.js';
import type { Line } from './timeline.js';

/** Loops of the manager that come round whatever happens: their period, and what shows that one did. */
const LOOPS = {
  nodeLifecycle: {
    periodUs: 5 * SECOND_US,
    shows: ({ kind, source, regarding }: Line) =>
      kind === 'Event' && source === 'node-controller' && String(regarding).startsWith('Node/'),
  },
  podGc: {
    periodUs: 20 * SECOND_US,
    shows: ({ kind, conditions }: Line) =>
      kind === 'Pod' && conditions?.some(({ reason }) => reason === 'DeletionByPodGC') === true,
  },
};

/**
 * When such a loop comes round, as a remainder of its period, hangs on when its process was started. No recording tells of that; what the
 * loop did first does, a few milliseconds late. Undefined: it did nothing.
 */
export function phaseOf({ timeline }: Recording, loop: keyof typeof LOOPS, start: Micros): Micros | undefined {
  const { periodUs, shows } = LOOPS[loop];
  const first = timeline.find(shows);
  return first === undefined ? undefined : Math.round(start + first.t * MILLISECOND_US) % periodUs;
}

/**
 * The same for the sync loops of hollow kubelets, whose tick removes a pod: by node. One process starts them all within a tenth of a second, so
 * what is known of the first that removed a pod ('') is near for those that removed none. Undefined: fake kubelets.
 */
export function hollowPhases({ nodes, timeline }: Recording, start: Micros): ReadonlyMap<string, Micros> | undefined {
  if (nodes.cpu !== 'hollow') return undefined;
  const phases = new Map<string, Micros>();
  for (const { kind, ev, node, t } of timeline) {
    if (kind !== 'Pod' || ev !== 'DELETED' || t < 0) continue;
    const phaseUs = Math.round(start + t * MILLISECOND_US - REMOVAL_US) % SECOND_US;
    for (const name of [node!, '']) phases.set(name, phases.get(name) ?? phaseUs);
  }
  return phases;
}

/** When a node renewed its lease the last time before the recording; undefined where leases were not recorded. */
export function renewedAt({ timeline, startUtc }: Recording, node: string, start: Micros): Micros | undefined {
  const lease = timeline.find(({ ev, kind, name }) => ev === 'INITIAL' && kind === 'Lease' && name === node);
  if (lease === undefined) return undefined;
  return start + (Date.parse(String(lease['renewTime'])) - Date.parse(startUtc)) * MILLISECOND_US;
}
