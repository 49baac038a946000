import type { Engine } from './engine.js';

/** Loads what plays: everything behind the commands, which most of them do without. */
export async function loadEngine(): Promise<Engine> {
  const module = '../experiment/engine.js';
  const { engine } = (await import(module)) as { readonly engine: Engine };
  return engine;
}
