import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** What the operator and fate did, and what of it failed. */
export interface ActionSummary {
  /** Commands of the timeline that had their effect. */
  readonly done: number;
  /** Commands that failed and manifests that the API server refused. */
  readonly failed: number;
  readonly failedCommands: readonly FailedCommand[];
  /** Commands that the end of the run found under way: they count as failed. */
  readonly unfinishedCommands: readonly FailedCommand[];
  readonly refusedManifests: readonly RefusedManifest[];
}

interface FailedCommand {
  readonly atSeconds: number;
  readonly command: string;
  /** As kubectl prints it; what an unfinished one waits for. */
  readonly reason: string;
}

/** Begins the outcome of a command that is unfinished. */
export const UNFINISHED = 'unfinished at the end of the run: ';

interface RefusedManifest {
  /** For example `deployment/web`. */
  readonly object: string;
  readonly reason: string;
}

export function actionsOf(tables: RecordedTables): ActionSummary {
  const shape = { time_s: 'number', command: 'text', outcome: 'text' } as const;
  const all = rows(tables, 'actions', shape);
  const failedCommands: FailedCommand[] = [];
  const unfinishedCommands: FailedCommand[] = [];
  const refusedManifests: RefusedManifest[] = [];
  for (const { time_s, command, outcome } of all) {
    if (outcome === 'ok') continue;
    const object = /^create (?<object>\S+) \(manifest\)$/.exec(command!)?.groups?.['object'];
    const told = { atSeconds: time_s!, command: command!, reason: outcome!.replace(UNFINISHED, '') };
    if (object !== undefined) refusedManifests.push({ object, reason: outcome! });
    else if (outcome!.startsWith(UNFINISHED)) unfinishedCommands.push(told);
    else failedCommands.push(told);
  }
  const failed = failedCommands.length + unfinishedCommands.length + refusedManifests.length;
  return { done: all.length - failed, failed, failedCommands, unfinishedCommands, refusedManifests };
}
