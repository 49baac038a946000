import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';
import type { Recording } from './recording.js';
import type { Line } from './timeline.js';

/** Loops that come round whatever happens, of the manager and of hollow kubelets: their period, and what shows that one did. */
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
  hollow: { periodUs: SECOND_US, shows: ({ kind, ev, t }: Line) => kind === 'Pod' && ev === 'DELETED' && t >= 0 },
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

/** When a node renewed its lease the last time before the recording; undefined where leases were not recorded. */
export function renewedAt({ timeline, startUtc }: Recording, node: string, start: Micros): Micros | undefined {
  const lease = timeline.find(({ ev, kind, name }) => ev === 'INITIAL' && kind === 'Lease' && name === node);
  if (lease === undefined) return undefined;
  return start + (Date.parse(String(lease['renewTime'])) - Date.parse(startUtc)) * MILLISECOND_US;
}
