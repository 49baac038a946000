import type { NamesByTimeline } from './names.js';
import { identityOf, isObject, type Line, settled, type ShortCondition, type Timeline } from './timeline.js';
import { WAVE_GAP_MS } from './waves.js';

/** Object (or group of alike pods) -> what is to agree of it. */
export type State = ReadonlyMap<string, string>;

/** A moment at which nothing had changed for a while. */
export interface QuietMoment {
  readonly t: number;
  readonly state: State;
  /** So near to the limit that the other run may have none here. */
  readonly isDoubtful: boolean;
}

const SHORTEST_SURE_MS = 625;
const SHORTEST_MS = 375;

/** All quiet moments, one for each pause, with the state of everything in it. */
export function quietMoments(timeline: Timeline, names: NamesByTimeline, endMs: number): QuietMoment[] {
  const moments: QuietMoment[] = [];
  const objects = new Map<string, Line>();
  const lines = timeline.filter(isObject);
  for (const [index, line] of lines.entries()) {
    follow(objects, line);
    const pause = (lines[index + 1]?.t ?? endMs) - line.t;
    if (line.t < 0 || pause < SHORTEST_MS) continue;
    const state = stateOf(objects, names, QUIET_FIELDS);
    const isDoubtful = pause < SHORTEST_SURE_MS || awaitsEndpoints(lines, index + 1);
    moments.push({ t: line.t + Math.min(pause, WAVE_GAP_MS), state, isDoubtful });
  }
  return moments;
}

/**
 * The EndpointSlice controller now and then finds its cache out of date and comes again after a second (recordings/FINDINGS.md,
 * surprise 21): is what comes before the next pause only that?
 */
function awaitsEndpoints(lines: Timeline, from: number): boolean {
  let next = from;
  while (next < lines.length) {
    if (lines[next]!.kind !== 'EndpointSlice') return false;
    if ((lines[next + 1]?.t ?? Number.POSITIVE_INFINITY) - lines[next]!.t >= SHORTEST_MS) return true;
    next += 1;
  }
  return false;
}

/** What there is at the end, in all its fields. */
export function finalState(timeline: Timeline, names: NamesByTimeline): State {
  const objects = new Map<string, Line>();
  for (const line of timeline) if (isObject(line)) follow(objects, line);
  return stateOf(objects, names, FINAL_FIELDS);
}

function follow(objects: Map<string, Line>, line: Line): void {
  const id = identityOf(line);
  if (line.ev === 'DELETED') objects.delete(id);
  else objects.set(id, line);
}

/** Counts, conditions, taints. */
const QUIET_FIELDS = ['spec', 'status', 'conditions', 'taints', 'unschedulable', 'phase', 'hard', 'used'] as const;
const FINAL_FIELDS: readonly string[] = [
  'gen',
  'labels',
  'image',
  'finalizers',
  'containers',
  'revision',
  'desired',
  'max',
  'grace',
  'priority',
  'qos',
  'tolerations',
  'allocatable',
  'specFinalizers',
  'service',
  'nominatedNode',
].concat(QUIET_FIELDS);

function stateOf(objects: ReadonlyMap<string, Line>, names: NamesByTimeline, fields: readonly string[]): State {
  const state = new Map<string, string>();
  const pods = new Map<string, Map<string, number>>();
  for (const line of objects.values()) {
    const whole = JSON.stringify(neutral(line, names, fields));
    if (line.kind === 'Pod' && !isNamed(line, names)) {
      const group = `Pods of ${podOwner(line, names)}`;
      const counts = pods.get(group) ?? new Map<string, number>();
      pods.set(group, counts.set(whole, (counts.get(whole) ?? 0) + 1));
    } else {
      state.set(names.ofReference(`${line.kind}/${line.name}`), whole);
    }
  }
  for (const [group, counts] of pods) {
    const parts = [...counts].map(([whole, count]) => `${count} x ${whole}`).sort();
    state.set(group, parts.join(' and '));
  }
  return new Map([...state].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A pod with a name that it has in both runs. */
function isNamed({ name }: Line, names: NamesByTimeline): boolean {
  return names.of('Pod', name!) === name;
}

function podOwner({ name, owners }: Line, names: NamesByTimeline): string {
  return owners === undefined ? `nobody, ${names.of('Pod', name!)}` : names.ofReference(owners[0]!);
}

function neutral(line: Line, names: NamesByTimeline, fields: readonly string[]): object {
  const kept: Record<string, unknown> = {};
  for (const field of fields) {
    const value = neutralValue(field, line[field], names);
    if (value !== undefined) kept[field] = value;
  }
  if (WRITTEN_BY_CONTROLLERS.includes(line.kind)) withoutGeneration(kept, line);
  if (line.deletionTimestamp !== undefined) kept['deleting'] = true;
  if (line.kind === 'Pod') kept['bound'] = line.node !== undefined;
  if (line.kind === 'EndpointSlice') kept['endpoints'] = endpointCounts(line);
  if (line.owners !== undefined) kept['owners'] = line.owners.map((owner) => names.ofReference(owner));
  return kept;
}

/** Their generations count writes, which are as many as there are steps in a wave: random. What counts is whether all is observed. */
const WRITTEN_BY_CONTROLLERS = ['ReplicaSet', 'EndpointSlice'];

function withoutGeneration(kept: Record<string, unknown>, { gen, status }: Line): void {
  delete kept['gen'];
  if (status === undefined) return;
  const { observedGen: _, ...others } = kept['status'] as Record<string, unknown>;
  kept['status'] = { ...others, isObserved: status['observedGen'] === gen };
}

function endpointCounts(line: Line): unknown {
  const counts: Record<string, number> = {};
  for (const { ready, serving, terminating } of line['endpoints'] as Record<string, boolean>[]) {
    const sort = [ready ? 'ready' : 'unready', serving ? 'serving' : '', terminating ? 'terminating' : '']
      .join(' ')
      .trim();
    counts[sort] = (counts[sort] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Points in time are compared as milestones; here it counts that they are there. */
const TIMES = /Time$|Timestamp$|timeAdded$/;
/** Values that hold hashes or uids. */
const HASHES = /(?:hash|uid)$/;

/** A value without what differs by chance: names, times; nothing is the same as an empty value. Lists of conditions are sorted. */
function neutralValue(field: string, value: unknown, names: NamesByTimeline): unknown {
  if (value === undefined || value === null || value === '') return undefined;
  if (TIMES.test(field)) return 'set';
  if (HASHES.test(field)) return '<hash>';
  if (typeof value === 'string') return names.inName(field === 'message' ? names.inText(value) : value);
  if (Array.isArray(value)) {
    const plain = field === 'conditions' ? (value as ShortCondition[]).map(settled) : value;
    const items = plain.map((item) => neutralValue('', item, names));
    if (items.length === 0) return undefined;
    return items
      .map((item) => JSON.stringify(item))
      .sort()
      .map((item) => JSON.parse(item) as unknown);
  }
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, neutralValue(name, inner, names)] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
