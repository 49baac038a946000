import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../src/scenario/timeline.js';

const TEXT = readFileSync('docs/commands.md', 'utf8');
const LINES = [...TEXT.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split('\n'));

describe('docs/commands.md', () => {
  test('shows commands', () => expect(LINES.length).toBeGreaterThan(40));

  test.each(LINES)('%s', (line) => {
    expect(parseCommand(line, () => []).fault).toBeUndefined();
  });
});
