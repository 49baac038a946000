import { drawsOnce } from '../../../kernel/random.js';
import type { Micros } from '../../../kernel/time.js';
import { enqueueAfter } from '../../api/controller-loop.js';
import type { ApiWorld } from '../../api/world.js';

/** Key of a pass over everything. */
export const PASS = 'pass';

/** When a controller passes over everything: on a grid, whose phase is when its process was started. */
export interface Passes {
  /** A remainder of the period: drawn when the first pass is due. */
  phaseUs: Micros | undefined;
  /** When the next pass is due; Infinity while there is nothing to look for. */
  nextPassAt: Micros;
}

/** Sets the next pass, if there is none to come. */
export function armPass(world: ApiWorld, controllerId: number, passes: Passes, periodUs: Micros): void {
  if (passes.nextPassAt < Number.POSITIVE_INFINITY) return;
  const { now } = world.kernel;
  const { name } = world.api.controllers[controllerId]!;
  passes.phaseUs ??= Math.floor(drawsOnce(world, `controller/${name}/phase`)() * periodUs);
  passes.nextPassAt = now + periodUs - ((now - passes.phaseUs + periodUs) % periodUs);
  enqueueAfter(world, controllerId, PASS, passes.nextPassAt - now);
}
