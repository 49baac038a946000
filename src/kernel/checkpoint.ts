import { saveRandom } from './random.js';
import type { KernelWorld } from './simulation.js';

/** A frozen copy of a whole world. It can be restored any number of times: each restore is a new, independent world. */
export interface Checkpoint<W> {
  readonly world: W;
}

export function checkpoint<W extends KernelWorld>(world: W): Checkpoint<W> {
  return { world: copyWorld(world) };
}

export function restore<W extends KernelWorld>(saved: Checkpoint<W>): W {
  return copyWorld(saved.world);
}

function copyWorld<W extends KernelWorld>(world: W): W {
  const random = world.kernel.random;
  saveRandom(random);
  const running = random.live;
  random.live = []; // generators are functions, which cannot be copied; both worlds revive theirs from the states
  const copy = structuredClone(world);
  random.live = running;
  return copy;
}
