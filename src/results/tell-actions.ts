import type { ActionSummary } from './actions.js';
import { formatClock, formatCount, formatPlural } from './format.js';
import { ended } from './tell-cluster.js';

/** As many failed commands and refused objects are told one by one; all are in the report's timeline. */
const TOLD_ONE_BY_ONE = 3;
/** A reason is cut here, characters: a drain names every pod that it could not evict. */
const LONGEST_REASON = 240;

/** `2 of 7 commands failed: at 1m kubectl drain general-2: cannot delete DaemonSet-managed Pods ...` */
export function tellFailedActions(actions: ActionSummary): string {
  const { done, refusedManifests } = actions;
  const failed = actions.failedCommands.map(tellCommand);
  const unfinished = actions.unfinishedCommands.map(tellCommand);
  const objects = refusedManifests.map(({ object, reason }) => `${object}: ${shorten(reason)}`);
  const all = formatPlural(done + failed.length + unfinished.length, 'command');
  const were = unfinished.length === 1 ? 'was' : 'were';
  const told = [
    tellList(`${formatCount(failed.length)} of ${all} failed`, failed),
    tellList(`${formatCount(unfinished.length)} of ${all} ${were} still under way at the end of the run`, unfinished),
    tellList(`${formatPlural(objects.length, 'object')} ${objects.length === 1 ? 'was' : 'were'} refused`, objects),
  ];
  return told.filter((sentence) => sentence !== '').join(' ');
}

function tellCommand({ atSeconds, command, reason }: ActionSummary['failedCommands'][number]): string {
  return `at ${formatClock(atSeconds)} ${command}: ${shorten(reason)}`;
}

function tellList(what: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const told = items.slice(0, TOLD_ONE_BY_ONE).join('; ');
  const more = items.length - TOLD_ONE_BY_ONE;
  return ended(`${what}: ${told}${more > 0 ? `; and ${formatCount(more)} more` : ''}`);
}

function shorten(reason: string): string {
  const plain = reason
    .replace(/^error: /, '')
    .replaceAll(', continuing command...', '')
    .replace(/\.$/, '');
  return plain.length <= LONGEST_REASON ? plain : `${plain.slice(0, LONGEST_REASON)}...`;
}
