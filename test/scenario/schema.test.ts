import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenario/schema.js';

test('the schema that editors read is the one that files are checked with', () => {
  const committed = readFileSync(new URL('../../src/scenario/scenario.schema.json', import.meta.url), 'utf8');
  // Refresh with: wavetank schema > src/scenario/scenario.schema.json
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
});

test('fields with defaults need not be given', () => {
  const { required } = scenarioJsonSchema() as { readonly required: readonly string[] };
  expect(required).toEqual(['scenario', 'duration', 'cluster']);
});
