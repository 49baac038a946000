import { writeFileSync } from 'node:fs';
import { systemWords } from '../results/folder-files.js';
import { type Context, shellQuote } from './context.js';
import { CommandError, EXIT } from './exit-codes.js';
import { schemaText } from './schema-command.js';
import { starterScenario } from './starter.js';

/** Named in the first line of the scenario, for editors that know YAML. */
const SCHEMA_FILE = 'scenario.schema.json';

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
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CommandError(EXIT.usage, `${file} is there already`, '--force replaces it');
    throw new CommandError(EXIT.usage, `${file} cannot be written: ${systemWords(error)}`);
  }
  context.io.out(`${file}\n`);
  writeSchema(context, force);
  context.io.err(`next: wavetank run ${shellQuote(file)}\n`);
  return EXIT.ok;
}

/** The schema that the scenario refers to. One that is there may be a project's own: only force replaces it. */
function writeSchema({ io }: Context, force: boolean): void {
  try {
    writeFileSync(SCHEMA_FILE, schemaText(), { flag: force ? 'w' : 'wx' });
    io.err(`${SCHEMA_FILE} beside it lets editors complete and check scenarios\n`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new CommandError(EXIT.usage, `${SCHEMA_FILE} cannot be written: ${systemWords(error)}`);
  }
}
