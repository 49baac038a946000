/** A command that cannot be carried out on the objects it found. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** What kubectl prints: its own error unless the server was the one to refuse. */
  readonly said: string;

  constructor(message: string, said = `error: ${message}`) {
    super(message);
    this.said = said;
  }
}
