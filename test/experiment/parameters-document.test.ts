import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('docs/parameters.md is what `node .ci/parameters.mjs > docs/parameters.md` writes', () => {
  const { stdout } = spawnSync(process.execPath, ['.ci/parameters.mjs'], { encoding: 'utf8' });
  expect(readFileSync('docs/parameters.md', 'utf8')).toBe(stdout);
});
