import type { Engine } from './engine.js';
import type { Io } from './io.js';

/** What every command works with. */
export interface Context {
  readonly io: Io;
  /** Loads the simulator: heavy, so only when there is something to play. */
  readonly loadEngine: () => Promise<Engine>;
  /** The arguments as given, for "repeat with". */
  readonly argv: readonly string[];
  /** Set by the command that ran. */
  exitCode: number;
}

/** A word as a shell reads it back. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
