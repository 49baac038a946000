import { type Benchmark, compared, type Figure, median } from './measure.js';
import { openb } from './openb.js';
import { type Placement, play, type Played } from './scheduler-room.js';
import { preemptionStorm, replicaSets, spreadAndApart } from './scheduler-workloads.js';

const bench = 'scheduler';

/** Pods a second at 10,000 plain pods on 1,000 nodes or near, measured elsewhere on similar cores. */
const ELSEWHERE = [
  { name: 'kube-scheduler on 500 nodes, elsewhere', value: 743 },
  { name: 'kube-scheduler, elsewhere', value: 571 },
  { name: 'kubernetriks (one filter, one score), elsewhere', value: 3_600 },
  { name: 'open-simulator, elsewhere', value: 33 },
  { name: 'bare array scan of two rules, elsewhere', value: 130_000 },
];

const BY_PROCESSOR = 'by processor time';
const REPLICA_SETS = 100;
const REPETITIONS = 5;
const REFERENCE_PODS = 100;
const GROWTH_PODS = 10_000;
const GROWTH_NODES = [500, 1_000, 2_000, 5_000, 10_000];
const MANY_REPLICA_SETS = 300;
const URGENT_PODS = 1_000;

export const schedulerBenchmark: Benchmark = {
  name: bench,
  description:
    'Pods are placed by the scheduler alone: taken from the scheduling queue, decided on with all default plugins on,\n' +
    'assumed on their node and confirmed as the watch would show them. No API server, no client limits, no modelled time:\n' +
    '`bench -- pods` goes through the whole control plane. All pods wait from the start, those of ReplicaSets in turn,\n' +
    'and spread as Kubernetes spreads them by default. Time on the wall from the first pod to the last, on one thread: median\n' +
    'of five after a warm-up with up to 10,000 pods, a single run above. Beside it the same by processor time (of all threads,\n' +
    'the garbage collector among them), which is blind to what else the machine does. What else stands beside it was measured\n' +
    'in the same run, unless it says elsewhere: on other machines with similar cores.',
  run: () => [...plainPods(), ...growth(), ...largeClusters(), ...storms(), ...gpuCluster()],
};

function plainPods(): Figure[] {
  const placement = replicaSets(1_000, 10_000, REPLICA_SETS);
  const { seconds, cpuSeconds } = repeated(placement);
  const pods = placement.pods.length;
  const what = { bench, case: '10,000 plain pods, 1,000 nodes', metric: 'pods placed', unit: '1/s' };
  const byProcessor = { name: BY_PROCESSOR, value: pods / cpuSeconds };
  const baselines = [{ name: 'goal', value: 30_000 }, byProcessor, referenceCycle(placement), ...ELSEWHERE];
  return baselines.map((baseline) => compared({ ...what, value: pods / seconds }, baseline));
}

type Times = Pick<Played, 'seconds' | 'cpuSeconds'>;

/** Medians of five. */
function repeated(placement: Placement): Times {
  play(placement);
  const runs = Array.from({ length: REPETITIONS }, () => play(placement));
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    cpuSeconds: median(runs.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

/** Pods a second of the reference cycle, for the last of the pods: all others have been put on nodes in turn. */
function referenceCycle({ nodes, pods, owners }: Placement): { readonly name: string; readonly value: number } {
  const placed = pods.slice(0, -REFERENCE_PODS).map((pod, index) => {
    const nodeName = nodes[index % nodes.length]!.metadata.name;
    return { ...pod, spec: { ...pod.spec, nodeName } };
  });
  const { seconds } = play({ nodes, owners, placed, pods: pods.slice(-REFERENCE_PODS) }, true);
  return { name: 'reference cycle', value: REFERENCE_PODS / seconds };
}

function growth(): Figure[] {
  return GROWTH_NODES.map((nodes) => {
    const { seconds, cpuSeconds } = repeated(replicaSets(nodes, GROWTH_PODS, REPLICA_SETS));
    const perPod = 1e6 / GROWTH_PODS;
    const what = { bench, case: `10,000 plain pods, ${nodes} nodes`, metric: 'time a pod', unit: 'us' };
    return compared({ ...what, value: seconds * perPod }, { name: BY_PROCESSOR, value: cpuSeconds * perPod });
  });
}

function largeClusters(): Figure[] {
  const plain = replicaSets(5_000, 50_000, REPLICA_SETS);
  const mixed = replicaSets(5_000, 150_000, MANY_REPLICA_SETS, spreadAndApart);
  const ofPlain = play(plain);
  const ofMixed = play(mixed);
  const peak = process.resourceUsage().maxRSS / 1_024;
  const what = { bench, case: '50,000 plain pods, 5,000 nodes', metric: 'pods placed', unit: '1/s' };
  const rate = { ...what, value: ofPlain.placed / ofPlain.seconds };
  const other = { bench, case: '150,000 pods, 5,000 nodes: a third spreads over zones, a tenth never shares a node' };
  const otherRate = { ...other, metric: 'pods placed', value: ofMixed.placed / ofMixed.seconds, unit: '1/s' };
  const time = { ...other, metric: 'time', value: ofMixed.seconds, unit: 's' };
  const memory = { ...other, metric: 'peak memory of the process so far', value: peak, unit: 'MB' };
  return [
    compared(rate, { name: 'goal', value: 20_000 }),
    compared(rate, { name: BY_PROCESSOR, value: ofPlain.placed / ofPlain.cpuSeconds }),
    compared(rate, referenceCycle(plain)),
    { ...other, metric: 'pods that found a node', value: ofMixed.placed, unit: 'pods' },
    compared(time, { name: 'goal', value: 60 }),
    compared(time, { name: BY_PROCESSOR, value: ofMixed.cpuSeconds }),
    compared(memory, { name: 'goal', value: 2_500 }),
    compared(otherRate, referenceCycle(mixed)),
  ];
}

/** Every node is full; each pod that arrives has to evict two, and all that were evicted come back and are tried in vain. */
function storms(): Figure[] {
  return [1_000, 5_000].map((nodes) => {
    const { placed, seconds, cpuSeconds } = play(preemptionStorm(nodes, URGENT_PODS));
    const what = `preemption storm: ${URGENT_PODS} urgent pods, ${nodes} nodes full of ${16 * nodes} others`;
    const rate = { bench, case: what, metric: 'urgent pods placed', value: placed / seconds, unit: '1/s' };
    return compared(rate, { name: BY_PROCESSOR, value: placed / cpuSeconds });
  });
}

function gpuCluster(): Figure[] {
  const placement = openb();
  if (placement === undefined) {
    return [
      { bench, case: 'Alibaba openb: skipped, its lists are not here', metric: 'pods tried', value: 0, unit: '1/s' },
    ];
  }
  const what = { bench, case: 'Alibaba openb: 8,152 pods, 1,523 nodes, GPUs of certain models' };
  const { seconds, cpuSeconds } = repeated(placement);
  const pods = placement.pods.length;
  return [
    compared(
      { ...what, metric: 'pods tried', value: pods / seconds, unit: '1/s' },
      { name: BY_PROCESSOR, value: pods / cpuSeconds },
    ),
    { ...what, metric: 'pods that found a node', value: play(placement).placed, unit: 'pods' },
  ];
}
