import type { Fit, NamedShare, Share, WorkloadFit } from '../experiment/fit/fit.js';
import type { MissingNodes } from '../experiment/fit/missing-nodes.js';
import { subjectNamed } from '../experiment/measure/explained.js';
import { formatBytes, formatCount, formatList, formatNumber, formatPlural, formatShare } from '../results/format.js';
import type { TextTable } from '../results/summary-table.js';
import { nearest } from '../scenario/diagnostics.js';
import type { FitOptions } from './commands/fit.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import { loadForPlay } from './load.js';
import { requireFiles } from './options.js';
import { printNotes } from './print-report.js';
import { renderTable, wrap } from './text-table.js';

const TEXT_WIDTH = 100;

/** `wavetank fit`: no clock, no folder. */
export async function fitCommand(context: Context, file: string | undefined, options: FitOptions): Promise<number> {
  requireFiles(file === undefined ? [] : [file], 'fit');
  const { io } = context;
  const { scenario, notes } = loadForPlay(io, file!, { settings: options.set ?? new Map() });
  const { fit } = await import('../experiment/fit/fit.js');
  const more = (options.more ?? []).map((text) => subjectNamed(text) ?? text);
  const result = fit(scenario, { more });
  refuseUnknown(result, more);
  if (options.quiet !== true) printNotes(io, notes);
  if (options.format === 'json') {
    const { fits, ...figures } = result;
    io.out(`${JSON.stringify({ verdict: fits ? 'pass' : 'fail', scenario: scenario.name, ...figures }, null, 2)}\n`);
  } else printFit(io, result, options.quiet === true);
  return result.fits ? EXIT.ok : EXIT.negative;
}

function refuseUnknown({ workloads }: Fit, more: readonly string[]): void {
  const names = workloads.map(({ workload }) => workload);
  for (const name of more) {
    const known = workloads.find(({ workload }) => workload === name);
    if (known !== undefined) refuseGrowthOf(known);
    if (known !== undefined) continue;
    const near = nearest(name, names);
    const hint = near === undefined ? `workloads: ${names.join(', ')}` : `did you mean ${near}?`;
    throw new CommandError(EXIT.usage, `--more ${name}: the scenario has no such workload`, hint);
  }
}

function refuseGrowthOf({ workload, more }: WorkloadFit): void {
  if (more !== null) return;
  const why = workload.includes('daemonset/')
    ? 'one pod on each node, more come with more nodes'
    : workload.includes('pod/')
      ? 'it is a single pod'
      : 'its pods have scheduling gates or another scheduler';
  throw new CommandError(EXIT.usage, `--more ${workload}: ${why}`);
}

function printFit(io: Io, result: Fit, isQuiet: boolean): void {
  const paint = io.outColours;
  const { fits, pods, left, nodes, refused, notes } = result;
  const headline = fits
    ? paint.green(`✓ fits: ${formatPlural(pods, 'pod')} on ${formatPlural(nodes, 'node')}`)
    : paint.red(`✗ does not fit: ${formatCount(left)} of ${formatPlural(pods, 'pod')} would have no node`);
  const lines = [headline, ...refused.map((text) => `refused: ${text}`)];
  lines.push('', ...renderTable(poolTable(result), paint.bold), '', ...renderTable(workloadTable(result), paint.bold));
  for (const { workload, reason } of result.workloads) {
    if (reason !== '') lines.push('', ...wrap(`${workload}: ${reason}`, TEXT_WIDTH));
  }
  if (left > 0) lines.push('', ...wrap(missingWords(result), TEXT_WIDTH));
  if (!isQuiet) lines.push('', ...wrap(`Not considered: ${notes.join('; ')}.`, TEXT_WIDTH).map(paint.dim));
  io.out(`${lines.join('\n')}\n`);
}

/** Several pools together where that takes more than any alone; otherwise those that take most, each alone. */
function missingWords({ missing, together }: Fit): string {
  if (missing.length === 0) return 'More nodes of these pools would not help.';
  const least = Math.min(...missing.map(({ left }) => left));
  const cut = missing.filter(({ bound }) => bound === 'least' || bound === 'full');
  const alone = missing.filter((one) => one.left === least && !cut.includes(one));
  if (together.length > 0) return `${missingOf(together, ' and ')}${restOf(together.at(-1)!)}.`;
  const isEnough = cut.length === 0 || least === 0;
  if (alone.length > 0 && isEnough) return `${missingOf(alone, ', or ')}${restOf(alone[0]!)}.`;
  const why = cut.some(({ bound }) => bound === 'least') ? 'counting on would take long' : 'no cluster here has more';
  return `${missingOf(cut, ', or ')} (${why}).`;
}

/** Whose pods the nodes are for is said once where it is the same of all pools. */
function missingOf(pools: readonly MissingNodes[], link: string): string {
  const names = pools.map(({ workloads }) => namesOf(workloads));
  const isSame = names.every((name) => name === names[0]);
  const nodes = pools.map((pool, index) => `${nodesOf(pool)}${isSame ? '' : ` for ${names[index]}`}`);
  return `Missing${isSame ? ` for ${names[0]}` : ''}: ${nodes.join(link)}`;
}

/** So many of the workloads that lack nodes are named. */
const SHOWN_WORKLOADS = 3;

function namesOf(workloads: readonly string[]): string {
  const more = workloads.length - SHOWN_WORKLOADS;
  const shown = workloads.slice(0, SHOWN_WORKLOADS);
  return formatList(more > 0 ? [...shown, formatPlural(more, 'more workload')] : shown);
}

function restOf({ left }: MissingNodes): string {
  return left === 0 ? '' : `; ${formatPlural(left, 'pod')} would have no node all the same`;
}

function nodesOf({ pool, nodes, bound }: MissingNodes): string {
  const words = { exact: '', least: 'more than ', most: 'at most ', full: 'more than ' };
  return `${words[bound]}${formatPlural(nodes, 'node')} of ${pool}`;
}

function poolTable({ pools }: Fit): TextTable {
  const cores = (milliCpu: number): string => formatNumber(milliCpu / 1000);
  const extended = namesIn(pools.flatMap((use) => use.extended));
  const drivers = namesIn(pools.flatMap(({ devices }) => devices));
  return {
    title: 'Requests of the pods that fit, by pool',
    columns: [
      { name: 'pool', figures: false },
      { name: 'nodes', figures: true },
      { name: 'pods', figures: true },
      { name: 'cpu', figures: true },
      { name: 'memory', figures: true },
      ...extended.map((name) => ({ name, figures: true })),
      ...drivers.map((name) => ({ name: `devices of ${name}`, figures: true })),
    ],
    rows: pools.map((use) => [
      use.pool,
      formatCount(use.nodes),
      shareOf(use.pods, formatCount),
      shareOf(use.milliCpu, cores),
      shareOf(use.memoryBytes, formatBytes),
      ...extended.map((name) => countOf(use.extended, name)),
      ...drivers.map((name) => countOf(use.devices, name)),
    ]),
  };
}

function namesIn(shares: readonly NamedShare[]): readonly string[] {
  return [...new Set(shares.map(({ name }) => name))];
}

function countOf(shares: readonly NamedShare[], wanted: string): string {
  const share = shares.find(({ name }) => name === wanted);
  return share === undefined ? '' : shareOf(share, formatCount);
}

function shareOf({ requested, allocatable }: Share, format: (value: number) => string): string {
  const share = allocatable === 0 ? '' : ` (${formatShare(requested / allocatable)})`;
  return `${format(requested)} of ${format(allocatable)}${share}`;
}

function workloadTable({ workloads }: Fit): TextTable {
  return {
    title: 'Workloads',
    columns: [
      { name: 'workload', figures: false },
      { name: 'pods', figures: true },
      { name: 'fit', figures: true },
      { name: 'more', figures: true },
    ],
    rows: workloads.map(({ workload, pods, placed, more, isMoreCut }) => [
      workload,
      formatCount(pods),
      formatCount(placed),
      more === null ? '' : `${formatCount(more)}${isMoreCut ? '+' : ''}`,
    ]),
  };
}
