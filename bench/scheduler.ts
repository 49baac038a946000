import { type Benchmark, compared, type Figure, median } from './measure.js';
import { openb } from './openb.js';
import { type Placement, play } from './scheduler-room.js';
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

const REPLICA_SETS = 100;
const REPETITIONS = 5;
const REFERENCE_PODS = 100;
const GROWTH_NODES = [500, 1_000, 2_000, 5_000, 10_000];
const MANY_REPLICA_SETS = 300;
const URGENT_PODS = 1_000;

export const schedulerBenchmark: Benchmark = {
  name: bench,
  description:
    'Pods are placed by the scheduler alone: taken from the scheduling queue, decided on with all default plugins on,\n' +
    'assumed on their node and confirmed as the watch would show them. No API server, no client limits, no modelled time:\n' +
    '`bench -- pods` goes through the whole control plane. All pods wait from the start, those of ReplicaSets in turn,\n' +
    'and spread as Kubernetes spreads them by default. Processor time of all threads from the first pod to the last, which is\n' +
    'what one core needs: median of five after a warm-up with up to 10,000 pods, a single run above. What stands beside it\n' +
    'was measured in the same run, unless it says elsewhere: on other machines with similar cores.',
  run: () => [...plainPods(), ...growth(), ...largeClusters(), ...storms(), ...gpuCluster()],
};

function plainPods(): Figure[] {
  const placement = replicaSets(1_000, 10_000, REPLICA_SETS);
  const rate = {
    bench,
    case: '10,000 plain pods, 1,000 nodes',
    metric: 'pods placed',
    value: repeated(placement),
    unit: '1/s',
  };
  const baselines = [{ name: 'goal', value: 30_000 }, referenceCycle(placement), ...ELSEWHERE];
  return baselines.map((baseline) => compared(rate, baseline));
}

/** Pods placed a second, median of five. */
function repeated(placement: Placement): number {
  play(placement);
  return placement.pods.length / median(Array.from({ length: REPETITIONS }, () => play(placement).seconds));
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
    const value = 1e6 / repeated(replicaSets(nodes, 10_000, REPLICA_SETS));
    return { bench, case: `10,000 plain pods, ${nodes} nodes`, metric: 'time a pod', value, unit: 'us' };
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
    compared(rate, referenceCycle(plain)),
    { ...other, metric: 'pods that found a node', value: ofMixed.placed, unit: 'pods' },
    compared(time, { name: 'goal', value: 60 }),
    compared(memory, { name: 'goal', value: 2_500 }),
    compared(otherRate, referenceCycle(mixed)),
  ];
}

/** Every node is full; each pod that arrives has to evict two, and all that were evicted come back and are tried in vain. */
function storms(): Figure[] {
  return [1_000, 5_000].map((nodes) => {
    const { placed, seconds } = play(preemptionStorm(nodes, URGENT_PODS));
    const what = `preemption storm: ${URGENT_PODS} urgent pods, ${nodes} nodes full of ${16 * nodes} others`;
    return { bench, case: what, metric: 'urgent pods placed', value: placed / seconds, unit: '1/s' };
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
  return [
    { ...what, metric: 'pods tried', value: repeated(placement), unit: '1/s' },
    { ...what, metric: 'pods that found a node', value: play(placement).placed, unit: 'pods' },
  ];
}
