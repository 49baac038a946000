import { performance } from 'node:perf_hooks';
import type { Io } from './io.js';

/** How far something is; counts in any unit. */
export interface Step {
  readonly done: number;
  readonly total: number;
  /** For example `5m / 20m` or `37/200 runs`. */
  readonly label: string;
  /** Work done so far, for the speed. */
  readonly work: number;
  /** Unit of `work`, for example `events`. */
  readonly unit: string;
}

/** A line of progress on a terminal; silent everywhere else. */
export interface ProgressBar {
  readonly show: (step: Step) => void;
  /** Takes the line away. To be called in any case, before anything else is printed. */
  readonly clear: () => void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const REFRESH_MS = 100;
const BAR_CELLS = 24;

export function progressBar(
  io: Io,
  title: string,
  isQuiet: boolean,
  now: () => number = () => performance.now(),
): ProgressBar {
  if (!io.isErrTerminal || isQuiet) return { show: () => {}, clear: () => {} };
  const startedAt = now();
  let shownAt = -Infinity;
  let isShown = false;
  return {
    show: (step) => {
      const at = now();
      if (at - shownAt < REFRESH_MS) return;
      shownAt = at;
      if (!isShown) io.err(HIDE_CURSOR);
      isShown = true;
      io.err(`\r${progressLine(title, step, (at - startedAt) / 1000, io.columns - 1)}${CLEAR_TO_END}`);
    },
    clear: () => {
      if (isShown) io.err(`\r${CLEAR_TO_END}${SHOW_CURSOR}`);
      isShown = false;
    },
  };
}

const CLEAR_TO_END = '\u001b[K';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** `web  ████████████░░░░░░░░░░░░  5m12s / 20m  2.1 M events/s  0:48 left` */
function progressLine(title: string, step: Step, seconds: number, columns: number): string {
  const share = step.total > 0 ? Math.min(1, step.done / step.total) : 0;
  const cells = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
  const speed = seconds > 0 ? `  ${shortNumber(step.work / seconds)} ${step.unit}/s` : '';
  const left = share > 0 && seconds > 0.5 ? `  ${clock((seconds / share) * (1 - share))} left` : '';
  const whole = `${title}  ${bar}  ${step.label}${speed}${left}`;
  // On a narrow terminal the figures matter more than the picture.
  return whole.length <= columns ? whole : `${title.slice(0, 20)}  ${step.label}${left}`.slice(0, columns);
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(0)} k` : value.toFixed(value < 10 ? 1 : 0);
}

/** `0:48`, `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
