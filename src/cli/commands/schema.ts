import type { Command } from 'commander';
import type { Context } from '../context.js';

const EXAMPLES = `
Examples:
  wavetank schema > scenario.schema.json
  wavetank schema traffic.rate             what is allowed there, in words
  wavetank schema cluster.nodes
`;

export function defineSchema(command: Command, context: Context): void {
  command
    .description('Prints the JSON Schema (draft 7) of scenario files for editors, or says what a field may hold.')
    .argument('[field]', 'for example traffic.rate')
    .addHelpText('after', EXAMPLES)
    .action(async (field: string | undefined) => {
      const { schemaCommand } = await import('../schema-command.js');
      context.exitCode = schemaCommand(context, field);
    });
}
