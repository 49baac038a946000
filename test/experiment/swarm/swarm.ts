import { it } from 'vitest';
import { assemble } from '../../../src/experiment/assemble.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { load } from '../../scenario/memory-files.js';
import { unrest } from './at-rest.js';
import {
  budgetsHold,
  identitiesAreUnique,
  playWatched,
  quotasHold,
  rollingUpdatesKeepTheirPromise,
  versionsRise,
} from './invariants.js';
import { type Mood, type SwarmScenario, swarmScenario } from './scenarios.js';
import { updatesOfSetsKeepTheirPromise } from './set-invariants.js';
import { disksHaveOneUser } from './volume-invariants.js';

/** Seeds of this run: few by default, 2,000 where there is time for them (SWARM_SEEDS). */
const SEEDS = Number(process.env['SWARM_SEEDS'] ?? 200);
const FIRST_SEED = Number(process.env['SWARM_FIRST_SEED'] ?? 1);
const TIMEOUT_MS = 600_000;

/** Of the worlds of all seeds, those of these moods are a test; the others are another's, which has a core for itself. */
export function testSwarm(...moods: readonly Mood[]): void {
  it(
    `of ${SEEDS} random worlds, those that are ${moods.join(' or ')} keep what Kubernetes promises, and come to rest`,
    () => {
      const failures: string[] = [];
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        const swarm = swarmScenario(String(seed));
        if (moods.includes(swarm.mood)) failures.push(...play(seed, swarm));
      }
      if (failures.length > 0)
        throw new Error(`${failures.length} failed; the first:\n${failures.slice(0, 3).join('\n')}`);
    },
    TIMEOUT_MS,
  );
}

function play(seed: number, { text, mood, restAt }: SwarmScenario): string[] {
  const { scenario, diagnostics } = load(text);
  if (scenario === undefined) return [`seed ${seed}: ${JSON.stringify(diagnostics)}\n${text}`];
  const assembly = assemble(scenario);
  const invariants = [
    versionsRise(),
    identitiesAreUnique(),
    quotasHold(),
    disksHaveOneUser(),
    ...(mood === 'calm' ? [rollingUpdatesKeepTheirPromise(), updatesOfSetsKeepTheirPromise()] : []),
    ...(mood === 'drains' ? [budgetsHold()] : []),
  ];
  const broken = playWatched(assembly, invariants, restAt * SECOND_US);
  const problems = [...broken, ...unrest(assembly.world)];
  return problems.length === 0 ? [] : [`seed ${seed}: ${problems.join('; ')}\n${text}`];
}
