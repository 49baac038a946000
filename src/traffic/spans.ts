import { recordRow, type Cell } from '../kernel/probe.js';
import { type Micros, microsToSeconds } from '../kernel/time.js';
import type { TraceInput } from './model.js';
import { REQUEST } from './requests.js';
import { LOSS_REASONS } from './series.js';
import { seriesOfSite } from './service-series.js';
import type { SourceState } from './sources.js';
import { SPAN_TABLE } from './tables.js';
import type { TrafficWorld } from './world.js';

const {
  ATTEMPT,
  CALLS_US,
  INTEGERS,
  LAST_SPAN,
  SAMPLED,
  PARENT,
  POD,
  QUEUE_US,
  REALS,
  SENT,
  SERVICE_US,
  SITE,
  STARTED,
} = REQUEST;

/**
 * The last calls that ended, in a ring. Whether a trace is kept shows only when its root ends, so every call leaves a few
 * numbers here, and what is not fetched in time is overwritten.
 */
export interface SpanState {
  /** Every n-th request of a source is kept; 0: none. */
  readonly every: number;
  /** So many of the slowest of a source are kept; 0: none. */
  readonly slowest: number;
  readonly integers: Int32Array;
  readonly reals: Float64Array;
  /** Number of the next span; it stands at that modulo the ring's size. */
  next: number;
  /** Traces written so far. */
  traces: number;
}

/** The slowest answered requests of one source: rows are made when a request gets among them, written at the end. */
export interface SlowTraces {
  /** A request must take longer to be kept. */
  thresholdUs: Micros;
  /** Slowest last. */
  readonly traces: { readonly durationUs: Micros; readonly rows: Cell[][] }[];
}

const RING = 16_384;
/** A trace with more calls than this is cut off: a limit against graphs that call themselves. */
const MAXIMUM_SPANS = 1_000;
const NO_SPAN = -1;
const OK = -1;

const RING_INTEGERS = 6;
const R_SITE = 0;
const R_POD = 1;
const R_ATTEMPT = 2;
const R_OUTCOME = 3;
/** The call that ended before it, of the same request. */
const R_PREVIOUS = 4;
/** The newest of its own calls. */
const R_LAST_CHILD = 5;

const RING_REALS = 6;
const R_STARTED = 0;
const R_ENDED = 1;
const R_SENT = 2;
const R_QUEUE = 3;
const R_SERVICE = 4;
const R_CALLS = 5;

export function createSpans({ every, slowest }: TraceInput, isSent: boolean): SpanState {
  const size = isSent && every + slowest > 0 ? RING : 0;
  return {
    every,
    slowest,
    integers: new Int32Array(size * RING_INTEGERS),
    reals: new Float64Array(size * RING_REALS),
    next: 0,
    traces: 0,
  };
}

/** A call of a waiting request has ended now: OK or lost. */
export function callEnded(world: TrafficWorld, request: number, outcome: number): void {
  const { spans, requests } = world.traffic;
  if (spans.integers.length === 0) return;
  const parent = requests.integers[request * INTEGERS + PARENT]! * INTEGERS;
  const span = writeSpan(world, request, outcome, world.kernel.now, requests.integers[parent + LAST_SPAN]!);
  requests.integers[parent + LAST_SPAN] = span;
}

export function callAnswered(world: TrafficWorld, request: number): void {
  callEnded(world, request, OK);
}

/** A source's request is answered at `endsAt`. */
export function rootAnswered(world: TrafficWorld, request: number, source: SourceState, endsAt: Micros): void {
  const { spans, requests } = world.traffic;
  if (spans.integers.length === 0) return;
  if (requests.integers[request * INTEGERS + SAMPLED] === 1) {
    writeTrace(world, rowsOf(world, request, source, OK, endsAt, 'sample'));
  }
  const durationUs = endsAt - requests.reals[request * REALS + STARTED]!;
  if (durationUs <= source.slow.thresholdUs) return;
  const { traces } = source.slow;
  if (traces.length === spans.slowest) traces.shift();
  let index = traces.length;
  while (index > 0 && traces[index - 1]!.durationUs >= durationUs) index -= 1;
  traces.splice(index, 0, { durationUs, rows: rowsOf(world, request, source, OK, endsAt, 'slowest') });
  if (traces.length === spans.slowest) source.slow.thresholdUs = traces[0]!.durationUs;
}

/** A source's request is lost for good now. */
export function rootLost(world: TrafficWorld, request: number, source: SourceState, reason: number): void {
  const { requests } = world.traffic;
  if (requests.integers[request * INTEGERS + SAMPLED] === 0) return;
  writeTrace(world, rowsOf(world, request, source, reason, world.kernel.now, 'sample'));
}

/** At the end of the run: the slowest, source by source, slowest first. */
export function writeSlowest(world: TrafficWorld): void {
  for (const { slow } of world.traffic.sources) {
    for (const { rows } of slow.traces.toReversed()) writeTrace(world, rows);
    slow.traces.length = 0;
  }
}

function writeTrace(world: TrafficWorld, rows: readonly Cell[][]): void {
  const { spans } = world.traffic;
  for (const cells of rows) recordRow(world, SPAN_TABLE, [spans.traces, ...cells]);
  spans.traces += 1;
}

function writeSpan(world: TrafficWorld, request: number, outcome: number, endsAt: Micros, previous: number): number {
  const { spans, requests } = world.traffic;
  const { integers, reals } = requests;
  const at = request * INTEGERS;
  const real = request * REALS;
  const span = spans.next++;
  const i = (span % RING) * RING_INTEGERS;
  spans.integers[i + R_SITE] = integers[at + SITE]!;
  spans.integers[i + R_POD] = integers[at + POD]!;
  spans.integers[i + R_ATTEMPT] = integers[at + ATTEMPT]!;
  spans.integers[i + R_OUTCOME] = outcome;
  spans.integers[i + R_PREVIOUS] = previous;
  spans.integers[i + R_LAST_CHILD] = integers[at + LAST_SPAN]!;
  const r = (span % RING) * RING_REALS;
  spans.reals[r + R_STARTED] = reals[real + STARTED]!;
  spans.reals[r + R_ENDED] = endsAt;
  spans.reals[r + R_SENT] = reals[real + SENT]!;
  spans.reals[r + R_QUEUE] = reals[real + QUEUE_US]!;
  spans.reals[r + R_SERVICE] = reals[real + SERVICE_US]!;
  spans.reals[r + R_CALLS] = reals[real + CALLS_US]!;
  return span;
}

/** The rows (without the number of the trace) of a root that ends, calls in the order in which they ended. */
function rowsOf(
  world: TrafficWorld,
  request: number,
  source: SourceState,
  outcome: number,
  endsAt: Micros,
  kept: string,
): Cell[][] {
  const rows: Cell[][] = [];
  const addRow = (span: number, parent: number): void => {
    const number = rows.length;
    rows.push([number, parent, kept, source.name, ...spanCells(world, span)]);
    const children: number[] = [];
    let child = world.traffic.spans.integers[(span % RING) * RING_INTEGERS + R_LAST_CHILD]!;
    while (isKept(world, child) && children.length < MAXIMUM_SPANS) {
      children.push(child);
      child = world.traffic.spans.integers[(child % RING) * RING_INTEGERS + R_PREVIOUS]!;
    }
    for (const each of children.toReversed()) if (rows.length < MAXIMUM_SPANS) addRow(each, number);
  };
  addRow(writeSpan(world, request, outcome, endsAt, NO_SPAN), -1);
  return rows;
}

function isKept(world: TrafficWorld, span: number): boolean {
  return span !== NO_SPAN && span > world.traffic.spans.next - RING;
}

function spanCells(world: TrafficWorld, span: number): Cell[] {
  const { spans, sites } = world.traffic;
  const { pods, hosts } = world.nodes;
  const i = (span % RING) * RING_INTEGERS;
  const r = (span % RING) * RING_REALS;
  const site = sites[spans.integers[i + R_SITE]!]!;
  const pod = spans.integers[i + R_POD]!;
  const outcome = spans.integers[i + R_OUTCOME]!;
  const startedAt = spans.reals[r + R_STARTED]!;
  const endedAt = spans.reals[r + R_ENDED]!;
  const queueUs = spans.reals[r + R_QUEUE]!;
  const serviceUs = spans.reals[r + R_SERVICE]!;
  const callsUs = spans.reals[r + R_CALLS]!;
  const attemptUs = endedAt - spans.reals[r + R_SENT]!;
  return [
    seriesOfSite(world, site)?.name ?? '',
    site.requestName,
    pod < 0 ? '' : pods.keys[pod]!,
    pod < 0 ? '' : hosts.names[pods.node[pod]!]!,
    microsToSeconds(startedAt),
    // Of a lost attempt the network gets the rest: where it was lost is not told apart.
    microsToSeconds(attemptUs - queueUs - serviceUs - callsUs),
    microsToSeconds(queueUs),
    microsToSeconds(serviceUs),
    microsToSeconds(callsUs),
    microsToSeconds(endedAt - startedAt),
    spans.integers[i + R_ATTEMPT]! + 1,
    outcome === OK ? 'ok' : LOSS_REASONS[outcome]!,
  ];
}
