import type { Answer } from './answer.js';
import { capitalize, formatList, formatPlural } from './format.js';
import { settingsOf, type Setting, type SweepRun } from './sweep.js';
import { formatFigure, keyFiguresOf, type KeyFigure } from './sweep-figures.js';
import { estimateOf, isDistinct, pairedDifference, type Estimate } from './sweep-statistics.js';
import type { TextTable } from './summary-table.js';

/** Figures told in words. */
const MOST_TOLD = 3;
/** Settings named in one sentence. */
const MOST_SETTINGS = 6;
/** Settings named in the headline. */
const MOST_NAMED = 2;
/** Figures beside the settings in the table; what is wider is not read. */
const MOST_COLUMNS = 4;
/** The figure of pods that nothing could place. */
const PENDING = 'pods_without_node';

/** What the sweep found, in words: best and worst setting of the figures that matter, with the spread over seeds. */
export function sweepAnswer(runs: readonly SweepRun[]): Answer {
  const settings = settingsOf(runs).filter((setting) => setting.runs.length > 0);
  const seeds = new Set(runs.map((run) => run.seed)).size;
  const failures = runs.filter((run) => run.failure !== '').length;
  const figures = keyFiguresOf(runs);
  const sentences = [tellPlan(runs, settings.length, seeds), ...tellFailed(runs, settings), ...tellPending(settings)];
  if (failures > 0)
    sentences.push(`${formatPlural(failures, 'run')} did not end and ${failures === 1 ? 'counts' : 'count'} nowhere.`);
  if (settings.length > 1) {
    for (const figure of figures.filter(({ name }) => name !== PENDING).slice(0, MOST_TOLD))
      sentences.push(tellFigure(figure, settings));
  } else if (settings.length === 1) {
    sentences.push(...figures.slice(0, MOST_TOLD).map((figure) => tellAlone(figure, settings[0]!)));
  }
  return { headline: headlineOf(runs, settings, figures), sentences };
}

function tellPlan(runs: readonly SweepRun[], settings: number, seeds: number): string {
  const met = runs.filter((run) => run.failure === '' && run.verdict === 'pass').length;
  return `${formatPlural(runs.length, 'run')}: ${formatPlural(settings, 'setting')} with ${formatPlural(seeds, 'seed')} each. The expectations of the scenario held in ${met} of ${runs.length}.`;
}

/** Which expectation failed in which settings: one sentence an expectation, the most frequent failures first. */
function tellFailed(runs: readonly SweepRun[], settings: readonly Setting[]): string[] {
  const texts = [...new Set(runs.flatMap(({ failed }) => failed))];
  const told = texts.map((text) => {
    const failed = (run: SweepRun): boolean => run.failed.includes(text);
    const where = settings.flatMap(({ label, runs: own }) => {
      const count = own.filter(failed).length;
      return count === 0 ? [] : [own.length === 1 ? label : `${label} (${count} of ${own.length})`];
    });
    const count = runs.filter(failed).length;
    const rest = where.length - MOST_SETTINGS;
    const shown = [...where.slice(0, MOST_SETTINGS), ...(rest > 0 ? [formatPlural(rest, 'more setting')] : [])];
    const places = count === runs.length ? 'in every run' : `in ${count} of ${formatPlural(runs.length, 'run')}`;
    return { count, sentence: `${text} failed ${places}${settings.length > 1 ? `: ${shown.join('; ')}` : ''}.` };
  });
  const rest = told.length - MOST_TOLD;
  const sorted = told.toSorted((left, right) => right.count - left.count).map(({ sentence }) => sentence);
  return rest > 0 ? [...sorted.slice(0, MOST_TOLD), `${formatPlural(rest, 'more expectation')} failed.`] : sorted;
}

/** Settings in which the cluster was too small for its pods: their times are those of the pods that found room. */
function tellPending(settings: readonly Setting[]): string[] {
  const short = settings.filter(({ runs }) => runs.some(({ figures }) => (figures[PENDING] ?? 0) > 0));
  if (short.length === 0) return [];
  const told = short.slice(0, MOST_SETTINGS).map((setting) => {
    const left = tellEstimate({ name: PENDING }, estimateOf(setting, PENDING)!);
    const all = estimateOf(setting, 'pods');
    const of = all === undefined ? '' : ` of ${formatFigure('pods', all.mean)}`;
    return settings.length > 1 ? `${left}${of} with ${setting.label}` : `${left}${of}`;
  });
  const rest = short.length - told.length;
  if (rest > 0) told.push(`some in ${formatPlural(rest, 'more setting')}`);
  return [`Pods were left without a node at the end of the run: ${told.join('; ')}.`];
}

function headlineOf(runs: readonly SweepRun[], settings: readonly Setting[], figures: readonly KeyFigure[]): string {
  if (settings.length === 0) return 'No run ended.';
  const failing = settings.filter((setting) => setting.runs.some(({ verdict }) => verdict === 'fail'));
  const verdict = failing.length === 0 ? '' : tellFailing(failing, settings);
  if (settings.length === 1) return `${formatPlural(runs.length, 'run')} of one setting${verdict && `; ${verdict}`}.`;
  const widest = mostVaried(figures, settings);
  if (widest === undefined) {
    const even = figures.length === 0 ? 'make no difference to the figures' : 'differ no more than the seeds do';
    return `${capitalize(verdict && `${verdict}; `)}${verdict === '' ? 'The' : 'the'} settings ${even}.`;
  }
  const { best, worst } = rank(widest, settings);
  const end = ({ setting, estimate }: Ranked): string => `${tellEstimate(widest, estimate)} (${setting.label})`;
  const range = `from ${end(best)} to ${end(worst)}`;
  const varied = `${widest.title} ${widest.isPlural === true ? 'vary' : 'varies'} most: ${range}.`;
  return capitalize(verdict === '' ? varied : `${verdict}; ${varied}`);
}

function tellFailing(failing: readonly Setting[], settings: readonly Setting[]): string {
  if (failing.length === settings.length) return 'expectations failed in every setting';
  const named = failing.length <= MOST_NAMED ? ` (${failing.map(({ label }) => label).join('; ')})` : '';
  return `expectations failed in ${failing.length} of ${formatPlural(settings.length, 'setting')}${named}`;
}

/** The figure that differs most between settings, by the share of the larger mean; one seed knows no chance. */
function mostVaried(figures: readonly KeyFigure[], settings: readonly Setting[]): KeyFigure | undefined {
  let widest: KeyFigure | undefined;
  let most = 0;
  for (const figure of figures) {
    const { best, worst } = rank(figure, settings);
    const difference = pairedDifference(best.setting, worst.setting, figure.name);
    if (difference !== undefined && difference.halfWidth !== null && !isDistinct(difference)) continue;
    const [left, right] = [best.estimate.mean, worst.estimate.mean];
    const share = Math.abs(left - right) / Math.max(Math.abs(left), Math.abs(right));
    if (share > most) [widest, most] = [figure, share];
  }
  return widest;
}

interface Ranked {
  readonly setting: Setting;
  readonly estimate: Estimate;
}

/** Best and worst by mean; of equals the first in the plan is the best. */
export function rank(figure: KeyFigure, settings: readonly Setting[]): { best: Ranked; worst: Ranked } {
  const sign = figure.better === 'lower' ? 1 : -1;
  const ranked = settings
    .flatMap((setting): Ranked[] => {
      const estimate = estimateOf(setting, figure.name);
      return estimate === undefined ? [] : [{ setting, estimate }];
    })
    .sort((left, right) => sign * (left.estimate.mean - right.estimate.mean));
  return { best: ranked[0]!, worst: ranked.at(-1)! };
}

function tellFigure(figure: KeyFigure, settings: readonly Setting[]): string {
  const { best, worst } = rank(figure, settings);
  const told = `By ${figure.title}, ${best.setting.label} is best (${tellEstimate(figure, best.estimate)}) and ${worst.setting.label} worst (${tellEstimate(figure, worst.estimate)})`;
  const difference = pairedDifference(best.setting, worst.setting, figure.name);
  if (difference === undefined || difference.halfWidth === null) return `${told}; one seed says nothing about chance.`;
  if (!isDistinct(difference)) return `${told}; over the seeds the two are not distinguishable.`;
  const apart = formatFigure(figure.name, Math.abs(difference.mean));
  return `${told}; seed by seed they are ${apart} ± ${formatFigure(figure.name, difference.halfWidth)} apart.`;
}

function tellAlone(figure: KeyFigure, setting: Setting): string {
  return `By ${figure.title}: ${tellEstimate(figure, estimateOf(setting, figure.name)!)}.`;
}

/** `34.2 ms ± 1.1 ms`: mean and half of the 95 % interval. */
function tellEstimate(figure: { readonly name: string }, { mean, halfWidth }: Estimate): string {
  const value = formatFigure(figure.name, mean);
  return halfWidth === null || halfWidth === 0 ? value : `${value} ± ${formatFigure(figure.name, halfWidth)}`;
}

function tableTitle(settings: readonly Setting[], what: string): string {
  if (what === '') return 'No figure that settings are compared by differs between the runs';
  return settings.some(({ runs }) => runs.length > 1)
    ? `Mean over seeds of ${what}; ± is half of the 95% confidence interval`
    : `One seed each: ${what}`;
}

/** Settings against the figures that matter: mean and 95 % interval over seeds. */
export function sweepTables(runs: readonly SweepRun[]): TextTable[] {
  const figures = keyFiguresOf(runs).slice(0, MOST_COLUMNS);
  const settings = settingsOf(runs);
  const names = [...new Set(settings.flatMap((setting) => Object.keys(setting.parameters)))];
  return [
    {
      title: tableTitle(settings, formatList(figures.map(({ title }) => title))),
      columns: [
        ...(names.length === 0 ? ['setting'] : names).map((name) => ({ name, figures: false })),
        { name: 'runs', figures: true },
        { name: 'held', figures: true },
        ...figures.map(({ title }) => ({ name: title, figures: true })),
      ],
      rows: settings.map((setting) => [
        ...(names.length === 0 ? [setting.label] : names.map((name) => setting.parameters[name] ?? '')),
        String(setting.runs.length),
        String(setting.runs.filter((run) => run.verdict === 'pass').length),
        ...figures.map((figure) => {
          const value = estimateOf(setting, figure.name);
          return value === undefined ? '–' : tellEstimate(figure, value);
        }),
      ]),
    },
  ];
}
