import { subjectNamed } from '../experiment/measure/explained.js';
import { type PodAttempts, subjectOf } from '../results/attempts.js';
import type { UntriedPod } from '../results/untried-pods.js';
import { nearest } from '../scenario/diagnostics.js';
import type { ExplainOptions } from './commands/explain.js';
import type { Context } from './context.js';
import type { ExplainedRun } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';
import { attemptsTable, printAttempts, printUntried } from './print-attempts.js';
import { renderTable } from './text-table.js';

/** `wavetank explain`: reads a folder of results, plays nothing. */
export async function explainCommand(
  context: Context,
  folder: string,
  subject: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  const { io } = context;
  const engine = await context.loadEngine();
  const run = await engine.explain(folder);
  if (run.pods === undefined) refuseUnexplained(folder, run, subject);
  const { pods, untried } =
    subject === undefined ? { pods: run.pods, untried: run.untried } : meantBy(run.pods, run, subject);
  if (options.format === 'json') io.out(`${JSON.stringify({ folder, pods, untried }, null, 2)}\n`);
  else if (subject === undefined) {
    io.out(`${renderTable(attemptsTable(pods, untried), io.outColours.bold).join('\n')}\n`);
  } else {
    for (const [index, pod] of pods.entries()) printAttempts(io, pod, index > 0);
    for (const [index, pod] of untried.entries()) printUntried(io, pod, index + pods.length > 0);
  }
  return EXIT.ok;
}

function refuseUnexplained(folder: string, { command }: ExplainedRun, subject: string | undefined): never {
  const asked = subject === undefined ? '' : ` ${subjectNamed(subject) ?? subject}`;
  throw new CommandError(
    EXIT.usage,
    `${folder} was played without --explain: it does not know why pods are where they are`,
    `${command} --explain${asked}`,
  );
}

type Named = Pick<UntriedPod, 'namespace' | 'pod' | 'workload'>;

/** The pods that are meant: one by its name, those of a controller by its. */
function meantBy(
  known: readonly PodAttempts[],
  run: ExplainedRun,
  text: string,
): { readonly pods: readonly PodAttempts[]; readonly untried: readonly UntriedPod[] } {
  const subject = subjectNamed(text) ?? subjectNamed(`pod/${text}`) ?? text;
  const isMeant = ({ namespace, pod, workload }: Named): boolean =>
    [`pod/${pod}`, workload].some((one) => subject === one || subject === `${namespace}/${one}`);
  const pods = known.filter(isMeant);
  const untried = run.untried.filter(isMeant);
  if (pods.length + untried.length > 0) return { pods, untried };
  if (run.subjects.includes(subject)) {
    throw new CommandError(
      EXIT.usage,
      `${subject} was not explained: it was not asked for`,
      `${run.command.replace(/ --explain.*$/, '')} --explain ${subject}`,
    );
  }
  const names = [...known, ...run.untried].flatMap(({ namespace, pod, workload }) =>
    [`pod/${pod}`, workload].map((one) => subjectOf(namespace, one)),
  );
  const bare = names.find((name) => name.endsWith(`/${text}`));
  const near = bare ?? nearest(subject, names) ?? names.find((name) => name.startsWith(subject));
  throw new CommandError(
    EXIT.usage,
    `no pod or workload ${subject} in this run`,
    near === undefined ? 'without a name the pods are listed' : `did you mean ${near}?`,
  );
}
