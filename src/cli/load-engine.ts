import type { Engine } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';

/** Loads what plays: everything behind the commands, which most of them do without. */
export async function loadEngine(): Promise<Engine> {
  const { explainRun, playRun, redraw, replay } = await import('./play-engine.js');
  return {
    run: (request, hooks) => blamingUser(playRun(request, hooks)),
    replay: (request, hooks) => blamingUser(replay(request, hooks)),
    sweep: async (request, hooks) => {
      const { playSweep } = await import('./sweep-engine.js');
      return blamingUser(playSweep(request, hooks));
    },
    report: (folder, file) => blamingUser(redraw(folder, file)),
    explain: (folder) => blamingUser(explainRun(folder)),
  };
}

/** Errors of the layers below that are no bugs: known by name, as each layer has its own. */
const USER_ERRORS: readonly string[] = ['FolderError', 'NoProgressError'];

async function blamingUser<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && USER_ERRORS.includes(error.name)) throw new CommandError(EXIT.usage, error.message);
    // No space left, no right to write: nothing that a stack trace would explain.
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      const { systemWords } = await import('../results/folder-files.js');
      const { path = 'the results' } = error as NodeJS.ErrnoException;
      throw new CommandError(EXIT.usage, `${path} cannot be written: ${systemWords(error)}`);
    }
    throw error;
  }
}
