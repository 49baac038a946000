import { createSimulation, type Simulation, type SyntheticCluster } from '../../bench/synthetic-cluster.js';
import type { RecordedTable } from '../../src/kernel/probe.js';
import { INSTANT_NETWORK } from '../network/instant-network.js';
import type { ClientInput, ServiceCallInput, SourceInput, TrafficInput } from '../../src/traffic/model.js';
import type { TrafficWorld } from '../../src/traffic/world.js';

export const SECOND = 1_000_000;
export const MS = 1_000;

const CLIENT: ClientInput = {
  timeoutUs: 1_000_000 * SECOND,
  retries: 0,
  retryBackoffUs: 0,
  retryBackoffMaximumUs: 0,
  retryBudget: null,
  keepAliveConnections: 0,
};

/** A source of Poisson arrivals at the Service `web`. */
export function poisson(perSecond: number, changes: Partial<SourceInput> = {}): SourceInput {
  return { ...evenly(perSecond), arrivals: openArrivals('poisson', perSecond), ...changes };
}

/** A source that sends at equal distances to the Service `web`. */
export function evenly(perSecond: number, changes: Partial<SourceInput> = {}): SourceInput {
  return {
    ...CLIENT,
    name: 'clients',
    to: { kind: 'service', namespace: 'default', service: 'web', port: 80 },
    request: 'default',
    arrivals: openArrivals('constant', perSecond),
    fromUs: 0,
    untilUs: 1e15,
    zone: '',
    ...changes,
  };
}

function openArrivals(process: 'poisson' | 'constant', perSecond: number): SourceInput['arrivals'] {
  return { kind: 'open', process, rate: { points: [{ atUs: 0, perSecond }], interpolation: 'step', periodUs: 0 } };
}

export function callTo(service: string, changes: Partial<ServiceCallInput> = {}): ServiceCallInput {
  return {
    ...CLIENT,
    kind: 'call',
    namespace: 'default',
    service,
    port: 80,
    request: 'default',
    probability: 1,
    ...changes,
  };
}

export function simulationOf(
  input: Partial<TrafficInput> & Pick<TrafficInput, 'sources' | 'workloads'>,
  cluster: Partial<SyntheticCluster> = {},
): Simulation {
  return createSimulation(
    {
      seed: '42',
      nodes: 4,
      nodeCpuMilli: 16_000,
      zones: 1,
      network: INSTANT_NETWORK,
      services: [{ name: 'web', pods: 1, workload: 0, cpuLimitMilli: 1_000 }],
      ...cluster,
    },
    { intervalUs: 10 * SECOND, traces: { every: 0, slowest: 0 }, ...input },
  );
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** The rows of a recorded table. */
export function rowsOf(world: TrafficWorld, name: string): Row[] {
  const table: RecordedTable = world.kernel.probe.tables.get(name)!;
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(table.definition.columns.map((column, index) => [column.name, table.columns[index]![row]!])),
  );
}

export function sumOf(rows: readonly Row[], name: string): number {
  return rows.reduce((sum, row) => sum + Number(row[name]), 0);
}

export function tableDigest(world: TrafficWorld): string {
  return JSON.stringify([...world.kernel.probe.tables.values()].map((table) => table.columns));
}
