import type { Command } from 'commander';
import type { Context } from '../context.js';

const EXAMPLES = `
Examples:
  wavetank init            writes wavetank.yaml
  wavetank init shop       writes shop.yaml
`;

export function defineInit(command: Command, context: Context): void {
  command
    .description(
      'Writes one commented scenario that plays in a few seconds, report included, and the schema for editors beside it. Asks nothing.',
    )
    .argument('[name]', 'name of the scenario and of its file', 'wavetank')
    .option('--force', 'replace an existing file')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: { readonly force?: true }) => {
      const { initCommand } = await import('../init-command.js');
      context.exitCode = initCommand(context, name, options.force === true);
    });
}
