import { parseArgs } from 'node:util';
import { agrees, judge, type Judged, lateMilestones } from './agreement.js';
import { knownDeviation } from './fidelity.js';
import { play } from './play.js';
import { differenceLines, verdictLine } from './print.js';
import { readRecording, recordingsIn } from './recording.js';
import { subjectOf } from './subjects.js';

/** Differences printed of each recording; `--only` prints all. */
const PRINTED = 8;

export const RECORDINGS_USAGE = `conformance -- recordings DIR [--only NAME] [--timeline]
         --only: recordings whose names begin so, with every difference; --timeline: what we play, as a timeline`;

/** `conformance -- recordings DIR [--only NAME]`: exit status 1 if anything differs but what docs/fidelity.md names. */
export function checkRecordings(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    options: { only: { type: 'string', default: '' }, timeline: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new Error('one folder of recordings is needed');
  const names = recordingsIn(folder).filter((name) => name.startsWith(values.only));
  if (names.length === 0) throw new Error(`no recordings "${values.only}..." in ${folder}`);
  let failures = 0;
  for (const name of names) {
    if (values.timeline) {
      for (const line of play(readRecording(folder, name))) console.log(JSON.stringify(line));
    } else if (!check(folder, name, values.only === '' ? PRINTED : Number.POSITIVE_INFINITY)) failures += 1;
  }
  return failures === 0 ? 0 : 1;
}

/** Plays and prints one recording; is it as it should be? */
function check(folder: string, name: string, most: number): boolean {
  const recording = readRecording(folder, name);
  const subject = subjectOf(recording);
  let judged: Judged;
  try {
    judged = judge(recording);
  } catch (error) {
    console.log(`${name}: cannot be played: ${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
  console.log(verdictLine(name, judged, subject));
  const known = knownDeviation(name);
  if (known !== undefined) console.log(`  known: ${known}`);
  const { decisions, events, final } = judged;
  const differences = [...decisions, ...events, ...final];
  for (const difference of differences.slice(0, most)) console.log(differenceLines(difference).join('\n'));
  if (differences.length > most) console.log(`  and ${differences.length - most} more (--only ${name})`);
  const late = lateMilestones(judged);
  for (const { name: milestone, realMs, oursMs } of late.slice(0, most)) {
    console.log(`  ${milestone}: real ${realMs.toFixed(0)} ms, ours ${oursMs.toFixed(0)} ms after the action`);
  }
  return agrees(judged) || known !== undefined;
}
