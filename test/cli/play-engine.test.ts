import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/cli/load-engine.js';
import { starterScenario } from '../../src/cli/starter.js';
import { type Outcome, type Surroundings, wavetank } from './test-io.js';

const folder = mkdtempSync(join(tmpdir(), 'wavetank-play-'));
const cwd = process.cwd();

async function play(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  return wavetank(argv, { engine: await loadEngine(), ...surroundings });
}

/** The one folder of results in `reports`. */
function results(): string {
  return `reports/${readdirSync('reports')[0]!}`;
}

let first: Outcome;
beforeAll(async () => {
  process.chdir(folder);
  writeFileSync('web.yaml', starterScenario('web'));
  first = await play(['run', 'web.yaml', '--until', '2m']);
}, 120_000);
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

describe('the starter scenario', () => {
  test('plays, holds what it expects and leaves a folder named after what went in', () => {
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`report: ${results()}/report.html`);
    expect(results()).toMatch(/^reports\/web-[0-9a-f]{8}-s42$/);
    expect(readdirSync(results()).toSorted()).toEqual([
      'charts',
      'manifest.json',
      'report.html',
      'scenario.resolved.yaml',
      'summary.json',
      'tables',
    ]);
    const manifest = readFileSync(`${results()}/manifest.json`, 'utf8');
    expect(manifest).toContain('"command": "wavetank run web.yaml --until 2m"');
    expect(manifest).not.toContain(folder);
  });

  test('is not played again while its results are there', async () => {
    const { code, out, err } = await play(['run', 'web.yaml', '--until', '2m']);
    expect({ code, out }).toEqual({ code: 0, out: first.out });
    expect(err).toContain('is up to date: nothing was played');
  });

  test('gives the same bytes when it is', async () => {
    const files = readdirSync(results(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = () => files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)).toString('base64'));
    const before = bytes();
    expect((await play(['run', 'web.yaml', '--until', '2m', '--force'])).out).toBe(first.out);
    expect(bytes()).toEqual(before);
  });

  test('does not replace other results unless it is told to', async () => {
    const { code, out, err } = await play(['run', 'web.yaml', '--until', '1m', '--out', results()]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('holds something else\n       --force');
  });
});

describe('a folder of results', () => {
  test('is verified by playing it again', async () => {
    const { code, err } = await play(['run', '--from', `${results()}/manifest.json`, '--verify']);
    expect(code).toBe(0);
    expect(err).toMatch(/^equal {2}digest [0-9a-f]{16}/);
  });

  test('that was tampered with is found out', async () => {
    cpSync(results(), 'tampered', { recursive: true });
    const resolved = readFileSync('tampered/scenario.resolved.yaml', 'utf8');
    writeFileSync(
      'tampered/scenario.resolved.yaml',
      resolved.replace('durationUs: 120000000', 'durationUs: 110000000'),
    );
    const { code, err } = await play(['run', '--from', 'tampered/manifest.json', '--verify']);
    expect(code).toBe(2);
    expect(err).toContain('scenario.resolved.yaml');
  });

  test('plays again into another folder', async () => {
    const { code } = await play(['run', '--from', `${results()}/manifest.json`, '--out', 'again']);
    expect(code).toBe(0);
    const table = 'tables/traffic.arrow';
    expect(readFileSync(`again/${table}`).equals(readFileSync(`${results()}/${table}`))).toBe(true);
  });

  test('gets its report anew, in place or elsewhere', async () => {
    const page = readFileSync(`${results()}/report.html`, 'utf8');
    expect((await play(['report', results()])).out).toBe(`${results()}/report.html\n`);
    expect(readFileSync(`${results()}/report.html`, 'utf8')).toBe(page);
    expect((await play(['report', results(), '--out', 'page.html'])).out).toBe('page.html\n');
    expect(readFileSync('page.html', 'utf8')).toBe(page);
  });

  test('that is none is said to be none', async () => {
    for (const argv of [
      ['report', 'nowhere'],
      ['run', '--from', 'nowhere/manifest.json'],
      ['run', '--from', 'web.yaml'],
    ]) {
      const { code, out, err } = await play(argv);
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' });
      expect(err).toMatch(/^error {2}/);
    }
  });
});

describe('Ctrl-C', () => {
  test.each([1, 100, 402, 410])('after %i looks leaves nothing behind', async (looks) => {
    let left = looks;
    const { code, err } = await play(['run', 'web.yaml', '--seed', '1', '--until', '1m', '--out', 'out/interrupted'], {
      isInterrupted: () => --left < 0,
    });
    expect({ code, err }).toEqual({ code: 130, err: 'interrupted: nothing was written\n' });
    expect(existsSync('out') ? readdirSync('out') : []).toEqual([]);
  });
});
