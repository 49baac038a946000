import type { NetworkWorld } from './world.js';

const INITIAL_CAPACITY = 256;

/** The incarnation of the pod that is at this podIndex now. Numbers only grow, so an old endpoint never meets a new pod. */
export function incarnationOf(world: NetworkWorld, podIndex: number): number {
  const { identities } = world.network;
  if (podIndex >= identities.incarnations.length) grow(world, podIndex);
  const uid = world.nodes.pods.uids[podIndex]!;
  if (identities.uids[podIndex] !== uid) {
    identities.uids[podIndex] = uid;
    identities.incarnations[podIndex]! += 1;
  }
  return identities.incarnations[podIndex]!;
}

/** Whether the pod that an endpoint meant is still the one at its podIndex (as of the last time that one served). */
export function isSamePod(world: NetworkWorld, podIndex: number, incarnation: number): boolean {
  return world.network.identities.incarnations[podIndex] === incarnation;
}

function grow(world: NetworkWorld, podIndex: number): void {
  const { identities } = world.network;
  const larger = new Int32Array(Math.max(INITIAL_CAPACITY, 2 * (podIndex + 1)));
  larger.set(identities.incarnations);
  identities.incarnations = larger;
}
