import type { Command } from 'commander';
import type { Context } from '../context.js';

const EXAMPLES = `
Examples:
  wavetank report reports/web-1a2b3c4d-s42
  wavetank report reports/web-1a2b3c4d-s42 --out /tmp/web.html
`;

export function defineReport(command: Command, context: Context): void {
  command
    .description('Draws charts and report.html from the tables of a folder of results. Prints the name of the file.')
    .argument('<dir>', 'folder of results')
    .option('-o, --out <file>', 'file to write (default: report.html in the folder)')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: { readonly out?: string }) => {
      const engine = await context.loadEngine();
      context.io.out(`${await engine.report(folder, options.out)}\n`);
    });
}
