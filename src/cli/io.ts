import { readFileSync } from 'node:fs';
import { colours, type Colours } from './colours.js';

/** What a command sees of the terminal: tests give their own. */
export interface Io {
  /** The result, and nothing else. */
  readonly out: (text: string) => void;
  /** Talk: progress, warnings, hints, errors. */
  readonly err: (text: string) => void;
  readonly outColours: Colours;
  readonly errColours: Colours;
  /** Whether talk goes to a terminal; progress is only shown there. */
  readonly isErrTerminal: boolean;
  readonly isInTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly readStdin: () => Uint8Array;
  /** True after Ctrl-C. */
  readonly isInterrupted: () => boolean;
}

/** Width assumed where there is no terminal. */
const DEFAULT_COLUMNS = 100;

export function processIo(): Io {
  let interrupted = false;
  process.on('SIGINT', () => {
    // The second time there is no waiting for the end of a step.
    if (interrupted) process.exit(130);
    interrupted = true;
  });
  // Reading only the start of the output (`| head`) is no mistake.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  // Talk that nobody hears any more is no reason to stop working.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outColours: colours(process.stdout, process.env),
    errColours: colours(process.stderr, process.env),
    isErrTerminal: process.stderr.isTTY === true,
    isInTerminal: process.stdin.isTTY === true,
    columns: process.stderr.columns || DEFAULT_COLUMNS,
    readStdin: () => readFileSync(0),
    isInterrupted: () => interrupted,
  };
}
