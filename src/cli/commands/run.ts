import { type Command, Option } from 'commander';
import type { Context } from '../context.js';
import { collectSetting, readSeed } from '../options.js';

export interface RunOptions {
  readonly seed?: string;
  readonly set?: ReadonlyMap<string, string>;
  readonly until?: string;
  readonly out?: string;
  readonly format: 'text' | 'json';
  readonly explain?: true | readonly string[];
  readonly referenceScheduler?: true;
  readonly from?: string;
  readonly verify?: true;
  readonly force?: true;
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  wavetank run scenarios/online-boutique-rollout.yaml
  wavetank run web.yaml --seed 7 --set replicas=5 --set surge=50%
  wavetank run scenarios/tour/*.yaml                        one row a scenario
  wavetank run web.yaml --format json | jq .traffic
  wavetank run web.yaml --explain deployment/web            then: wavetank explain DIR
  wavetank run --from reports/web-1a2b3c4d-s42/manifest.json --verify
`;

export function defineRun(command: Command, context: Context): void {
  command
    .description(
      'Plays scenarios in virtual time, prints the answer and leaves a folder with tables, charts and a report.',
    )
    .argument('[file...]', 'scenario files; - for standard input')
    .option('--seed <seed>', "instead of the scenario's", readSeed)
    .option('--set <name=value>', 'a parameter, or a field by its path (repeatable)', collectSetting)
    .option('--until <time>', "end the run at this virtual time instead of the scenario's duration")
    .option('-o, --out <dir>', 'folder for the results (default: reports/<scenario>-<digest>-s<seed>)')
    .addOption(new Option('--format <format>', 'form of the result').choices(['text', 'json']).default('text'))
    .option(
      '--explain [subject...]',
      'record why pods go where they go: pod/NAME, deployment/NAME ... (default: all pods)',
    )
    .option('--reference-scheduler', 'ask every plugin about every node, with no shortcut: slower, and the same result')
    .option('--from <manifest.json>', 'play again what a folder of results was made from')
    .option('--verify', 'with --from: compare with the folder instead of writing a new one')
    .option('--force', 'replace an existing folder of results')
    .option('-q, --quiet', 'no progress, no warnings')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: RunOptions) => {
      const { runCommand } = await import('../run-command.js');
      context.exitCode = await runCommand(context, files, options);
    });
}
