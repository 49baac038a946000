import { type Command, Option } from 'commander';
import type { Context } from '../context.js';

export interface ExplainOptions {
  readonly format: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  wavetank run web.yaml --explain                                   all pods
  wavetank run web.yaml --explain pod/web-0 deployment/api          those only
  wavetank explain reports/web-1a2b3c4d-s42                         which pods were explained
  wavetank explain reports/web-1a2b3c4d-s42 pod/web-0
`;

export function defineExplain(command: Command, context: Context): void {
  command
    .description(
      'Tells each attempt to schedule a pod: which plugins filtered out which nodes and why, the scores of the best nodes, ' +
        'ties, what is evicted, the message. The run must have been asked with --explain. Without a pod: lists them.',
    )
    .argument('<dir>', 'folder of results')
    .argument('[subject]', 'pod/NAME or what controls pods: deployment/NAME; NAMESPACE/ in front where it matters')
    .addOption(new Option('--format <format>', 'form of the result').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, subject: string | undefined, options: ExplainOptions) => {
      const { explainCommand } = await import('../explain-command.js');
      context.exitCode = await explainCommand(context, folder, subject, options);
    });
}
