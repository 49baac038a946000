import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playFile } from './play.js';

const FOLDER = 'scenarios/tour';
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
/** Refreshed, in a commit of its own that says why, with `npm run --silent digests > test/experiment/golden-digests.json`. */
const GOLDEN = JSON.parse(readFileSync('test/experiment/golden-digests.json', 'utf8')) as Record<string, string>;

describe('every scenario of the tour', () => {
  it('has a digest of the last change of results', () => {
    expect(Object.keys(GOLDEN).sort()).toEqual(FILES.map((file) => file.slice(0, -'.yaml'.length)));
  });
  for (const file of FILES) {
    it(`${file} holds what it expects, and its digest is that of the last change of results`, () => {
      const { outcomes, scenario, played } = playFile(`${FOLDER}/${file}`);
      expect(file).toBe(`${scenario.name}.yaml`);
      expect(outcomes.length).toBeGreaterThan(0);
      const failed = outcomes.filter(({ verdict }) => verdict === 'fail');
      expect(played.digest).toBe(GOLDEN[scenario.name]);
      expect(failed.map(({ text, seen, when }) => `${text}: saw ${seen} ${when}`)).toEqual([]);
    });
  }
});
