import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The README shows what the main scenario prints, shortened: each of its lines must be one that is printed. */
it('the result in the README is what the main scenario prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wavetank-readme-'));
  const scenario = 'scenarios/online-boutique-rollout.yaml';
  const { stdout } = spawnSync(process.execPath, ['dist/cli/main.js', 'run', scenario, '--out', join(folder, 'run')], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const block = /## One real result[\s\S]*?```text\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))![1]!;
  const printed = new Set(stdout.split('\n').map(squeezed));
  const shown = block.split('\n').map(squeezed);
  expect(shown.filter((line) => !printed.has(line))).toEqual([]);
  expect(shown.some((line) => /^seed \d+, digest [0-9a-f]{16}$/.test(line))).toBe(true);
});

/** Columns are wider where longer rows stand between the rows that are shown. */
function squeezed(line: string): string {
  return line.trim().replace(/ {2,}/g, '  ');
}
