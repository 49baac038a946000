import FastPriorityQueue from 'fastpriorityqueue';
import seedrandom from 'seedrandom';
import { type Distribution, exponential, sample } from '../src/kernel/distributions.js';
import { createHistogram, recordValue } from '../src/kernel/histogram.js';
import { SECOND_US } from '../src/kernel/time.js';

/** The request path as one would write it in an afternoon: objects, closures for nothing, a priority queue of events. */
export interface PlainModel {
  readonly pods: number;
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly concurrency: number;
  /** Round trip. */
  readonly link: Distribution;
}

interface Request {
  readonly sentAt: number;
  readonly linkUs: number;
  finish: number;
}

interface Pod {
  readonly waiting: Request[];
  readonly running: Request[];
  virtualUs: number;
  updatedAt: number;
  /** Number of the completion event that counts; older ones are stale. */
  version: number;
}

interface Event {
  readonly time: number;
  readonly sequence: number;
  readonly kind: 'source' | 'arrive' | 'finish';
  readonly pod: Pod | undefined;
  readonly request: Request | undefined;
  readonly version: number;
}

export interface PlainRun {
  play(until: number): void;
  now(): number;
}

export function createPlainRequests(model: PlainModel): PlainRun {
  const draw = seedrandom.alea('bench/requests');
  const gap = exponential(SECOND_US / model.perSecond);
  const cpu = exponential(model.cpuUs);
  const latencies = createHistogram();
  const pods: Pod[] = Array.from({ length: model.pods }, () => ({
    waiting: [],
    running: [],
    virtualUs: 0,
    updatedAt: 0,
    version: 0,
  }));
  const queue = new FastPriorityQueue<Event>(
    (left, right) => left.time < right.time || (left.time === right.time && left.sequence < right.sequence),
  );
  let sequence = 0;
  let now = 0;

  const at = (time: number, kind: Event['kind'], pod?: Pod, request?: Request): void => {
    queue.add({ time, sequence: sequence++, kind, pod, request, version: pod?.version ?? 0 });
  };
  const advance = (pod: Pod): void => {
    if (pod.running.length > 0) pod.virtualUs += (now - pod.updatedAt) / pod.running.length;
    pod.updatedAt = now;
  };
  const arm = (pod: Pod): void => {
    pod.version += 1;
    let next = Infinity;
    for (const { finish } of pod.running) next = Math.min(next, finish);
    if (next < Infinity) at(now + Math.ceil((next - pod.virtualUs) * pod.running.length), 'finish', pod);
  };
  const start = (pod: Pod, request: Request): void => {
    request.finish = pod.virtualUs + sample(cpu, draw);
    pod.running.push(request);
  };
  const source = (): void => {
    const linkUs = sample(model.link, draw);
    const pod = pods[Math.floor(draw() * pods.length)]!;
    at(now + linkUs / 2, 'arrive', pod, { sentAt: now, linkUs, finish: 0 });
    at(now + sample(gap, draw), 'source');
  };
  const arrive = (pod: Pod, request: Request): void => {
    if (pod.running.length >= model.concurrency) {
      pod.waiting.push(request);
      return;
    }
    advance(pod);
    start(pod, request);
    arm(pod);
  };
  const finish = (pod: Pod): void => {
    advance(pod);
    const index = pod.running.findIndex((request) => request.finish <= pod.virtualUs + 1e-6);
    if (index >= 0) {
      const [request] = pod.running.splice(index, 1);
      recordValue(latencies, now + request!.linkUs / 2 - request!.sentAt);
      const next = pod.waiting.shift();
      if (next !== undefined) start(pod, next);
    }
    arm(pod);
  };

  at(0, 'source');
  return {
    now: () => now,
    play: (until) => {
      while (queue.peek()!.time <= until) {
        const event = queue.poll()!;
        now = event.time;
        if (event.kind === 'source') source();
        else if (event.kind === 'arrive') arrive(event.pod!, event.request!);
        else if (event.version === event.pod!.version) finish(event.pod!);
      }
      now = until;
    },
  };
}
