import { hasEnded, isReady } from './changes.js';
import type { NamesByTimeline } from './names.js';
import { identityOf, type Line, type Timeline } from './timeline.js';

/** How many pods a workload had at most, and ready at least, between two actions. */
export interface Extremes {
  readonly most: number;
  readonly least: number;
}

/** What lasts for less (ms) is a race between a creation and a deletion, or between two readings. */
const SHORTEST_MS = 100;

interface Workload {
  all: number;
  ready: number;
  /** Since when it has been so, and how many actions there had been. */
  since: number;
  actions: number;
}

/** `workload after action N` -> its extremes, of what lasted for a while. */
export function extremesOf(timeline: Timeline, names: NamesByTimeline): Map<string, Extremes> {
  const owners = workloads(timeline, names);
  const pods = new Map<string, { readonly line: Line; readonly owner: string }>();
  const found = new Map<string, Workload>();
  const extremes = new Map<string, Extremes>();
  let actions = 0;
  for (const line of timeline) {
    if (line.kind === 'Action') actions += 1;
    if (line.kind !== 'Pod') continue;
    const id = identityOf(line);
    const before = pods.get(id);
    const own = before?.owner ?? names.ownerOf(line);
    const owner = owners.get(own) ?? own;
    const workload = found.get(owner) ?? { all: 0, ready: 0, since: line.t, actions };
    found.set(owner, workload);
    note(extremes, owner, workload, line.t, actions);
    count(workload, before?.line, -1);
    count(workload, line, 1);
    if (line.ev === 'DELETED') pods.delete(id);
    else pods.set(id, { line, owner: own });
  }
  for (const [owner, workload] of found) note(extremes, owner, workload, Number.POSITIVE_INFINITY, actions);
  return extremes;
}

/** A workload is about to change: what it was until now counts, if it was so for long enough. */
function note(extremes: Map<string, Extremes>, owner: string, workload: Workload, t: number, actions: number): void {
  if (t - workload.since >= SHORTEST_MS) {
    for (const action of new Set([workload.actions, actions])) {
      const key = `${owner} after action ${action}`;
      const known = extremes.get(key) ?? { most: 0, least: Number.POSITIVE_INFINITY };
      extremes.set(key, { most: Math.max(known.most, workload.all), least: Math.min(known.least, workload.ready) });
    }
  }
  workload.since = t;
  workload.actions = actions;
}

function count(counts: Workload, pod: Line | undefined, by: number): void {
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
