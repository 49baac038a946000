import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wavetank } from './test-io.js';

interface Expected {
  readonly input: string;
  readonly outcome: string;
  readonly must_name: { readonly line?: number; readonly field?: string };
  readonly line_any_of?: readonly number[];
  readonly message_should_mention_one_of: readonly string[];
  readonly limits?: { readonly max_seconds?: number; readonly max_message_chars?: number };
}

const FOLDER = new URL('../scenario/bad/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'wavetank-bad-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function tenMegabyteLine(): string {
  const file = join(scratch, 'input.yaml');
  writeFileSync(
    file,
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n  blob: "${'x'.repeat(10_000_000)}"\n`,
  );
  return file;
}

const cases = readdirSync(FOLDER).filter((name) => /^\d/.test(name));
/** Of the processor, as the machine may be busy with other things; it is some ten milliseconds once the code is loaded. */
const SECONDS = 1;

describe.each(cases)('%s', (name) => {
  const expected = JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Expected;

  test('is refused with its place, its field and a reason', async () => {
    const file = name.startsWith('26') ? tenMegabyteLine() : join(FOLDER, name, expected.input);
    const start = process.cpuUsage();
    const { code, out, err } = await wavetank(['validate', file]);
    const seconds = process.cpuUsage(start).user / 1e6;
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toMatch(/^\s+at /m);
    expect(seconds).toBeLessThan(expected.limits?.max_seconds ?? SECONDS);
    expect(err.length).toBeLessThan(expected.limits?.max_message_chars ?? 4_000);
    const { line, field } = expected.must_name;
    const lines = expected.line_any_of ?? (line === undefined ? [] : [line]);
    const named = err.split('\n').filter((text) => text.startsWith(file) && text.includes('  error  '));
    expect(
      named.some((text) => lines.length === 0 || lines.some((number) => text.startsWith(`${file}:${number}:`))),
    ).toBe(true);
    if (field !== undefined) expect(named.some((text) => text.includes(field))).toBe(true);
    const words = expected.message_should_mention_one_of;
    expect(named.some((text) => words.some((word) => text.includes(word)))).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('is told as data too', async () => {
    if (name.startsWith('26')) return;
    const file = join(FOLDER, name, expected.input);
    const { code, out, err } = await wavetank(['validate', file, '--format', 'json']);
    expect(code).toBe(2);
    expect(err).toBe('');
    const result = JSON.parse(out) as {
      readonly verdict: string;
      readonly diagnostics: readonly { readonly field: string }[];
    };
    expect(result.verdict).toBe('fail');
    const { field } = expected.must_name;
    if (field !== undefined) expect(result.diagnostics.map((diagnostic) => diagnostic.field)).toContain(field);
  });
});
