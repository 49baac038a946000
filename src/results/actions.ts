import { rows } from './columns.js';
import type { RecordedTables } from './identity.js';

/** What the operator and fate did, and what of it failed. */
export interface ActionSummary {
  /** Commands of the timeline that had their effect. */
  readonly done: number;
  /** Commands that failed and manifests that the API server refused. */
  readonly failed: number;
  readonly failedCommands: readonly FailedCommand[];
  readonly refusedManifests: readonly RefusedManifest[];
}

interface FailedCommand {
  readonly atSeconds: number;
  readonly command: string;
  /** As kubectl prints it. */
  readonly reason: string;
}

interface RefusedManifest {
  /** For example `deployment/web`. */
  readonly object: string;
  readonly reason: string;
}

export function actionsOf(tables: RecordedTables): ActionSummary {
  const shape = { time_s: 'number', command: 'text', outcome: 'text' } as const;
  const all = rows(tables, 'actions', shape);
  const failedCommands: FailedCommand[] = [];
  const refusedManifests: RefusedManifest[] = [];
  for (const { time_s, command, outcome } of all) {
    if (outcome === 'ok') continue;
    const object = /^create (?<object>\S+) \(manifest\)$/.exec(command!)?.groups?.['object'];
    if (object === undefined) failedCommands.push({ atSeconds: time_s!, command: command!, reason: outcome! });
    else refusedManifests.push({ object, reason: outcome! });
  }
  const failed = failedCommands.length + refusedManifests.length;
  return { done: all.length - failed, failed, failedCommands, refusedManifests };
}
