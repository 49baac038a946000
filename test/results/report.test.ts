import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { NARROW, WIDE } from '../../src/results/charts/chart.js';
import { runCharts } from '../../src/results/charts/run-charts.js';
import { drawChart } from '../../src/results/charts/svg.js';
import { htmlTable } from '../../src/results/html.js';
import { runReport } from '../../src/results/report.js';
import { sweepReport } from '../../src/results/sweep-report.js';
import { EXPECTATIONS, IDENTITY, fixtureTables } from './fixture.js';
import { WAITING_TABLES } from './waiting-fixture.js';
import { SWEEP_IDENTITY, fixtureRuns } from './sweep-fixture.js';

const CHROMIUM = '/usr/bin/chromium';
const CHARTS = ['request-rate', 'latency', 'service-latency', 'replicas', 'pods', 'startup', 'node-cpu', 'balance'];

const content = { identity: IDENTITY, tables: fixtureTables(), expectations: EXPECTATIONS };

describe('charts', () => {
  test('all of them, in the order of the report', () => {
    expect(runCharts(content.tables, IDENTITY).map((chart) => chart.name)).toEqual(CHARTS);
  });

  test('the same tables draw the same bytes', async () => {
    const draw = (): Promise<string[]> =>
      Promise.all(runCharts(fixtureTables(), IDENTITY).map((chart) => drawChart(chart, WIDE)));
    expect(await draw()).toEqual(await draw());
  });

  test.each([WIDE, NARROW])('keep to the width of the $name layout', async (layout) => {
    for (const chart of runCharts(content.tables, IDENTITY)) {
      const svg = await drawChart(chart, layout);
      const width = Number(/width="(\d+)"/.exec(svg)![1]);
      // 5 %: Vega guesses how wide texts are.
      expect(width, chart.name).toBeLessThanOrEqual(layout.width * 1.05);
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  test('of an empty run there are none, and the report still opens', async () => {
    expect(runCharts(new Map(), IDENTITY)).toEqual([]);
    const { html } = await runReport({ identity: IDENTITY, tables: new Map(), expectations: [] });
    expect(html).toContain('20m played.');
  });

  test('of many Deployments some are shown, counted against all of them', () => {
    const replicas = runCharts(content.tables, IDENTITY).find((chart) => chart.name === 'replicas')!;
    const recorded = content.tables.get('replicas')!;
    const [kinds, names] = [1, 3].map((index) => recorded.columns[index]!);
    const all = new Set(names!.filter((_, row) => kinds![row] === 'Deployment')).size;
    expect(all).toBeGreaterThan(6);
    expect(replicas.caption).toContain(`Of ${all} Deployments the 6 that changed most are shown.`);
  });

  test('many pods are thinned, and the caption says so', () => {
    const pods = runCharts(fixtureTables(42, 20), IDENTITY).find((chart) => chart.name === 'pods')!;
    expect(pods.caption).toMatch(/Of \d+ pods 80 are shown/);
    expect(pods.data.rows).toHaveLength(80);
  });
});

test('no two steps of the start-up have one colour', () => {
  const startup = runCharts(fixtureTables(), IDENTITY).find(({ name }) => name === 'startup')!;
  const colours = /"range":(\["var[^\]]*\])/.exec(JSON.stringify(startup.spec(WIDE)))![1]!;
  const range = JSON.parse(colours) as string[];
  expect(range.length).toBeGreaterThan(2);
  expect(new Set(range).size).toBe(range.length);
});

test('names of several words may be broken between them', () => {
  const columns = [{ name: 'reason', figures: false }];
  expect(htmlTable({ title: '', columns, rows: [['⚠ FailedScheduling']] })).toContain('>⚠ Failed<wbr>Scheduling<');
});

describe('run report', () => {
  test('texts from outside are escaped', async () => {
    const evil = '</title><script>alert("1")</script>';
    const { html } = await runReport({ ...content, identity: { ...IDENTITY, scenario: evil, notes: [evil] } });
    expect(html).not.toContain('<script');
  });

  test('tells the answer, then expectations, figures, charts, and how to repeat', async () => {
    const { html } = await runReport(content);
    const order = ['did not hold', '>Expectations<', '>Timeline<', '>Figures<'];
    const later = ['>Requests on the nodes<', '>Charts<', '>Kubernetes events<'];
    const places = [...order, ...later, '>Notes and assumptions<', IDENTITY.command].map((text) => html.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(html).toContain(IDENTITY.scenarioDigest);
  });
});

const isThere = existsSync(CHROMIUM);
if (!isThere) console.log(`${CHROMIUM} is not there: reports are not opened in a browser`);

describe.skipIf(!isThere)('in a browser', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wavetank-report-'));
    writeFileSync(join(folder, 'run.html'), (await runReport(content)).html);
    const waits = { identity: IDENTITY, tables: WAITING_TABLES, expectations: [] };
    writeFileSync(join(folder, 'waits.html'), (await runReport(waits)).html);
    writeFileSync(join(folder, 'sweep.html'), (await sweepReport(SWEEP_IDENTITY, fixtureRuns())).html);
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const views = ['run', 'sweep'].flatMap((report) =>
    [390, 768, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ report, width, scheme }))),
  );
  const narrow = (['light', 'dark'] as const).map((scheme) => ({ report: 'waits', width: 390, scheme }));
  test.each([...views, ...narrow])('$report at $width px, $scheme', async ({ report, width, scheme }) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const said: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    const url = `file://${join(folder, `${report}.html`)}`;
    await page.goto(url);
    expect(said).toEqual([]);
    expect(requests.filter((request) => !request.startsWith('data:'))).toEqual([url]);

    const seen = await page.evaluate(() => {
      const root = document.documentElement;
      const drawn = [...document.querySelectorAll('figure')].map((figure) => {
        const svg = [...figure.querySelectorAll('svg')].filter((one) => one.getBoundingClientRect().width > 0);
        const marks = svg.flatMap((one) => [
          ...one.querySelectorAll('.mark-rect path, .mark-line path, .mark-symbol path'),
        ]);
        return { id: figure.id, pictures: svg.length, marks: marks.length };
      });
      // Fonts differ by a pixel or two; what is cut off by more is a chart that was laid out wrong.
      const cut = [...document.querySelectorAll('svg')].flatMap((svg) => {
        const { left, right } = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')]
          .map((text) => ({ text: text.textContent, place: text.getBoundingClientRect() }))
          .filter(({ place }) => place.width > 0 && (place.left < left - 2 || place.right > right + 2))
          .map(({ text }) => text);
      });
      return {
        cut,
        overflow: root.scrollWidth - root.clientWidth,
        ground: getComputedStyle(document.body).backgroundColor,
        drawn,
      };
    });
    expect(seen.overflow).toBe(0);
    expect(seen.cut).toEqual([]);
    expect(seen.ground).toBe(scheme === 'light' ? 'rgb(246, 248, 250)' : 'rgb(15, 20, 26)');
    if (report === 'run') expect(seen.drawn.map((figure) => figure.id)).toEqual(CHARTS);
    for (const figure of report === 'waits' ? [] : seen.drawn) {
      expect(figure.pictures, figure.id).toBe(1);
      expect(figure.marks, figure.id).toBeGreaterThan(3);
    }
    await page.close();
  });
});
