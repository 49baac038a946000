import type { Answer } from './answer.js';
import { formatList, formatPlural } from './format.js';
import { settingsOf, type Setting, type SweepRun } from './sweep.js';
import { formatFigure, keyFiguresOf, type KeyFigure } from './sweep-figures.js';
import { estimateOf, isDistinct, pairedDifference, type Estimate } from './sweep-statistics.js';
import type { TextTable } from './summary-table.js';

/** Figures told in words. */
const MOST_TOLD = 3;
/** Figures beside the settings in the table; what is wider is not read. */
const MOST_COLUMNS = 4;

/** What the sweep found, in words: best and worst setting of the figures that matter, with the spread over seeds. */
export function sweepAnswer(runs: readonly SweepRun[]): Answer {
  const settings = settingsOf(runs).filter((setting) => setting.runs.length > 0);
  const seeds = new Set(runs.map((run) => run.seed)).size;
  const failures = runs.filter((run) => run.failure !== '').length;
  const figures = keyFiguresOf(runs);
  const sentences = [tellPlan(runs, settings.length, seeds)];
  if (failures > 0)
    sentences.push(`${formatPlural(failures, 'run')} did not end and ${failures === 1 ? 'counts' : 'count'} nowhere.`);
  if (settings.length > 1) {
    for (const figure of figures.slice(0, MOST_TOLD)) sentences.push(tellFigure(figure, settings));
  } else if (settings.length === 1) {
    sentences.push(...figures.slice(0, MOST_TOLD).map((figure) => tellAlone(figure, settings[0]!)));
  }
  return { headline: headlineOf(runs, settings, figures), sentences };
}

function tellPlan(runs: readonly SweepRun[], settings: number, seeds: number): string {
  const met = runs.filter((run) => run.failure === '' && run.verdict === 'pass').length;
  return `${formatPlural(runs.length, 'run')}: ${formatPlural(settings, 'setting')} with ${formatPlural(seeds, 'seed')} each. The expectations of the scenario held in ${met} of ${runs.length}.`;
}

function headlineOf(runs: readonly SweepRun[], settings: readonly Setting[], figures: readonly KeyFigure[]): string {
  const [first] = figures;
  if (settings.length === 0) return 'No run ended.';
  if (settings.length === 1) return `${formatPlural(runs.length, 'run')} of one setting.`;
  if (first === undefined) return 'The settings make no difference to the figures that were compared.';
  const { best, worst } = rank(first, settings);
  if (!isDistinct(pairedDifference(best.setting, worst.setting, first.name))) {
    return `By ${first.title}, no setting stands out from the spread over seeds.`;
  }
  return `${best.setting.label} is best by ${first.title}: ${tellEstimate(first, best.estimate)}.`;
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
export function tellEstimate(figure: { readonly name: string }, { mean, halfWidth }: Estimate): string {
  const value = formatFigure(figure.name, mean);
  return halfWidth === null || halfWidth === 0 ? value : `${value} ± ${formatFigure(figure.name, halfWidth)}`;
}

/** Settings against the figures that matter: mean and 95 % interval over seeds. */
export function sweepTables(runs: readonly SweepRun[]): TextTable[] {
  const figures = keyFiguresOf(runs).slice(0, MOST_COLUMNS);
  const settings = settingsOf(runs);
  const names = [...new Set(settings.flatMap((setting) => Object.keys(setting.parameters)))];
  return [
    {
      title: `Mean and 95% confidence interval over seeds of ${formatList(figures.map(({ title }) => title)) || 'each setting'}`,
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
