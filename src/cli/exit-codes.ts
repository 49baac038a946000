/** What the shell is told. `wavetank --help` lists them. */
export const EXIT = {
  /** All is well. */
  ok: 0,
  /** It ran, and the verdict is negative: an expectation failed, objects were refused where nothing is expected, a replay differs. */
  negative: 1,
  /** The command line or an input is wrong. */
  usage: 2,
  /** A bug in wavetank. */
  bug: 3,
  /** A sweep ended with runs missing. */
  incomplete: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** Ends a command with a message for the user. */
export class CommandError extends Error {
  readonly exitCode: number;
  /** What to try; printed on a line of its own. */
  readonly hint: string;

  constructor(exitCode: number, message: string, hint = '') {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** Ctrl-C, on its way to the end of the command. */
export class Interrupted extends Error {}
