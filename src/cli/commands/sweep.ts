import { type Command, Option } from 'commander';
import type { Context } from '../context.js';
import { collectSetting, collectText, readCount, readSeed } from '../options.js';

export interface SweepOptions {
  readonly vary?: readonly string[];
  readonly seeds: number;
  readonly seed?: string;
  readonly set?: ReadonlyMap<string, string>;
  readonly workers?: number;
  readonly out?: string;
  readonly format: 'text' | 'json';
  readonly dryRun?: true;
  readonly force?: true;
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  wavetank sweep web.yaml --vary replicas=2..4 --seeds 5
  wavetank sweep web.yaml --vary surge=25%,50%,100% --vary replicas=2..4 --workers 2
  wavetank sweep web.yaml --vary cluster.nodes.0.count=3..10 --dry-run
`;

export function defineSweep(command: Command, context: Context): void {
  command
    .description('Plays every combination of the values, each with every seed, on worker threads, into one table.')
    .argument('[file]', 'scenario file')
    .option('--vary <name=values>', 'a,b,c or 2..4 (repeatable)', collectText)
    .option('--seeds <count>', 'seeds for each combination', readCount(1, 100_000), 1)
    .option('--seed <seed>', "first seed, instead of the scenario's", readSeed)
    .option('--set <name=value>', 'for all runs (repeatable)', collectSetting)
    .option('--workers <count>', 'worker threads (default: one a core)', readCount(1, 256))
    .option('-o, --out <dir>', 'folder for the results')
    .addOption(new Option('--format <format>', 'form of the result').choices(['text', 'json']).default('text'))
    .option('--dry-run', 'only say what would be played')
    .option('--force', 'replace an existing folder of results')
    .option('-q, --quiet', 'no progress, no warnings')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: SweepOptions) => {
      const { sweepCommand } = await import('../sweep-command.js');
      context.exitCode = await sweepCommand(context, file, options);
    });
}
