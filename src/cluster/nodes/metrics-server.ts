import type { Handlers } from '../../kernel/events.js';
import { drawsOnce } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import { type Listeners, lister } from '../api/informers.js';
import type { LabelSelector } from '../api/objects/meta.js';
import { matchesSelector } from '../api/selectors.js';
import { NodesEvent } from './events.js';
import type { PodRecord } from './pod-record.js';
import type { NodeWiring } from './wiring.js';
import type { NodesWorld } from './world.js';

export const METRICS_SERVER = 'metrics-server';

/** `--metric-resolution` of the released manifests. reference/autoscaling.md section 8 */
const RESOLUTION_US = 15 * SECOND_US;
/** The kubelet samples a container so often (kubernetes v1.36.3 pkg/kubelet/cadvisor: defaultHousekeepingInterval). */
const SAMPLE_PERIOD_US = 10 * SECOND_US;
/** A container younger than this has no metric (metrics-server pkg/storage/pod.go: freshContainerMinMetricsResolution). */
const FRESH_US = 10 * SECOND_US;
const MILLI = 1_000;

/** The last two samples of a pod, and what the last round read. CPU in microseconds of one core. */
export interface MetricPoint {
  /** Of the pod when its containers last started: a restart drops the samples of before. -1: no sample counts. */
  epoch: number;
  readonly phaseUs: Micros;
  roundAt: Micros;
  roundCpuUs: number;
  at: Micros;
  cpuUs: number;
  /** -1: there is only one sample. */
  previousAt: Micros;
  previousCpuUs: number;
  /** Number of the round that saw it. */
  round: number;
}

/** The metrics server. Its rounds are played only while there is an autoscaler that could ask. */
export interface MetricsState {
  readonly informer: number;
  isArmed: boolean;
  round: number;
}

export interface PodCpu {
  /** Thousandths of a core. */
  readonly milli: number;
  readonly timestampUs: Micros;
  readonly windowUs: Micros;
}

/** The answer of the metrics API about the CPU of pods, by name. A pod without two samples is left out. */
export function podCpu(world: NodesWorld, namespace: string, selector: LabelSelector): ReadonlyMap<string, PodCpu> {
  const answer = new Map<string, PodCpu>();
  const { round, isArmed } = world.nodes.metrics;
  if (!isArmed) return answer;
  for (const record of world.nodes.pods.records) {
    if (record?.metric === undefined || record.metric.round !== round || record.metric.previousAt < 0) continue;
    const { metadata } = record.pod;
    if (metadata.namespace !== namespace || !matchesSelector(selector, metadata.labels)) continue;
    const { at, cpuUs, previousAt, previousCpuUs } = record.metric;
    const windowUs = at - previousAt;
    const milli = Math.ceil(((cpuUs - previousCpuUs) / windowUs) * MILLI);
    answer.set(metadata.name, { milli, timestampUs: at, windowUs });
  }
  return answer;
}

export function registerMetricsServer<W extends NodesWorld>(
  handlers: Handlers<W>,
  listeners: Listeners<W>,
  wiring: NodeWiring,
): void {
  listeners.on(METRICS_SERVER, 'HorizontalPodAutoscaler', (world, { type }) => {
    const { metrics } = world.nodes;
    if (type !== 'added' || metrics.isArmed) return;
    metrics.isArmed = true;
    scrape(world, wiring);
    schedule(world, RESOLUTION_US, NodesEvent.MetricsRound, 0, 0);
  });
  handlers.on(NodesEvent.MetricsRound, (world) => {
    const { metrics } = world.nodes;
    metrics.isArmed = lister(world, metrics.informer).size > 0;
    if (!metrics.isArmed) return;
    scrape(world, wiring);
    schedule(world, RESOLUTION_US, NodesEvent.MetricsRound, 0, 0);
  });
}

/** One round: every node whose kubelet answers; the pods of the others are no longer in the answer. */
function scrape(world: NodesWorld, wiring: NodeWiring): void {
  const { metrics, pods, hosts } = world.nodes;
  metrics.round += 1;
  for (let podIndex = 0; podIndex < pods.count; podIndex++) {
    const record = pods.records[podIndex];
    if (record === undefined || hosts.kubeletUp[pods.node[podIndex]!] === 0) continue;
    const startedAt = runningSince(record);
    if (startedAt >= 0) sample(world, wiring, podIndex, record, startedAt);
  }
}

/** When the last of its regular containers started; -1 while not all of them run. */
function runningSince({ containers }: PodRecord): Micros {
  let since = 0;
  for (const { role, run } of containers) {
    if (role !== 'regular') continue;
    if (run?.state !== 'running') return -1;
    if (run.startedAt > since) since = run.startedAt;
  }
  return since;
}

/**
 * The kubelet's newest sample of a pod. Between two rounds its CPU counter is taken to have grown evenly, so that samples cost
 * no events of their own.
 */
function sample(world: NodesWorld, wiring: NodeWiring, podIndex: number, record: PodRecord, startedAt: Micros): void {
  const { pods, metrics } = world.nodes;
  const { now } = world.kernel;
  record.metric ??= newPoint(world, record, startedAt);
  const point = record.metric;
  const counterUs = wiring.usage.cpuUs(world, podIndex);
  const at = now - ((now - point.phaseUs + SAMPLE_PERIOD_US) % SAMPLE_PERIOD_US);
  const fromAt = Math.max(point.roundAt, startedAt);
  const grownUs = ((counterUs - point.roundCpuUs) * Math.max(0, at - fromAt)) / Math.max(1, now - fromAt);
  const epoch = pods.epoch[podIndex]!;
  const isFirst = point.epoch !== epoch || point.round < metrics.round - 1;
  const age = at - startedAt;
  if (age < 0 || (isFirst && age < FRESH_US)) {
    point.epoch = -1;
    point.previousAt = -1;
  } else if (isFirst) {
    // A fresh container counts from its start; an older one has to wait for a second sample.
    point.epoch = epoch;
    point.previousAt = age < RESOLUTION_US ? startedAt : -1;
    point.previousCpuUs = point.roundCpuUs;
  } else {
    point.previousAt = point.at;
    point.previousCpuUs = point.cpuUs;
  }
  point.at = at;
  point.cpuUs = point.roundCpuUs + grownUs;
  point.roundAt = now;
  point.roundCpuUs = counterUs;
  point.round = metrics.round;
}

function newPoint(world: NodesWorld, { stream }: PodRecord, startedAt: Micros): MetricPoint {
  return {
    epoch: -1,
    phaseUs: Math.floor(drawsOnce(world, `${stream}/metrics`)() * SAMPLE_PERIOD_US),
    roundAt: startedAt,
    roundCpuUs: 0,
    at: startedAt,
    cpuUs: 0,
    previousAt: -1,
    previousCpuUs: 0,
    round: 0,
  };
}
