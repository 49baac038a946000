import FastPriorityQueue from 'fastpriorityqueue';
import FlatQueue from 'flatqueue';
import seedrandom from 'seedrandom';
import { exponential, lognormalByPercentiles, sample } from '../src/kernel/distributions.js';
import { createEventQueue, popEvent, pushEvent } from '../src/kernel/event-queue.js';
import { defineEvents, Handlers } from '../src/kernel/events.js';
import { createHistogram, recordValue } from '../src/kernel/histogram.js';
import { createKernel, type KernelWorld, runUntil, schedule } from '../src/kernel/simulation.js';
import { type Benchmark, compared, type Contestant, type Figure, interleaved } from './measure.js';

const PENDING = [10, 1_000, 100_000, 1_000_000];
const OPERATIONS = 300_000;
const REPETITIONS = 7;

/** Exponential increments, drawn beforehand: all queues get the same ones, and none pays for drawing them. */
const INCREMENTS = 1 << 16;
const INCREMENT_MASK = INCREMENTS - 1;
const MEAN_INCREMENT_US = 1_000_000;
const increments = new Float64Array(INCREMENTS);
const draw = seedrandom.alea('bench/kernel');
for (let index = 0; index < INCREMENTS; index++) {
  increments[index] = Math.round(sample(exponential(MEAN_INCREMENT_US), draw));
}

interface Entry {
  readonly time: number;
  readonly sequence: number;
}

function wavetankHold(pending: number): Contestant {
  const queue = createEventQueue();
  for (let index = 0; index < pending; index++) pushEvent(queue, increments[index & INCREMENT_MASK]!, 1, index, 0);
  return {
    name: 'wavetank',
    work: () => {
      for (let index = 0; index < OPERATIONS; index++) {
        popEvent(queue);
        const at = queue.poppedTime + increments[index & INCREMENT_MASK]!;
        pushEvent(queue, at, queue.poppedKind, queue.poppedA, queue.poppedB);
      }
    },
  };
}

function fastPriorityQueueHold(pending: number): Contestant {
  const queue = new FastPriorityQueue<Entry>(
    (left, right) => left.time < right.time || (left.time === right.time && left.sequence < right.sequence),
  );
  let sequence = 0;
  for (; sequence < pending; sequence++) queue.add({ time: increments[sequence & INCREMENT_MASK]!, sequence });
  return {
    name: 'fastpriorityqueue',
    work: () => {
      for (let index = 0; index < OPERATIONS; index++) {
        const { time } = queue.poll()!;
        queue.add({ time: time + increments[index & INCREMENT_MASK]!, sequence: sequence++ });
      }
    },
  };
}

function flatQueueHold(pending: number): Contestant {
  const queue = new FlatQueue<number>();
  for (let index = 0; index < pending; index++) queue.push(index, increments[index & INCREMENT_MASK]!);
  return {
    name: 'flatqueue',
    work: () => {
      for (let index = 0; index < OPERATIONS; index++) {
        const time = queue.peekValue()!;
        queue.push(queue.pop()!, time + increments[index & INCREMENT_MASK]!);
      }
    },
  };
}

function holdFigures(pending: number): Figure[] {
  const contestants = [wavetankHold(pending), fastPriorityQueueHold(pending), flatQueueHold(pending)];
  const rates = interleaved(contestants, REPETITIONS).map((seconds) => OPERATIONS / seconds);
  return [1, 2].map((other) =>
    compared(
      { bench: 'kernel', case: `${pending} pending`, metric: 'hold operations', value: rates[0]!, unit: '1/s' },
      { name: contestants[other]!.name, value: rates[other]! },
    ),
  );
}

const kinds = defineEvents('bench', 1_500, ['tick']);

/** The whole loop: schedule, pop, digest, dispatch, with one exponential draw an event. */
function engineLoop(pending: number): Contestant {
  const world: KernelWorld = { kernel: createKernel('bench') };
  const handlers = new Handlers<KernelWorld>();
  let next = 0;
  handlers.on(kinds.tick, (_world, a, b) => {
    schedule(world, increments[next++ & INCREMENT_MASK]!, kinds.tick, a, b);
  });
  for (let index = 0; index < pending; index++)
    schedule(world, increments[index & INCREMENT_MASK]!, kinds.tick, index, 0);
  return {
    name: 'engine',
    work: () => runUntil(world, handlers, world.kernel.now + (OPERATIONS / pending) * MEAN_INCREMENT_US),
  };
}

function costFigures(): Figure[] {
  const histogram = createHistogram();
  const stream = seedrandom.alea('bench/samples');
  const latency = lognormalByPercentiles({ probability: 0.5, value: 1_200 }, { probability: 0.99, value: 4_000 });
  const service = exponential(3_000);
  const contestants: readonly Contestant[] = [
    engineLoop(1_000),
    {
      name: 'record',
      work: () => {
        for (let i = 0; i < OPERATIONS; i++) recordValue(histogram, increments[i & INCREMENT_MASK]!);
      },
    },
    {
      name: 'draw',
      work: () => {
        for (let i = 0; i < OPERATIONS; i++) stream();
      },
    },
    {
      name: 'exponential',
      work: () => {
        for (let i = 0; i < OPERATIONS; i++) sample(service, stream);
      },
    },
    {
      name: 'lognormal',
      work: () => {
        for (let i = 0; i < OPERATIONS; i++) sample(latency, stream);
      },
    },
  ];
  const seconds = interleaved(contestants, REPETITIONS);
  const metrics = [
    'event through the loop, 1000 pending',
    'value into a histogram',
    'draw of a stream',
    'exponential sample',
    'lognormal sample',
  ];
  return metrics.map((metric, index) => ({
    bench: 'kernel',
    case: 'cost',
    metric,
    value: (seconds[index]! / OPERATIONS) * 1e9,
    unit: 'ns',
  }));
}

export const kernelBenchmark: Benchmark = {
  name: 'kernel',
  description:
    `hold model (take the earliest event, put it back an exponential increment later) on our queue, which is stable and can\n` +
    `cancel and move, and on two packages; then the cost of the kernel's parts. Median of ${REPETITIONS} interleaved repetitions of\n` +
    `${OPERATIONS} operations after one that warms up, processor time.`,
  run: () => [...PENDING.flatMap(holdFigures), ...costFigures()],
};
