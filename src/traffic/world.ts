import type { NetworkWorld } from '../network/world.js';
import type { DrawKey } from '../network/keyed-draws.js';
import type { Micros } from '../kernel/time.js';
import type { BalanceState } from './balance.js';
import type { JoinTable } from './calls.js';
import type { ConnectionTable } from './connections.js';
import type { JobChunks } from './job-chunks.js';
import type { WorkloadInput } from './model.js';
import type { Programs } from './programs.js';
import type { RequestTable } from './requests.js';
import type { Series } from './series.js';
import type { CallSite } from './sites.js';
import type { SourceState } from './sources.js';
import type { SpanState } from './spans.js';
import type { StationTable } from './stations.js';
import type { TimeoutClass } from './timeouts.js';

/** Traffic's slice of the world. */
export interface TrafficState {
  // What the software is: never changes.
  readonly sites: readonly CallSite[];
  readonly programs: Programs;
  readonly requestNames: readonly string[];
  readonly workloads: readonly WorkloadInput[];
  readonly keys: TrafficKeys;
  // What goes on.
  readonly sources: SourceState[];
  readonly requests: RequestTable;
  readonly stations: StationTable;
  readonly jobs: JobChunks;
  readonly joins: JoinTable;
  readonly connections: ConnectionTable;
  readonly timeouts: readonly TimeoutClass[];
  // What is measured.
  readonly intervalUs: Micros;
  intervalEndsAt: Micros;
  readonly series: Series[];
  /** By service index. */
  readonly serviceSeries: (Series | undefined)[];
  readonly balance: BalanceState;
  readonly spans: SpanState;
}

export interface TrafficWorld extends NetworkWorld {
  readonly traffic: TrafficState;
}

/** Topics of the draws about a request. */
export interface TrafficKeys {
  readonly demand: DrawKey;
  readonly demandAfter: DrawKey;
  readonly probability: DrawKey;
  readonly backoff: DrawKey;
  readonly think: DrawKey;
}
