import type { PodUsage, WorkloadListeners } from '../cluster/nodes/workload.js';
import type { Handlers } from '../kernel/events.js';
import { openTable } from '../kernel/probe.js';
import { openStream } from '../kernel/random.js';
import { rootKey } from '../network/keyed-draws.js';
import type { NetworkWorld } from '../network/world.js';
import { createJoins } from './calls.js';
import { createConnections } from './connections.js';
import { TrafficEvent } from './events.js';
import { createJobChunks } from './job-chunks.js';
import type { SourceInput, TraceInput, TrafficInput } from './model.js';
import { cpuDone, podReached, servingChanged } from './pods.js';
import { buildPrograms } from './programs.js';
import { loadSegment, type Segment } from './rate-curve.js';
import { createRequests } from './requests.js';
import { answerReached, lossReached, retryDue, timeoutDue } from './returns.js';
import { closeIntervals, createSeries, writeInterval } from './series.js';
import { seriesOfService } from './service-series.js';
import { addSourceSite, type SiteTable } from './sites.js';
import { type SourceState, sourceDue, startSource, userDue } from './sources.js';
import { createSpans, writeSlowest } from './spans.js';
import { cpuUs, createStations, inFlight } from './stations.js';
import { BALANCE_TABLE, LATENCY_TABLE, LOSS_TABLE, SPAN_TABLE, TRAFFIC_TABLE } from './tables.js';
import type { TrafficState, TrafficWorld } from './world.js';

/** Traffic of a world that has its network and nodes. Opens the tables; nothing is sent before `startTraffic`. */
export function createTraffic(world: NetworkWorld, input: TrafficInput): TrafficState {
  for (const table of [TRAFFIC_TABLE, LATENCY_TABLE, LOSS_TABLE, BALANCE_TABLE, SPAN_TABLE]) openTable(world, table);
  const sites: SiteTable = { sites: [], timeouts: [], requestNames: [] };
  const sources: SourceState[] = [];
  let firstClient = SOURCE_CLIENTS;
  for (const [index, source] of input.sources.entries()) {
    sources.push(
      createSource(world, source, index, addSourceSite(world, sites, source, index), firstClient, input.traces),
    );
    firstClient += source.arrivals.kind === 'closed' ? source.arrivals.users : 1;
  }
  const programs = buildPrograms(world, sites, input.workloads);
  return {
    ...sites,
    programs,
    workloads: input.workloads,
    keys: {
      demand: rootKey(world, 'traffic/demand'),
      demandAfter: rootKey(world, 'traffic/demand-after'),
      probability: rootKey(world, 'traffic/probability'),
      backoff: rootKey(world, 'traffic/backoff'),
      think: rootKey(world, 'traffic/think'),
    },
    sources,
    requests: createRequests(),
    stations: createStations(),
    jobs: createJobChunks(),
    joins: createJoins(),
    connections: createConnections(),
    intervalUs: input.intervalUs,
    intervalEndsAt: input.intervalUs,
    series: sources.map((source) => source.series),
    serviceSeries: [],
    balance: { further: new Map() },
    spans: createSpans(input.traces, sources.length > 0),
  };
}

/** Addresses of sources' clients come after those of the pods. */
const SOURCE_CLIENTS = 16_777_216;

function createSource(
  world: NetworkWorld,
  input: SourceInput,
  index: number,
  site: number,
  firstClient: number,
  { every, slowest }: TraceInput,
): SourceState {
  const { name, arrivals, fromUs, untilUs } = input;
  const segment: Segment = { startUs: 0, endUs: 0, rate: 0, slope: 0 };
  if (arrivals.kind === 'open') loadSegment(arrivals.rate, fromUs, segment);
  return {
    index,
    name,
    site,
    arrivals,
    fromUs,
    untilUs,
    key: rootKey(world, `traffic/${name}/requests`),
    stream: openStream(world, `traffic/${name}/arrivals`),
    firstClient,
    series: createSeries('source', name),
    slow: { thresholdUs: slowest > 0 ? -1 : Infinity, traces: [] },
    sent: 0,
    nextSampled: every > 0 ? 1 : 0,
    nextAt: fromUs,
    segment,
    sentByUser: new Int32Array(arrivals.kind === 'closed' ? arrivals.users : 0),
  };
}

/** Behaviour of traffic. Register the network first: pods must have their identities when requests come. */
export function registerTraffic<W extends TrafficWorld>(handlers: Handlers<W>, workloads: WorkloadListeners<W>): void {
  handlers.on(TrafficEvent.SourceDue, sourceDue);
  handlers.on(TrafficEvent.UserDue, userDue);
  handlers.on(TrafficEvent.PodReached, podReached);
  handlers.on(TrafficEvent.CpuDone, cpuDone);
  handlers.on(TrafficEvent.AnswerReached, answerReached);
  handlers.on(TrafficEvent.LossReached, lossReached);
  handlers.on(TrafficEvent.TimeoutDue, timeoutDue);
  handlers.on(TrafficEvent.RetryDue, retryDue);
  workloads.onServing((world, pod, _from, to) => servingChanged(world, pod, to));
}

/** Lets all sources begin. To be called once, at time 0. */
export function startTraffic(world: TrafficWorld): void {
  for (const site of world.traffic.sites) if (site.serviceIndex >= 0) seriesOfService(world, site.serviceIndex);
  for (const source of world.traffic.sources) startSource(world, source);
}

/** At the end of the run: writes the last, perhaps shorter, interval and the slowest traces. */
export function finishTraffic(world: TrafficWorld): void {
  const { traffic, kernel } = world;
  closeIntervals(world, kernel.now);
  const startsAt = traffic.intervalEndsAt - traffic.intervalUs;
  if (kernel.now > startsAt) writeInterval(world, startsAt, kernel.now);
  writeSlowest(world);
}

/** What nodes and the metrics server may know of the load on a pod. */
export const trafficUsage: PodUsage<TrafficWorld> = { cpuUs, inFlight };
