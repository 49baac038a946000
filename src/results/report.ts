import { answerOf } from './answer.js';
import { runCharts } from './charts/run-charts.js';
import { formatClock, formatCount } from './format.js';
import { htmlPage } from './html.js';
import type { ExpectationOutcome, RecordedTables, RunIdentity } from './identity.js';
import { chartFigure, drawCharts, type DrawnChart } from './report-charts.js';
import {
  expectationList,
  figureTables,
  head,
  inputFacts,
  keyFigures,
  notableEvents,
  noteList,
  section,
} from './report-sections.js';
import { pendingPods, utilisationTable } from './report-scheduling.js';
import { REPORT_CSS } from './report-style.js';
import { summarize } from './summary.js';
import { timelineList } from './timeline-list.js';

/** Everything that the report of one run shows. */
export interface ReportContent {
  readonly identity: RunIdentity;
  readonly tables: RecordedTables;
  readonly expectations: readonly ExpectationOutcome[];
}

/** The report of a run as one HTML page that needs no network and no script, and the charts in it. */
export async function runReport(content: ReportContent): Promise<{ html: string; charts: DrawnChart[] }> {
  const charts = await drawCharts(runCharts(content.tables, content.identity));
  return { html: reportHtml(content, charts), charts };
}

function reportHtml({ identity, tables, expectations }: ReportContent, charts: readonly DrawnChart[]): string {
  const summary = summarize(tables, identity);
  const verdict = expectations.length === 0 ? '' : expectations.some((one) => one.verdict === 'fail') ? 'fail' : 'pass';
  const detail = `${formatClock(identity.durationSeconds)} of virtual time, ${formatCount(identity.events)} events, seed ${identity.seed}`;
  const body = [
    head('wavetank · simulated run', identity.scenario, detail, answerOf(summary, expectations), verdict),
    keyFigures(summary),
    section('Expectations', expectationList(expectations)),
    section('Timeline', timelineList(tables)),
    section('Figures', figureTables(summary)),
    section('Pods that waited for a node', pendingPods(tables, identity)),
    section('Requests on the nodes', utilisationTable(tables)),
    section('Charts', charts.map(chartFigure).join('\n')),
    section('Kubernetes events', notableEvents(tables)),
    section('Notes and assumptions', noteList([...identity.notes, ...identity.assumptions])),
    section('Repeat this run', inputFacts(identity)),
  ];
  return htmlPage(
    `${identity.scenario} · wavetank`,
    REPORT_CSS,
    `<main>\n${body.filter((part) => part !== '').join('\n')}\n</main>`,
  );
}
