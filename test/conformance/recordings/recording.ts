import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Line, Timeline } from './timeline.js';

/** What a recording's script ran, and when (ms since its start). */
export interface Action {
  readonly t: number;
  /** kubectl, kubelet-fail, kubelet-recover, node-add, node-remove, http. */
  readonly do: string;
  readonly arg: string;
}

/** One folder of a recording, read. */
export interface Recording {
  readonly name: string;
  readonly folder: string;
  readonly what: string;
  readonly namespace: string;
  readonly nodes: { readonly count: number; readonly cpu: string; readonly memory: string };
  readonly ran: readonly Action[];
  readonly lengthMs: number;
  readonly startUtc: string;
  readonly timeline: Timeline;
}

const ACTIONS = 'actions.json';
const TIMELINE = 'timeline.jsonl.gz';

/** Folders of recordings in a folder, by name. */
export function recordingsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, ACTIONS)) && existsSync(join(folder, name, TIMELINE)))
    .sort();
}

export function readRecording(parent: string, name: string): Recording {
  const folder = join(parent, name);
  const actions = JSON.parse(readFileSync(join(folder, ACTIONS), 'utf8')) as Omit<Recording, 'name' | 'timeline'>;
  return { ...actions, name, folder, timeline: readTimeline(join(folder, TIMELINE)) };
}

/** The recorder came to these after they were made: it tells of nothing but their end. */
const LATE_KIND = 'ServiceAccount';

function readTimeline(path: string): Line[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter(({ kind }) => kind !== LATE_KIND);
}

/** The objects of one of its files, in its namespace where they name none. */
export function objectsOf({ folder, namespace }: Recording, file: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
  const decoded = documents
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null)
    .flatMap((value) => decodeManifest(value, namespace));
  return decoded.map(({ object, issues }) => {
    if (object === undefined) throw new Error(`${file}: ${issues.map(({ message }) => message).join('; ')}`);
    return object;
  });
}
