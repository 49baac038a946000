import type { ClientUsage } from '../../cluster/api/clients.js';
import { API_TABLE } from '../../cluster/api/tables.js';
import { quantile, histogramMean } from '../../kernel/histogram.js';
import { recordRow } from '../../kernel/probe.js';
import { HOUR_US, microsToSeconds } from '../../kernel/time.js';
import type { NodePool } from '../../scenario/types.js';
import { COST_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';

/** Writes what every pool of nodes cost until now. Nodes are paid for whether they work or not. */
export function recordCosts(world: ExperimentWorld, pools: readonly NodePool[]): void {
  for (const { pool, count, pricePerHour } of pools) {
    const hours = (count * world.kernel.now) / HOUR_US;
    recordRow(world, COST_TABLE, [pool, count, hours, pricePerHour, hours * pricePerHour]);
  }
}

/** Writes what every client asked of the API server. */
export function recordApiUsage(world: ExperimentWorld): void {
  const usages = [...world.api.usage.values()].flatMap((ofClient) =>
    [...ofClient.values()].flatMap((ofVerb) => [...ofVerb.values()]),
  );
  const nameOf = ({ client, verb, kind }: ClientUsage): string => `${client} ${verb} ${kind}`;
  usages.sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  for (const { client, verb, kind, failed, throttledUs, latency } of usages) {
    recordRow(world, API_TABLE, [
      client,
      verb,
      kind,
      latency.count,
      failed,
      microsToSeconds(histogramMean(latency)),
      microsToSeconds(quantile(latency, 0.99)),
      microsToSeconds(throttledUs),
    ]);
  }
}
