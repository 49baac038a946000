import { subjectNamed } from '../experiment/measure/explained.js';
import { type PodAttempts, subjectOf } from '../results/attempts.js';
import { nearest } from '../scenario/diagnostics.js';
import type { ExplainOptions } from './commands/explain.js';
import type { Context } from './context.js';
import type { ExplainedRun } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';
import { attemptsTable, printAttempts } from './print-attempts.js';
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
  const pods = subject === undefined ? run.pods : podsOf(run.pods, run, subject);
  if (options.format === 'json') io.out(`${JSON.stringify({ folder, pods }, null, 2)}\n`);
  else if (subject === undefined) io.out(`${renderTable(attemptsTable(pods), io.outColours.bold).join('\n')}\n`);
  else for (const [index, pod] of pods.entries()) printAttempts(io, pod, index > 0);
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

/** The pods that are meant: one by its name, those of a controller by its. */
function podsOf(known: readonly PodAttempts[], run: ExplainedRun, text: string): readonly PodAttempts[] {
  const subject = subjectNamed(text) ?? subjectNamed(`pod/${text}`) ?? text;
  const namesOf = ({ namespace, pod, workload }: PodAttempts): string[] =>
    [`pod/${pod}`, workload].flatMap((one) => [one, `${namespace}/${one}`]);
  const meant = known.filter((pod) => namesOf(pod).includes(subject));
  if (meant.length > 0) return meant;
  const silent = run.untried.find(({ pod, workload }) => pod === subject || workload === subject);
  if (silent !== undefined && (run.asked.length === 0 || run.asked.includes(subject))) {
    throw new CommandError(EXIT.usage, `no scheduler tried ${silent.pod}: ${silent.why}`);
  }
  if (silent !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `${subject} was not explained: it was not asked for`,
      `${run.command.replace(/ --explain.*$/, '')} --explain ${subject}`,
    );
  }
  const names = known.flatMap(({ namespace, pod, workload }) =>
    [`pod/${pod}`, workload].map((one) => subjectOf(namespace, one)),
  );
  const bare = names.find((name) => name.endsWith(`/${text}`));
  const near = bare ?? nearest(subject, names);
  throw new CommandError(
    EXIT.usage,
    `no pod or workload ${subject} in this run`,
    near === undefined ? 'without a name the pods are listed' : `did you mean ${near}?`,
  );
}
