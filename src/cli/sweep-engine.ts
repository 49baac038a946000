import type { Hooks, SweepReport, SweepRequest } from './engine.js';
import { CommandError, EXIT } from './exit-codes.js';

/** `wavetank sweep`. */
export async function playSweep(_request: SweepRequest, _hooks: Hooks): Promise<SweepReport> {
  throw new CommandError(EXIT.bug, 'sweeps are not wired yet');
}
