import type { SweepIdentity, SweepRun } from '../../src/results/sweep.js';
import { IDENTITY } from './fixture.js';

export const SWEEP_IDENTITY: SweepIdentity = {
  scenario: IDENTITY.scenario,
  scenarioDigest: IDENTITY.scenarioDigest,
  version: IDENTITY.version,
  modelVersion: IDENTITY.modelVersion,
  command:
    'wavetank sweep scenarios/online-boutique-rollout.yaml --vary surge=0,25%,100% --vary replicas=2..3 --seeds 5',
  notes: IDENTITY.notes,
  assumptions: IDENTITY.assumptions,
};

/** Three surges by two replica counts by five seeds; more surge loses less, takes less time and costs more. */
export function fixtureRuns(): SweepRun[] {
  const runs: SweepRun[] = [];
  for (const [place, surge] of ['0', '25%', '100%'].entries()) {
    for (const replicas of ['2', '3']) {
      for (let seed = 42; seed < 47; seed += 1) {
        const noise = (seed * 7 + place * 3) % 5;
        const lost = 40 - 15 * place - 3 * Number(replicas) + noise;
        runs.push({
          parameters: { surge, replicas },
          seed: String(seed),
          digest: `${place}${replicas}${seed}`.padStart(16, '0'),
          verdict: lost > 30 ? 'fail' : 'pass',
          failed: lost > 30 ? ['lost(shoppers) <= 30'] : [],
          failure: '',
          figures: {
            requests: 216_000 + noise,
            lost,
            'source.shoppers.p99_s': 0.16 - 0.01 * place + 0.001 * noise,
            'rollout.deployment/frontend.2.duration_s': 110 - 30 * place + noise,
            'startup.ready.p99_s': 11 + 0.1 * noise,
            cost_usd: 0.25 + 0.02 * Number(replicas),
          },
        });
      }
    }
  }
  return runs;
}
