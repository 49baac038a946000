import { hasEnded, isReady } from './changes.js';
import type { NamesByTimeline } from './names.js';
import { identityOf, type Line, type Timeline } from './timeline.js';

/** How many pods a workload had at most, and ready at least, between two actions. */
export interface Extremes {
  most: number;
  least: number;
}

/** `workload after action N` -> its extremes. A wave counts as a whole: its moments between are races. */
export function extremesOf(timeline: Timeline, names: NamesByTimeline): Map<string, Extremes> {
  const owners = workloads(timeline, names);
  const pods = new Map<string, Line>();
  const extremes = new Map<string, Extremes>();
  let actions = 0;
  for (const line of timeline) {
    if (line.kind === 'Action') actions += 1;
    if (line.kind !== 'Pod') continue;
    const owner = owners.get(names.ownerOf(line)) ?? names.ownerOf(line);
    if (line.ev === 'DELETED') pods.delete(identityOf(line));
    else pods.set(identityOf(line), line);
    const alive = [...pods.values()].filter(
      (pod) =>
        pod.deletionTimestamp === undefined &&
        !hasEnded(pod) &&
        (owners.get(names.ownerOf(pod)) ?? names.ownerOf(pod)) === owner,
    );
    const ready = alive.filter(isReady).length;
    const key = `${owner} after action ${actions}`;
    const known = extremes.get(key);
    if (known === undefined) extremes.set(key, { most: alive.length, least: ready });
    else {
      known.most = Math.max(known.most, alive.length);
      known.least = Math.min(known.least, ready);
    }
  }
  return extremes;
}

/** Owner of pods -> the workload behind it (a ReplicaSet's Deployment). */
function workloads(timeline: Timeline, names: NamesByTimeline): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { kind, name, owners: own } of timeline) {
    if (kind !== 'Pod' && name !== undefined && own !== undefined) {
      owners.set(names.ofReference(`${kind}/${name}`), names.ofReference(own[0]!));
    }
  }
  return owners;
}
