import { NARROW, WIDE, type Chart } from './charts/chart.js';
import { drawChart } from './charts/svg.js';
import { dataDetails, escapeHtml } from './html.js';

/** A chart with both of its pictures drawn. */
export interface DrawnChart {
  readonly chart: Chart;
  readonly wide: string;
  readonly narrow: string;
}

export async function drawCharts(charts: readonly Chart[]): Promise<DrawnChart[]> {
  const drawn: DrawnChart[] = [];
  for (const chart of charts) {
    drawn.push({ chart, wide: await drawChart(chart, WIDE), narrow: await drawChart(chart, NARROW) });
  }
  return drawn;
}

export function chartFigure({ chart, wide, narrow }: DrawnChart): string {
  const label = escapeHtml(chart.description);
  const picture = (name: string, svg: string): string =>
    `<div class="${name}" role="img" aria-label="${label}">${svg}</div>`;
  return `<figure id="${chart.name}"><h3>${escapeHtml(chart.title)}</h3><figcaption>${escapeHtml(chart.caption)}</figcaption>
${picture('wide', wide)}
${picture('narrow', narrow)}
${dataDetails(chart.data)}</figure>`;
}
