import { exponential } from '../src/kernel/distributions.js';
import { SECOND_US } from '../src/kernel/time.js';
import { NETWORK_PRESETS } from '../src/network/parameters.js';
import type { TrafficInput } from '../src/traffic/model.js';
import { type Benchmark, compared, type Contestant, type Figure, interleaved } from './measure.js';
import { createPlainRequests } from './plain-requests.js';
import { simpyContestant } from './simpy.js';
import { createSimulation, play, type Simulation } from './synthetic-cluster.js';

const CPU_US = 10_000;
const UTILISATION = 0.8;
const CONCURRENCY = 8;
const PODS_PER_NODE = 10;
const QUEUE_LIMIT = 1_000;
const TIMEOUT_US = 10 * SECOND_US;
const WARM_UP_US = SECOND_US;
const REQUESTS = 400_000;
const REPETITIONS = 3;
const SIZES = [100, 10_000];

function perSecondOf(pods: number): number {
  return (pods * UTILISATION * SECOND_US) / CPU_US;
}

/** Poisson arrivals at a Service; each pod has 8 slots, a queue and one core that its requests share. */
export function createRequestsBenchmark(pods: number): Simulation {
  const perSecond = perSecondOf(pods);
  const client = {
    timeoutUs: TIMEOUT_US,
    retries: 0,
    retryBackoffUs: 0,
    retryBackoffMaximumUs: 0,
    retryBudget: null,
    keepAliveConnections: 0,
  };
  const input: TrafficInput = {
    sources: [
      {
        ...client,
        name: 'clients',
        to: { kind: 'service', namespace: 'default', service: 'web', port: 80 },
        request: 'default',
        arrivals: {
          kind: 'open',
          process: 'poisson',
          rate: { points: [{ atUs: 0, perSecond }], interpolation: 'step', periodUs: 0 },
        },
        fromUs: 0,
        untilUs: Number.MAX_SAFE_INTEGER,
        zone: '',
      },
    ],
    workloads: [
      {
        name: 'web',
        concurrency: CONCURRENCY,
        queueLimit: QUEUE_LIMIT,
        requests: { default: { cpu: exponential(CPU_US), calls: [] } },
      },
    ],
    intervalUs: 10_000_000,
    traces: { every: 1_000, slowest: 20 },
  };
  return createSimulation(
    {
      seed: 'bench',
      nodes: Math.ceil(pods / PODS_PER_NODE),
      nodeCpuMilli: 16_000,
      zones: 3,
      network: NETWORK_PRESETS.managed,
      services: [{ name: 'web', pods, workload: 0, cpuLimitMilli: 1_000 }],
    },
    input,
  );
}

function wavetank(pods: number): Contestant {
  const simulation = createRequestsBenchmark(pods);
  play(simulation, WARM_UP_US);
  const spanUs = Math.round((REQUESTS / perSecondOf(pods)) * SECOND_US);
  return { name: 'wavetank', work: () => void play(simulation, simulation.world.kernel.now + spanUs) };
}

function plain(pods: number): Contestant {
  const model = createPlainRequests({
    pods,
    perSecond: perSecondOf(pods),
    cpuUs: CPU_US,
    concurrency: CONCURRENCY,
    link: NETWORK_PRESETS.managed.crossZone,
  });
  model.play(WARM_UP_US);
  const spanUs = Math.round((REQUESTS / perSecondOf(pods)) * SECOND_US);
  return { name: 'plain loop on fastpriorityqueue', work: () => model.play(model.now() + spanUs) };
}

function figures(pods: number): Figure[] {
  const contestants = [wavetank(pods), plain(pods)];
  const [ours, ...others] = interleaved(contestants, REPETITIONS).map((seconds) => REQUESTS / seconds);
  const figure = { bench: 'requests', case: `${pods} pods`, metric: 'requests, wavetank', value: ours!, unit: '1/s' };
  const compareds = others.map((value, index) => compared(figure, { name: contestants[index + 1]!.name, value }));
  const simpy = simpyContestant('requests', pods);
  return simpy === undefined ? compareds : [...compareds, compared(figure, simpy)];
}

export const requestsBenchmark: Benchmark = {
  name: 'requests',
  description: `requests of an open source to a Service and back, each pod with ${CONCURRENCY} slots on one shared core at utilisation
${UTILISATION}, through the whole engine; ${REQUESTS} requests a repetition, median of ${REPETITIONS} interleaved ones, processor time. The
baselines play the same model: no tables, no traces, no time-outs, no choice of node`,
  run: () => SIZES.flatMap(figures),
};
