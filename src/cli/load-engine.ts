import type { Engine } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';

/** Loads what plays: everything behind the commands, which most of them do without. */
export async function loadEngine(): Promise<Engine> {
  const { playRun } = await import('./play-engine.js');
  const notYet = async (): Promise<never> => {
    throw new CommandError(EXIT.usage, 'this command is not there yet');
  };
  return { run: playRun, replay: notYet, sweep: notYet, report: notYet };
}
