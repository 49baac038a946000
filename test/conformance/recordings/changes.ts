import type { NamesByTimeline } from './names.js';
import { identityOf, isObject, type Line, type Timeline } from './timeline.js';

/** One thing that happened to one owner: a change of its size, or of one of its pods. */
export interface OwnChange {
  readonly t: number;
  readonly owner: string;
  /** `scaled`, or what became of a pod: created, bound, ready, unready, ended, deleted, gone; of another object: appears, gone. */
  readonly what: string;
  /** Of a change of size. */
  readonly from?: number;
  readonly to?: number;
}

/** What happened, in order. */
export function changesOf(timeline: Timeline, names: NamesByTimeline): OwnChange[] {
  const changes: OwnChange[] = [];
  const known = new Map<string, Line>();
  const owners = new Map<string, string>();
  for (const line of timeline) {
    if (!isObject(line)) continue;
    const id = identityOf(line);
    const before = line.ev === 'ADDED' ? undefined : known.get(id);
    if (before === undefined) owners.set(id, names.ownerOf(line));
    const told = line.kind === 'Pod' ? podChanges(before, line) : objectChanges(before, line);
    const owner = line.kind === 'Pod' ? owners.get(id)! : names.ofReference(`${line.kind}/${line.name}`);
    for (const change of told) changes.push({ t: line.t, owner, ...change });
    if (line.ev === 'DELETED') known.delete(id);
    else known.set(id, line);
  }
  return changes.filter(({ t }) => t >= 0);
}

type Told = Omit<OwnChange, 't' | 'owner'>;

function podChanges(before: Line | undefined, line: Line): Told[] {
  const told: string[] = [];
  if (before === undefined) told.push('created');
  if (before?.node === undefined && line.node !== undefined) told.push('bound');
  const goes = line.deletionTimestamp !== undefined || line.ev === 'DELETED';
  const went = before?.deletionTimestamp !== undefined;
  if (goes && !went) told.push('deleted');
  if (isReady(line) && !isReady(before)) told.push('ready');
  if (!goes && hasEnded(line) && !hasEnded(before)) told.push('ended');
  else if (!goes && isReady(before) && !isReady(line)) told.push('unready');
  if (line.ev === 'DELETED') told.push('gone');
  return told.map((what) => ({ what }));
}

function objectChanges(before: Line | undefined, line: Line): Told[] {
  const told: Told[] = [];
  if (before === undefined) told.push({ what: 'appears' });
  const [from, to] = [sizeOf(before), sizeOf(line)];
  if (to !== undefined && from !== to) told.push({ what: 'scaled', from: from ?? 0, to });
  if (line.ev === 'DELETED') told.push({ what: 'gone' });
  return told;
}

function sizeOf(line: Line | undefined): number | undefined {
  const size = line?.spec?.['replicas'];
  return typeof size === 'number' ? size : undefined;
}

export function isReady(line: Line | undefined): boolean {
  return line?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

export function hasEnded(line: Line | undefined): boolean {
  return line?.phase === 'Succeeded' || line?.phase === 'Failed';
}
