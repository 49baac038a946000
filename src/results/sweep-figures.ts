import { formatAvailability, formatDuration, formatNumber, formatUsd } from './format.js';
import type { SweepRun } from './sweep.js';
import { unitOf } from './sweep-table.js';

/** A figure that settings are compared by, and what it is called. */
export interface KeyFigure {
  readonly name: string;
  readonly title: string;
  readonly better: 'lower' | 'higher';
  /** Whether its title is a plural. */
  readonly isPlural?: true;
}

/** As many figures are compared in words and pictures; all are in the table of runs. */
const MOST_FIGURES = 8;

const PATTERNS: readonly (Omit<KeyFigure, 'name'> & { readonly pattern: RegExp })[] = [
  { pattern: /^lost$/, title: 'lost requests', better: 'lower', isPlural: true },
  { pattern: /^pods_without_node$/, title: 'pods left without a node', better: 'lower', isPlural: true },
  { pattern: /^source\.(.+)\.p99_s$/, title: 'p99 of $1', better: 'lower' },
  {
    pattern: /^rollout\.(?:.*\/)?(.+)\.(?!1\.)(\d+)\.duration_s$/,
    title: 'rollout of $1 to revision $2',
    better: 'lower',
  },
  { pattern: /^job\.(.+)\.duration_s$/, title: 'duration of Job $1', better: 'lower' },
  { pattern: /^recovery\.(.+)\.1\.recovery_s$/, title: 'recovery from $1', better: 'lower' },
  { pattern: /^cost_usd$/, title: 'cost', better: 'lower' },
  { pattern: /^startup\.ready\.p99_s$/, title: 'pod start-up, p99', better: 'lower' },
  { pattern: /^source\.(.+)\.p50_s$/, title: 'p50 of $1', better: 'lower' },
  { pattern: /^source\.(.+)\.rate_per_s$/, title: 'rate of $1', better: 'higher' },
];

/** The figures that matter most and that differ between runs, in order of weight. */
export function keyFiguresOf(runs: readonly SweepRun[]): KeyFigure[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.figures)))];
  const found = PATTERNS.flatMap(({ pattern, title, ...more }) =>
    names
      .filter((name) => pattern.test(name) && differs(runs, name))
      .map((name) => ({ ...more, name, title: name.replace(pattern, title) })),
  );
  return found.slice(0, MOST_FIGURES);
}

function differs(runs: readonly SweepRun[], figure: string): boolean {
  return new Set(runs.filter((run) => run.failure === '').map((run) => run.figures[figure])).size > 1;
}

export function formatFigure(figure: string, value: number): string {
  if (figure.endsWith('availability')) return formatAvailability(value);
  const unit = unitOf(figure);
  if (unit === 's') return formatDuration(value);
  if (unit === 'USD') return formatUsd(value);
  return unit === '1/s' ? `${formatNumber(value)}/s` : formatNumber(value);
}
