import { type Command, Option } from 'commander';
import type { Context } from '../context.js';
import { collectSetting } from '../options.js';

export interface ValidateOptions {
  readonly set?: ReadonlyMap<string, string>;
  readonly format: 'text' | 'json';
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  wavetank validate web.yaml
  wavetank validate manifests/*.yaml requests.csv
  kubectl get deployments -o yaml | wavetank validate -
`;

export function defineValidate(command: Command, context: Context): void {
  command
    .description(
      'Checks scenarios, Kubernetes manifests, scheduler configurations and CSV traces. Mistakes come together, with their places: first those of form, then those of meaning.',
    )
    .argument('[file...]', 'files; - for standard input')
    .option('--set <name=value>', 'a parameter of the scenario (repeatable)', collectSetting)
    .addOption(new Option('--format <format>', 'form of the result').choices(['text', 'json']).default('text'))
    .option('-q, --quiet', 'only errors')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: ValidateOptions) => {
      const { validateCommand } = await import('../validate-command.js');
      context.exitCode = validateCommand(context, files, options);
    });
}
