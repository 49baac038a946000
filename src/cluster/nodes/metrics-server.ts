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
  /** Of the pod when its containers last started: a restart drops the samples of before. */
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

/** What the metrics server keeps. Its rounds are played only while there is an autoscaler that could ask. */
export interface MetricsState {
  readonly informer: number;
  readonly points: Map<string, MetricPoint>;
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
  const { points, round } = world.nodes.metrics;
  for (const [uid, point] of points) {
    if (point.previousAt < 0 || point.round !== round) continue;
    const record = world.nodes.pods.records[world.nodes.pods.indexByUid.get(uid) ?? -1];
    if (record === undefined || record.pod.metadata.namespace !== namespace) continue;
    if (!matchesSelector(selector, record.pod.metadata.labels)) continue;
    const windowUs = point.at - point.previousAt;
    const milli = Math.ceil(((point.cpuUs - point.previousCpuUs) / windowUs) * MILLI);
    answer.set(record.pod.metadata.name, { milli, timestampUs: point.at, windowUs });
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
    if (!metrics.isArmed) {
      metrics.points.clear();
      return;
    }
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
    if (startedAt !== undefined) sample(world, wiring, podIndex, record, startedAt);
  }
  for (const [uid, { round }] of metrics.points) if (round !== metrics.round) metrics.points.delete(uid);
}

/** When the last of its regular containers started; undefined while not all of them run. */
function runningSince({ containers }: PodRecord): Micros | undefined {
  let since = 0;
  for (const { role, run } of containers) {
    if (role !== 'regular') continue;
    if (run?.state !== 'running') return undefined;
    if (run.startedAt > since) since = run.startedAt;
  }
  return since;
}

/**
 * The kubelet's newest sample of a pod. Between two rounds its CPU counter is taken to have grown evenly, so that samples cost
 * no events of their own.
 */
function sample(world: NodesWorld, wiring: NodeWiring, podIndex: number, record: PodRecord, startedAt: Micros): void {
  const { metrics, pods } = world.nodes;
  const { now } = world.kernel;
  const cpuUs = wiring.usage.cpuUs(world, podIndex);
  const epoch = pods.epoch[podIndex]!;
  const known = metrics.points.get(pods.uids[podIndex]!);
  const phaseUs = known?.phaseUs ?? Math.floor(drawsOnce(world, `${record.stream}/metrics`)() * SAMPLE_PERIOD_US);
  const fromAt = known === undefined ? startedAt : Math.max(known.roundAt, startedAt);
  const fromCpuUs = known?.roundCpuUs ?? 0;
  const at = now - ((now - phaseUs + SAMPLE_PERIOD_US) % SAMPLE_PERIOD_US);
  const isFirst = known === undefined || known.epoch !== epoch;
  const isTooYoung = at < startedAt || (isFirst && at - startedAt < FRESH_US);
  const sampleCpuUs = fromCpuUs + ((cpuUs - fromCpuUs) * Math.max(0, at - fromAt)) / Math.max(1, now - fromAt);
  // A fresh container counts from its start, if a sample of before isn't there and it is no older than a round.
  const countsFromStart = isFirst && !isTooYoung && at - startedAt < RESOLUTION_US;
  metrics.points.set(pods.uids[podIndex]!, {
    epoch: isTooYoung ? -1 : epoch,
    phaseUs,
    roundAt: now,
    roundCpuUs: cpuUs,
    at,
    cpuUs: sampleCpuUs,
    previousAt: isTooYoung ? -1 : countsFromStart ? startedAt : isFirst ? -1 : known.at,
    previousCpuUs: countsFromStart ? fromCpuUs : (known?.cpuUs ?? 0),
    round: metrics.round,
  });
}
