import { writeFileSync } from 'node:fs';
import { type Context, shellQuote } from './context.js';
import { CommandError, EXIT } from './exit-codes.js';
import { starterScenario } from './starter.js';

/** `wavetank init`: the name is a scenario's name, so that it cannot lead out of the folder. */
export function initCommand(context: Context, name: string, force: boolean): number {
  const plain = name.replace(/\.ya?ml$/, '');
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/.test(plain)) {
    throw new CommandError(EXIT.usage, `a scenario is named with letters, digits, "-", "_" and ".", got "${name}"`);
  }
  const file = `${plain}.yaml`;
  try {
    writeFileSync(file, starterScenario(plain), { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CommandError(EXIT.usage, `${file} is there already`, '--force replaces it');
    throw new CommandError(EXIT.usage, `${file} cannot be written: ${message}`);
  }
  context.io.out(`${file}\n`);
  context.io.err(`next: wavetank run ${shellQuote(file)}\n`);
  return EXIT.ok;
}
