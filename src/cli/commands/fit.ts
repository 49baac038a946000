import { type Command, Option } from 'commander';
import type { Context } from '../context.js';
import { collectSetting } from '../options.js';

export interface FitOptions {
  readonly set?: ReadonlyMap<string, string>;
  readonly more?: readonly string[];
  readonly format: 'text' | 'json';
  readonly quiet?: true;
}

const EXAMPLES = `
Pods come from the templates of the workloads: higher priority first, of equals those of DaemonSets, then in the order of
the manifests. They go where the scheduler puts them. Missing nodes are found by placing all pods anew with more nodes: the number is
exact unless the answer says otherwise. Nothing is played: no clock, no load, no evictions, no autoscaling.

Examples:
  wavetank fit web.yaml
  wavetank fit web.yaml --set replicas=40
  wavetank fit web.yaml --more deployment/frontend          how many more of it, to the last
  wavetank fit web.yaml --format json | jq .missing

Exit status: 0 all pods fit, 1 some do not, 2 wrong usage or input.
`;

export function defineFit(command: Command, context: Context): void {
  command
    .description(
      'Tells whether the pods of a scenario fit its nodes, how many more replicas of each workload would, and how many nodes of ' +
        'which pool are missing.',
    )
    .argument('[file]', 'scenario file; - for standard input')
    .option('--set <name=value>', 'a parameter, or a field by its path (repeatable)', collectSetting)
    .option(
      '--more <workload...>',
      'count further replicas of these alone, and to the end where others are counted up to 1,000 (1,000+)',
    )
    .addOption(new Option('--format <format>', 'form of the result').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'no notes')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: FitOptions) => {
      const { fitCommand } = await import('../fit-command.js');
      context.exitCode = await fitCommand(context, file, options);
    });
}
