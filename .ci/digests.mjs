// Prints the digest of every scenario of the tour: the golden file of test/experiment/tour.test.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const files = readdirSync('scenarios/tour').filter((name) => name.endsWith('.yaml')).map((name) => `scenarios/tour/${name}`);
const { stdout } = spawnSync(process.execPath, ['dist/cli/main.js', 'run', ...files, '--format', 'json'], { encoding: 'utf8' });
console.log(JSON.stringify(Object.fromEntries(JSON.parse(stdout).map(({ scenario, digest }) => [scenario, digest])), null, 2));
