import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/scenario/expectation-parser.js';
import { MINUTE_US } from '../../src/kernel/time.js';

const TEXT = readFileSync('docs/expectations.md', 'utf8');
const LINES = [...TEXT.matchAll(/```expect\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split('\n'));
const CONTEXT = {
  sources: ['shoppers'],
  services: ['cart', 'frontend', 'web'],
  labels: ['app'],
  nodes: ['general-1', 'general-2'],
  zones: ['a'],
  rolling: [
    { kind: 'Deployment', namespace: 'default', name: 'web' },
    { kind: 'StatefulSet', namespace: 'shop', name: 'db' },
  ],
  customKinds: [],
  isComplete: true,
  timeline: [
    {
      atUs: MINUTE_US,
      text: 'fail node general-2',
      command: { do: 'recover-node', node: 'general-2' },
      position: { file: '', line: 1, column: 1, path: [] },
    },
  ],
  durationUs: 20 * MINUTE_US,
} as const;

describe('docs/expectations.md', () => {
  test('shows expectations', () => expect(LINES.length).toBeGreaterThan(25));

  test.each(LINES)('%s', (line) => {
    expect(parseExpectation(line, CONTEXT).fault).toBeUndefined();
  });
});
