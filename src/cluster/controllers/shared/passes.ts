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
  passes.phaseUs ??= phaseOf(world, controllerId, periodUs);
  const delayUs = untilPassUs(world, passes.phaseUs, periodUs);
  passes.nextPassAt = world.kernel.now + delayUs;
  enqueueAfter(world, controllerId, PASS, delayUs);
}

/** Where in a period a controller passes: hangs on the seed alone. */
export function phaseOf(world: ApiWorld, controllerId: number, periodUs: Micros): Micros {
  const { name } = world.api.controllers[controllerId]!;
  return Math.floor(drawsOnce(world, `controller/${name}/phase`)() * periodUs);
}

/** From now to the next pass of a grid: at most a period. */
export function untilPassUs(world: ApiWorld, phaseUs: Micros, periodUs: Micros): Micros {
  return periodUs - ((world.kernel.now - phaseUs + periodUs) % periodUs);
}
