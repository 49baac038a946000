import { SYNC_DONE, type SyncStep } from '../../cluster/api/controller-loop.js';
import { recordRow } from '../../kernel/probe.js';
import { microsToSeconds } from '../../kernel/time.js';
import { ACTION_TABLE } from '../tables.js';
import type { ExperimentWorld } from '../world.js';

/** Ends a command of the timeline: `ok`, or what kubectl says. */
export function finish(world: ExperimentWorld, entry: string, outcome: string): SyncStep {
  const { atUs, text } = world.experiment.timeline[Number(entry)]!;
  world.experiment.underWay.delete(entry);
  const done = outcome === 'ok' ? microsToSeconds(world.kernel.now) : null;
  recordRow(world, ACTION_TABLE, [microsToSeconds(atUs), done, text, outcome]);
  return SYNC_DONE;
}
