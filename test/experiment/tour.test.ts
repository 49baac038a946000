import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { playFile } from './play.js';

const FOLDER = 'scenarios/tour';

describe('every scenario of the tour', () => {
  for (const file of readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    it(`${file} holds what it expects`, () => {
      const { outcomes, scenario } = playFile(`${FOLDER}/${file}`);
      expect(file).toBe(`${scenario.name}.yaml`);
      expect(outcomes.length).toBeGreaterThan(0);
      const failed = outcomes.filter(({ verdict }) => verdict === 'fail');
      expect(failed.map(({ text, seen, when }) => `${text}: saw ${seen} ${when}`)).toEqual([]);
    });
  }
});
