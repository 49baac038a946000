/** A broken promise of wavetank itself, never of its user: the command line asks to report it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stops the run when a promise of the program is broken. The message names the numbers. On in every build. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
