import FastPriorityQueue from 'fastpriorityqueue';
import seedrandom from 'seedrandom';
import { exponential, sample } from '../src/kernel/distributions.js';
import { createEventQueue, popEvent, pushEvent } from '../src/kernel/event-queue.js';
import { defineEvents, Handlers } from '../src/kernel/events.js';
import { openStream, draws } from '../src/kernel/random.js';
import { createKernel, type KernelWorld, runUntil, schedule } from '../src/kernel/simulation.js';
import { type Benchmark, compared, type Contestant, type Figure, interleaved } from './measure.js';
import { simpyContestant } from './simpy.js';

const CUSTOMERS = 500_000;
const REPETITIONS = 5;
const SERVICE_US = 1_000;
const GAP = exponential(SERVICE_US / 0.8);
const SERVICE = exponential(SERVICE_US);
const ARRIVE = 0;
const LEAVE = 1;

/** What all four play: who waits in a ring, and the sum of the waits. */
class Station {
  readonly ring = new Float64Array(1 << 16);
  head = 0;
  tail = 0;
  waits = 0;

  /** True: the customer is served at once. */
  arrive(now: number): boolean {
    this.ring[this.tail++ & 0xffff] = now;
    return this.tail - this.head === 1;
  }

  /** True: another one is served now. */
  leave(now: number): boolean {
    this.head += 1;
    if (this.head === this.tail) return false;
    this.waits += now - this.ring[this.head & 0xffff]!;
    return true;
  }
}

const Mm1Event = defineEvents('bench-mm1', 1_400, ['Arrive', 'Leave']);

/** Through the public interface of the kernel: world, streams, events, handlers, digest. */
function wavetank(): Contestant {
  interface Mm1World extends KernelWorld {
    readonly arrivals: number;
    readonly services: number;
    left: number;
  }
  let run = 0;
  return {
    name: 'wavetank',
    work: () => {
      const station = new Station();
      const kernel = createKernel(`mm1-${run++}`);
      const world: Mm1World = {
        kernel,
        arrivals: openStream({ kernel }, 'arrivals'),
        services: openStream({ kernel }, 'services'),
        left: CUSTOMERS,
      };
      const handlers = new Handlers<Mm1World>();
      handlers.on(Mm1Event.Arrive, (mm1) => {
        if (--mm1.left > 0) schedule(mm1, Math.round(sample(GAP, draws(mm1, mm1.arrivals))), Mm1Event.Arrive, 0, 0);
        if (station.arrive(mm1.kernel.now)) serve(mm1);
      });
      handlers.on(Mm1Event.Leave, (mm1) => {
        if (station.leave(mm1.kernel.now)) serve(mm1);
      });
      const serve = (mm1: Mm1World): void =>
        void schedule(mm1, Math.round(sample(SERVICE, draws(mm1, mm1.services))), Mm1Event.Leave, 0, 0);
      schedule(world, 0, Mm1Event.Arrive, 0, 0);
      runUntil(world, handlers, Number.MAX_SAFE_INTEGER);
    },
  };
}

/** The least that anybody could do: a typed heap, two kinds of event, one generator of random numbers. */
function bareHeap(): Contestant {
  const draw = seedrandom.alea('mm1');
  return {
    name: 'bare typed heap',
    work: () => {
      const station = new Station();
      const queue = createEventQueue();
      let left = CUSTOMERS;
      pushEvent(queue, 0, ARRIVE, 0, 0);
      while (queue.size > 0) {
        popEvent(queue);
        const now = queue.poppedTime;
        if (queue.poppedKind === ARRIVE) {
          if (--left > 0) pushEvent(queue, now + Math.round(sample(GAP, draw)), ARRIVE, 0, 0);
          if (station.arrive(now)) pushEvent(queue, now + Math.round(sample(SERVICE, draw)), LEAVE, 0, 0);
        } else if (station.leave(now)) {
          pushEvent(queue, now + Math.round(sample(SERVICE, draw)), LEAVE, 0, 0);
        }
      }
    },
  };
}

function plainLoop(): Contestant {
  interface Event {
    readonly time: number;
    readonly sequence: number;
    readonly kind: number;
  }
  const draw = seedrandom.alea('mm1');
  return {
    name: 'plain loop on fastpriorityqueue',
    work: () => {
      const station = new Station();
      const queue = new FastPriorityQueue<Event>(
        (left, right) => left.time < right.time || (left.time === right.time && left.sequence < right.sequence),
      );
      let left = CUSTOMERS;
      let sequence = 0;
      queue.add({ time: 0, sequence: sequence++, kind: ARRIVE });
      for (let event = queue.poll(); event !== undefined; event = queue.poll()) {
        const now = event.time;
        if (event.kind === ARRIVE) {
          if (--left > 0) queue.add({ time: now + sample(GAP, draw), sequence: sequence++, kind: ARRIVE });
          if (station.arrive(now)) queue.add({ time: now + sample(SERVICE, draw), sequence: sequence++, kind: LEAVE });
        } else if (station.leave(now)) {
          queue.add({ time: now + sample(SERVICE, draw), sequence: sequence++, kind: LEAVE });
        }
      }
    },
  };
}

function figures(): Figure[] {
  const contestants = [wavetank(), bareHeap(), plainLoop()];
  const rates = interleaved(contestants, REPETITIONS).map((seconds) => CUSTOMERS / seconds);
  const figure = {
    bench: 'mm1',
    case: 'utilisation 0.8',
    metric: 'customers, wavetank',
    value: rates[0]!,
    unit: '1/s',
  };
  const compareds = [1, 2].map((other) => compared(figure, { name: contestants[other]!.name, value: rates[other]! }));
  const simpy = simpyContestant('mm1');
  return simpy === undefined ? compareds : [...compareds, compared(figure, simpy)];
}

export const mm1Benchmark: Benchmark = {
  name: 'mm1',
  description: `customers of an M/M/1 queue a second of processor time, through the public interface of the kernel; ${CUSTOMERS} a
repetition, median of ${REPETITIONS} interleaved ones`,
  run: figures,
};
