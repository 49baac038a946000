import { MAXIMUM_PRINTED } from '../scenario/limits.js';
import type { PlannedRun } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';

type Combination = PlannedRun['parameters'];

/** Throws all combinations that cannot be played, with their mistakes: those with the same ones together. */
export function refuseImpossible(combinations: readonly Combination[], mistakes: readonly (readonly string[])[]): void {
  const groups = new Map<string, Combination[]>();
  for (const [index, own] of mistakes.entries()) {
    if (own.length === 0) continue;
    const reason = own.join('\n');
    groups.set(reason, [...(groups.get(reason) ?? []), combinations[index]!]);
  }
  if (groups.size === 0) return;
  const lines = [...groups].flatMap(([reason, group]) => [
    `${namesOf(group, combinations)}:`,
    ...reason.split('\n').map((line) => `  ${line}`),
  ]);
  const rest = lines.length - MAXIMUM_PRINTED;
  const shown = rest > 0 ? [...lines.slice(0, MAXIMUM_PRINTED), `… and ${rest} more lines`] : lines;
  const count = mistakes.filter((own) => own.length > 0).length;
  const message = `${count} of ${combinations.length} combinations cannot be played: nothing was played or written`;
  throw new CommandError(EXIT.usage, message, shown.join('\n       '));
}

/** `replicas=many` where that alone makes the difference, else each combination. */
function namesOf(group: readonly Combination[], all: readonly Combination[]): string {
  const common = Object.entries(group[0]!).filter(([name, value]) => group.every((one) => one[name] === value));
  const alike = all.filter((one) => common.every(([name, value]) => one[name] === value));
  if (common.length > 0 && alike.length === group.length) return label(common);
  return group.map((one) => label(Object.entries(one))).join('; ');
}

function label(values: readonly (readonly [string, string])[]): string {
  return values.map(([name, value]) => `${name}=${value}`).join(', ');
}
