import { sample } from '../../../kernel/distributions.js';
import { drawsOnce } from '../../../kernel/random.js';
import type { Micros } from '../../../kernel/time.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { StorageParameters } from './parameters.js';

/** What the cloud is doing. */
export interface StorageDriverState {
  readonly parameters: StorageParameters;
  /** When what is under way will be done, by what it is. */
  readonly doneAt: Map<string, Micros>;
}

/** What takes the cloud time. */
type DiskWork = Exclude<keyof StorageParameters, 'disksPerNode'>;

export interface StorageDriverWorld extends KcmWorld {
  readonly controllers: { readonly storageDriver: StorageDriverState };
}

export function createStorageDriverState(parameters: StorageParameters): StorageDriverState {
  return { parameters, doneAt: new Map() };
}

/** Time until the cloud is done with it, from the first call on. */
export function remainingUs(world: StorageDriverWorld, work: DiskWork, subject: string): Micros {
  const { parameters, doneAt } = world.controllers.storageDriver;
  const place = `${work}/${subject}`;
  let at = doneAt.get(place);
  if (at === undefined) {
    at = world.kernel.now + Math.round(sample(parameters[work], drawsOnce(world, `storage/${place}`)));
    doneAt.set(place, at);
  }
  return Math.max(0, at - world.kernel.now);
}

/** The cloud is done, or nobody waits for it any more: asked again, it begins anew. */
export function forgetWork({ controllers }: StorageDriverWorld, work: DiskWork, subject: string): void {
  controllers.storageDriver.doneAt.delete(`${work}/${subject}`);
}
