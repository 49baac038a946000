import seedrandom from 'seedrandom';

/** Names an open random stream of one world. */
export type StreamId = number;

/** Draws the next number of a stream: uniform in [0, 1). */
export type Draw = () => number;

/** Spelt out, as seedrandom's types do not come with it: who has only the package could not read ours. */
export interface AleaState {
  readonly c: number;
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
}

interface Alea {
  (): number;
  state(): AleaState;
}

/**
 * The named random streams of a run. A stream depends on the seed and on its name alone, never on when or in what order
 * streams were opened. Generator: seedrandom's Alea (the choice is part of a result's identity).
 */
export interface RandomState {
  readonly seed: string;
  readonly ids: Map<string, StreamId>;
  readonly names: string[];
  /** States of the streams as of the last checkpoint; a live generator, where there is one, has gone on from it. */
  readonly states: (AleaState | undefined)[];
  /**
   * Running generators by stream: a cache derived from `states`, and the one thing in a world that cannot be copied. A
   * checkpoint leaves it out; whoever draws next rebuilds it.
   */
  live: (Alea | undefined)[];
}

export function createRandom(seed: string): RandomState {
  return { seed, ids: new Map(), names: [], states: [], live: [] };
}

/** The stream of this name, opened at first use. Keep the number: drawing by number is the fast way. */
export function openStream(world: { readonly kernel: { readonly random: RandomState } }, name: string): StreamId {
  const random = world.kernel.random;
  const known = random.ids.get(name);
  if (known !== undefined) return known;
  const id = random.names.length;
  random.ids.set(name, id);
  random.names.push(name);
  random.states.push(undefined);
  return id;
}

/** The generator of an open stream, to be called for each draw and not to be kept in the world. */
export function draws(world: { readonly kernel: { readonly random: RandomState } }, id: StreamId): Draw {
  const random = world.kernel.random;
  return (random.live[id] ??= revive(random, id));
}

/**
 * A stream for something that happens once (the start of one pod, say): not kept open and not part of checkpoints, so
 * draw all that is needed at one go, in a fixed order.
 */
export function drawsOnce(world: { readonly kernel: { readonly random: RandomState } }, name: string): Draw {
  return seedrandom.alea(`${world.kernel.random.seed}/${name}`);
}

/** Brings `states` up to date with the running generators; a checkpoint does it before it copies. */
export function saveRandom(random: RandomState): void {
  for (const [id, generator] of random.live.entries()) {
    if (generator !== undefined) random.states[id] = generator.state();
  }
}

function revive(random: RandomState, id: StreamId): Alea {
  const state = random.states[id];
  return seedrandom.alea(`${random.seed}/${random.names[id]}`, { state: state ?? true });
}
