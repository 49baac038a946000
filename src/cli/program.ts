import { Command, CommanderError } from 'commander';
import { packageVersion } from '../experiment/version.js';
import type { Context } from './context.js';
import type { Engine } from './engine.js';
import { CommandError, EXIT, Interrupted } from './exit-codes.js';
import type { Io } from './io.js';

type Define = (command: Command, context: Context) => void;

/** Name, summary, and what the command takes: loaded when it is asked for, so that help and mistakes come at once. */
const COMMANDS: readonly (readonly [string, string, () => Promise<Define>])[] = [
  ['run', 'play a scenario and print the answer', async () => (await import('./commands/run.js')).defineRun],
  [
    'sweep',
    'play a scenario with many values and seeds',
    async () => (await import('./commands/sweep.js')).defineSweep,
  ],
  [
    'fit',
    'tell whether the manifests fit the cluster, at once',
    async () => (await import('./commands/fit.js')).defineFit,
  ],
  [
    'validate',
    'check scenarios, manifests and traces',
    async () => (await import('./commands/validate.js')).defineValidate,
  ],
  [
    'report',
    'draw the report of a folder of results anew',
    async () => (await import('./commands/report.js')).defineReport,
  ],
  [
    'explain',
    'tell why pods are where they are, or nowhere',
    async () => (await import('./commands/explain.js')).defineExplain,
  ],
  ['init', 'write a commented starter scenario', async () => (await import('./commands/init.js')).defineInit],
  [
    'schema',
    'print the JSON Schema of scenarios, or explain a field',
    async () => (await import('./commands/schema.js')).defineSchema,
  ],
];

const EXAMPLES = `
Examples:
  wavetank init                               a starter scenario: wavetank.yaml
  wavetank run wavetank.yaml                  play it
  wavetank sweep wavetank.yaml --vary replicas=2..4 --seeds 5
  wavetank validate deployment.yaml           check any manifest, scenario, configuration of a scheduler, trace
  wavetank fit wavetank.yaml                  do the pods fit the nodes, how many more would

Exit status: 0 fine, 1 an expectation failed, an object was refused where nothing is expected or a replay differs,
2 wrong usage or input, 3 a bug in wavetank, 4 a sweep is incomplete, 130 interrupted. A flag wins over the scenario file, the file over the defaults.
`;

async function createProgram(context: Context): Promise<Command> {
  const { argv, io } = context;
  const program = new Command('wavetank')
    .description(
      'Plays Kubernetes clusters in virtual time: manifests, load and failures in, answers with numbers out.',
    )
    .helpOption('-h, --help', 'show help')
    .version(packageVersion(), '-V, --version', 'show the version')
    .helpCommand('help [command]', 'show the help of a command')
    // What the others take is not loaded.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => 110, getErrHelpWidth: () => 110 });
  for (const [name, summary, load] of COMMANDS) {
    const command = program.command(name).summary(summary);
    if (argv.includes(name)) (await load())(command, context);
  }
  return program;
}

/** The command line: takes the arguments, gives the exit status, throws nothing. */
export async function main(argv: readonly string[], io: Io, loadEngine: () => Promise<Engine>): Promise<number> {
  const context: Context = { io, loadEngine, argv, exitCode: EXIT.ok };
  try {
    const program = await createProgram(context);
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    return exitCodeOf(error, context);
  }
}

async function exitCodeOf(error: unknown, context: Context): Promise<number> {
  const { io } = context;
  if (error instanceof CommanderError) {
    // Help and version end this way too; everything else was said on stderr already.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof Interrupted) {
    io.err('interrupted: nothing was written\n');
    return EXIT.interrupted;
  }
  if (error instanceof CommandError) {
    await printCommandError(error, io);
    return error.exitCode;
  }
  const { reportBug } = await import('./report-bug.js');
  reportBug(error, context);
  return EXIT.bug;
}

async function printCommandError(error: CommandError, io: Io): Promise<void> {
  if ('diagnostics' in error) {
    const { InputError } = await import('./load.js');
    const { printDiagnostics } = await import('./print-diagnostics.js');
    if (error instanceof InputError) printDiagnostics(io, error.diagnostics, error.sources);
    io.err(`\n${error.message}\n`);
    return;
  }
  io.err(`${io.errColours.red('error')}  ${error.message}\n`);
  if (error.hint !== '') io.err(`       ${error.hint}\n`);
}
