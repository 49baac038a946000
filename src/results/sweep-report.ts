import { sweepCharts } from './charts/sweep-figure.js';
import { formatCount } from './format.js';
import { htmlPage, htmlTable } from './html.js';
import { chartFigure, drawCharts, type DrawnChart } from './report-charts.js';
import { factPanel, head, noteList, section } from './report-sections.js';
import { REPORT_CSS } from './report-style.js';
import type { SweepIdentity, SweepRun } from './sweep.js';
import { sweepAnswer, sweepTables } from './sweep-answer.js';

/** The report of a sweep as one HTML page that needs no network and no script, and the charts in it. */
export async function sweepReport(
  identity: SweepIdentity,
  runs: readonly SweepRun[],
): Promise<{ html: string; charts: DrawnChart[] }> {
  const charts = await drawCharts(sweepCharts(runs));
  const failures = runs
    .map((run, index) => ({ run, index }))
    .filter(({ run }) => run.failure !== '')
    .map(({ run, index }) => `run ${index}, seed ${run.seed}: ${run.failure}`);
  const tables = sweepTables(runs).map(
    (table) => `<div class="panel">${htmlTable(table)}<p class="quiet">${table.title}.</p></div>`,
  );
  const seeds = [...new Set(runs.map((run) => run.seed))];
  const body = [
    head('wavetank · sweep', identity.scenario, `${formatCount(runs.length)} simulated runs`, sweepAnswer(runs), ''),
    section('Settings', tables.join('\n')),
    section('Charts', charts.map(chartFigure).join('\n')),
    section('Runs that did not end', noteList(failures)),
    section('Notes and assumptions', noteList([...identity.notes, ...identity.assumptions])),
    section(
      'Repeat this sweep',
      factPanel(identity.command, [
        ['seeds', seeds.join(', ')],
        ['scenario, SHA-256', identity.scenarioDigest],
        ['wavetank', `${identity.version}, model ${identity.modelVersion}`],
      ]),
    ),
  ];
  const page = `<main>\n${body.filter((part) => part !== '').join('\n')}\n</main>`;
  return { html: htmlPage(`${identity.scenario}, sweep · wavetank`, REPORT_CSS, page), charts };
}
