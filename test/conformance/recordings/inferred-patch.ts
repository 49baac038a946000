import type { Action, Recording } from './recording.js';
import type { Line } from './timeline.js';
import { kindOfWord } from '../../../src/cluster/api/kinds.js';

/**
 * The script names patches without their text (`patch job ttl (resume)`): what they changed is in the timeline, as the next
 * change of the object's spec, or of the limits that a quota reports.
 */
export function inferredPatch({ timeline }: Recording, { t, arg }: Action): string | undefined {
  const [verb, word, name, ...rest] = arg.split(' ');
  if (verb !== 'patch' || rest.some((option) => option.startsWith('-'))) return undefined;
  const kind = kindOfWord(word!)?.kind;
  const lines = timeline.filter((line) => line.kind === kind && line.name === name);
  const before = lines.findLast((line) => line.t <= t);
  const field = before?.spec === undefined ? 'hard' : 'spec';
  const after = lines.find((line) => line.t > t && JSON.stringify(line[field]) !== JSON.stringify(before?.[field]));
  if (before === undefined || after === undefined) throw new Error(`${arg}: the timeline shows no such change`);
  const changed = changedFields(before, after, field);
  const patch = { spec: field === 'spec' ? changed : { hard: changed } };
  return `patch ${word} ${name} --type=merge -p '${JSON.stringify(patch)}'`;
}

function changedFields(before: Line, after: Line, field: string): object {
  const old = before[field] as Record<string, unknown>;
  const entries = Object.entries(after[field] as object);
  return Object.fromEntries(entries.filter(([name, value]) => JSON.stringify(old[name]) !== JSON.stringify(value)));
}
