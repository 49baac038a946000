import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sourceFiles } from '../source-files.js';
import { OWN_VECTORS, testVectorFile } from './test-vectors.js';
import { checkerOf, checkVectors } from './vectors.js';
import { vectorFiles } from './vector-files.js';

const SHARED_VECTORS = join(import.meta.dirname, '../../../shared/vectors');

/** Files of test/vectors are played by the tests of their rooms. */
function isPlayedElsewhere(name: string, path: string): boolean {
  const own = join(OWN_VECTORS, name);
  return existsSync(own) && readFileSync(own).equals(readFileSync(path));
}

it('of the project are played by a test of their room each, where there is a checker', () => {
  const tests = sourceFiles('test').filter(({ path }) => path.endsWith('.test.ts'));
  const kinds = vectorFiles(OWN_VECTORS).map(({ kind }) => kind);
  const isPlayed = (kind: string): boolean => tests.some(({ text }) => text.includes(`testVectors('${kind}')`));
  expect(kinds.filter((kind) => checkerOf(kind) !== undefined && !isPlayed(kind))).toEqual([]);
});

describe('../shared/vectors', () => {
  if (!existsSync(SHARED_VECTORS)) {
    it.skip(`skipped: there is no ${SHARED_VECTORS}, only the vectors that come with the project are played`, () => {});
    return;
  }
  for (const file of vectorFiles(SHARED_VECTORS)) {
    const { name, path, kind } = file;
    if (checkerOf(kind) === undefined) it.skip(`${kind}: no checker yet`, () => {});
    else if (!isPlayedElsewhere(name, path)) testVectorFile(file);
  }
});

describe('conformance -- vectors', () => {
  let folder = '';
  let printed: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vectors-'));
    printed = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.restoreAllMocks();
  });

  const write = (name: string, cases: readonly unknown[]): void => {
    const text = cases.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  };
  const one = { replicas: 10, maxSurge: '25%', maxUnavailable: 0, surge: 3, unavailable: 0 };

  it('counts, by kind and in all, and names what nothing checks', () => {
    write('deployment.fenceposts.jsonl', [one, one]);
    write('misc.intorpercent.jsonl.gz', [{ value: '50%', total: 3, roundUp: true, result: 2 }]);
    write('weather.rain.jsonl', [{}]);
    write('README.md', ['words']);
    expect(checkVectors([folder])).toBe(0);
    expect(printed).toEqual([
      'deployment.fenceposts: agreed 2 of 2',
      'misc.intorpercent: agreed 1 of 1',
      'no checker yet: weather.rain.jsonl',
      'agreed 3 of 3 in all',
    ]);
  });

  it('says where a case differs, what broke on an odd one, and goes on', () => {
    write('deployment.fenceposts.jsonl', [{ ...one, id: 'f-1', surge: 2 }, null, 'not JSON', one]);
    expect(checkVectors([folder])).toBe(1);
    expect(printed[0]).toBe('deployment.fenceposts: agreed 1 of 4');
    expect(printed.slice(1, 3).join('\n')).toMatch(/case 1 \(f-1\):\n.*surge: ours 3, real 2/);
    expect(printed.slice(3, 7).join('\n')).toMatch(/case 2:\n.*TypeError[\s\S]*case 3:\n.*SyntaxError/);
    expect(printed.at(-1)).toBe('agreed 1 of 4 in all');
  });

  it('looks at the kinds that are asked for', () => {
    write('deployment.fenceposts.jsonl', [one]);
    write('misc.intorpercent.jsonl', [{}]);
    expect(checkVectors([folder, '--kind', 'deploy'])).toBe(0);
    expect(() => checkVectors([folder, '--kind', 'weather'])).toThrow('no vectors of a kind "weather..."');
  });
});
