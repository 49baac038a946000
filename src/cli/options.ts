import { InvalidArgumentError } from 'commander';
import { CommandError, EXIT } from './exit-codes.js';

/** Readers of option values; what they refuse is a usage error. */

export function collectSetting(
  text: string,
  previous: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new InvalidArgumentError('expected name=value.');
  const name = text.slice(0, equals).trim();
  if (previous.has(name)) throw new InvalidArgumentError(`${name} is set twice.`);
  return new Map([...previous, [name, text.slice(equals + 1)]]);
}

export function collectText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

/** Seeds are names of random worlds: mostly numbers, but any short word does. */
export function readSeed(text: string): string {
  if (/^[\w.-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError('expected a number or a word.');
}

export function readCount(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`expected a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A command without its file prints how it is used and never waits for standard input. */
export function requireFiles(files: readonly string[], command: string): void {
  if (files.length > 0) return;
  throw new CommandError(EXIT.usage, `${command} needs a file`, `wavetank ${command} --help shows examples`);
}
