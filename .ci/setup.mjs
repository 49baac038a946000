// Installs what is missing and compiles what is stale, so that `npm start` and `npm test` work on a fresh clone.
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const lockDigest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const stamp = 'node_modules/.wavetank-lock';
const run = (command) => execSync(command, { stdio: ['ignore', 2, 2] });

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockDigest) {
  run('npm ci --no-audit --no-fund');
  writeFileSync(stamp, lockDigest);
}
const compile = (project, output) => {
  const cache = `.ci/.cache-${output}`; // not in node_modules, which several work trees may share
  if (!existsSync(output)) rmSync(cache, { force: true }); // the compiler would think that all is there
  run(`npx --no-install tsc -p ${project} --incremental --tsBuildInfoFile ${cache}`);
};
compile('tsconfig.json', 'dist');
// Benchmarks measure the built package, too.
if (process.env.npm_lifecycle_event === 'prebench') compile('bench/tsconfig.json', 'dist-bench');
if (process.env.npm_lifecycle_event === 'preconformance') compile('test/conformance/tsconfig.json', 'dist-conformance');
