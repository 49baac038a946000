import { hasEnded, isReady } from './changes.js';
import type { NamesByTimeline } from './names.js';
import { identityOf, type Line, type Timeline } from './timeline.js';

/** How many pods a workload had at most, and ready at least, between two actions. */
export interface Extremes {
  readonly most: number;
  readonly least: number;
}

/** `workload after action N` -> its extremes. A wave counts as a whole: its moments between are races. */
export function extremesOf(timeline: Timeline, names: NamesByTimeline): Map<string, Extremes> {
  const owners = workloads(timeline, names);
  const pods = new Map<string, { readonly line: Line; readonly owner: string }>();
  const alive = new Map<string, { all: number; ready: number }>();
  const extremes = new Map<string, Extremes>();
  let actions = 0;
  for (const line of timeline) {
    if (line.kind === 'Action') actions += 1;
    if (line.kind !== 'Pod') continue;
    const id = identityOf(line);
    const before = pods.get(id);
    const own = before?.owner ?? names.ownerOf(line);
    const owner = owners.get(own) ?? own;
    const counts = alive.get(owner) ?? { all: 0, ready: 0 };
    alive.set(owner, counts);
    count(counts, before?.line, -1);
    count(counts, line, 1);
    if (line.ev === 'DELETED') pods.delete(id);
    else pods.set(id, { line, owner: own });
    const key = `${owner} after action ${actions}`;
    const known = extremes.get(key) ?? { most: 0, least: Number.POSITIVE_INFINITY };
    extremes.set(key, { most: Math.max(known.most, counts.all), least: Math.min(known.least, counts.ready) });
  }
  return extremes;
}

function count(counts: { all: number; ready: number }, pod: Line | undefined, by: number): void {
  if (pod === undefined || pod.ev === 'DELETED' || pod.deletionTimestamp !== undefined || hasEnded(pod)) return;
  counts.all += by;
  if (isReady(pod)) counts.ready += by;
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
