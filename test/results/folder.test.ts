import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/results/folder-files.js';
import {
  readManifest,
  readRunFolder,
  runFolderName,
  stateOfRunFolder,
  writeRunFolder,
  type RunFolder,
} from '../../src/results/folder.js';
import { runReport } from '../../src/results/report.js';
import { sweepFolderName, writeSweepFolder } from '../../src/results/sweep-folder.js';
import { EXPECTATIONS, IDENTITY, fixtureTables } from './fixture.js';
import { SWEEP_IDENTITY, fixtureRuns } from './sweep-fixture.js';

const ROOT = join(import.meta.dirname, '../..');

/** A few tables only: the writing is tested here, not the drawing. */
const NAMES = new Set(['traffic', 'losses', 'rollouts', 'recoveries', 'actions']);
const FOLDER: RunFolder = {
  identity: IDENTITY,
  expectations: EXPECTATIONS,
  tables: new Map([...fixtureTables()].filter(([name]) => NAMES.has(name))),
  resolvedScenario: 'scenario: online-boutique-rollout\n',
  inputs: { seed: '42', set: [['surge', '25%']] },
};

let parent: string;
let target: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'wavetank-folder-'));
  target = join(parent, 'reports', runFolderName(IDENTITY));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(directory.length + 1), sha256(readFileSync(path))]));
}

describe('writeRunFolder', () => {
  test('all files, hashed in the manifest; nothing beside them', async () => {
    expect(await writeRunFolder(target, FOLDER, { force: false })).toBe('written');
    expect(readdirSync(join(parent, 'reports'))).toEqual(['online-boutique-rollout-9d1c4f6a-s42']);
    const { 'manifest.json': _manifest, ...files } = contents(target);
    expect(readManifest(target).files).toEqual(files);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['report.html', 'summary.json', 'tables/traffic.arrow', 'charts/request-rate.svg']),
    );
  });

  test('equal runs give equal bytes', async () => {
    const other = join(parent, 'other');
    await writeRunFolder(target, FOLDER, { force: false });
    await writeRunFolder(other, FOLDER, { force: false });
    expect(contents(other)).toEqual(contents(target));
  });

  test('the same again is up to date; something else is refused unless forced', async () => {
    await writeRunFolder(target, FOLDER, { force: false });
    expect(await writeRunFolder(target, FOLDER, { force: false })).toBe('up-to-date');
    const other = { ...FOLDER, identity: { ...IDENTITY, seed: '7', digest: '0000000000000007' } };
    await expect(writeRunFolder(target, other, { force: false })).rejects.toMatchObject({ code: 'occupied' });
    expect(readManifest(target).identity.seed).toBe('42');
    expect(await writeRunFolder(target, other, { force: true })).toBe('written');
    expect(readManifest(target).identity.seed).toBe('7');
    expect(readdirSync(join(parent, 'reports'))).toHaveLength(1);
  });

  test('never replaces a folder that is not its own, forced or not', async () => {
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'precious.txt'), 'x');
    await expect(writeRunFolder(target, FOLDER, { force: true })).rejects.toMatchObject({ code: 'occupied' });
    expect(readdirSync(target)).toEqual(['precious.txt']);
  });

  test('stopped in the middle it leaves nothing behind', async () => {
    let steps = 0;
    const onStep = (): void => {
      steps += 1;
      if (steps === 4) throw new Error('interrupted');
    };
    await expect(writeRunFolder(target, FOLDER, { force: false, onStep })).rejects.toThrow('interrupted');
    expect(readdirSync(join(parent, 'reports'))).toEqual([]);
  });

  test('killed in the middle it leaves nothing under the final name, and the next one cleans up', async () => {
    // The process kills itself after the third file, as a power cut would.
    const script = `
      import { writeFolder } from ${JSON.stringify(compileWriter())};
      async function* files() { for (let i = 0; i < 9; i += 1) yield ['file-' + i, 'x']; }
      let steps = 0;
      const onStep = () => { if (++steps === 4) process.kill(process.pid, 'SIGKILL'); };
      await writeFolder(process.argv[1], files(), () => '{}', { force: false, onStep });`;
    const node = spawnSync(process.execPath, ['--input-type=module', '-e', script, target]);
    if (node.signal !== 'SIGKILL') throw new Error(node.stderr.toString());
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(join(parent, 'reports'))).toHaveLength(1);
    await writeRunFolder(target, FOLDER, { force: false });
    expect(readdirSync(join(parent, 'reports'))).toEqual([runFolderName(IDENTITY)]);
  });
});

/** The writer as JavaScript: a process of its own on Node 20 reads no TypeScript. */
function compileWriter(): string {
  writeFileSync(join(parent, 'package.json'), '{"type":"module"}');
  const source = join(ROOT, 'src/results/folder-files.ts');
  const options = ['--ignoreConfig', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const tsc = spawnSync(process.execPath, [compiler, ...options, '--outDir', parent, source], { cwd: ROOT });
  if (tsc.status !== 0) throw new Error(tsc.stdout.toString());
  return join(parent, 'folder-files.js');
}

describe('readRunFolder', () => {
  test('gives back what was written, and draws the same report', async () => {
    await writeRunFolder(target, FOLDER, { force: false });
    const back = await readRunFolder(target);
    expect(back).toEqual(FOLDER);
    expect((await runReport(back)).html).toBe(readFileSync(join(target, 'report.html'), 'utf8'));
  });

  test('a changed file is found', async () => {
    await writeRunFolder(target, FOLDER, { force: false });
    writeFileSync(join(target, 'tables/traffic.arrow'), 'x');
    await expect(readRunFolder(target)).rejects.toMatchObject({ code: 'damaged' });
  });

  test('a folder without a manifest is told in one line', async () => {
    await expect(readRunFolder(parent)).rejects.toThrow(/manifest\.json is missing or is not JSON$/);
  });
});

test('stateOfRunFolder looks before a run', async () => {
  expect(stateOfRunFolder(target, IDENTITY)).toBe('absent');
  await writeRunFolder(target, FOLDER, { force: false });
  expect(stateOfRunFolder(target, IDENTITY)).toBe('up-to-date');
  expect(stateOfRunFolder(target, { ...IDENTITY, seed: '7' })).toBe('different');
});

test('a sweep folder is whole, repeatable and known again', async () => {
  const sweep = { identity: SWEEP_IDENTITY, runs: fixtureRuns(), resolvedScenario: 'x\n', inputs: {} };
  const directory = join(parent, sweepFolderName(SWEEP_IDENTITY, sweep.runs));
  expect(await writeSweepFolder(directory, sweep, { force: false })).toBe('written');
  const before = contents(directory);
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(['report.html', 'tables/runs.arrow', 'tables/runs.parquet']),
  );
  expect(await writeSweepFolder(directory, sweep, { force: false })).toBe('up-to-date');
  expect(await writeSweepFolder(directory, sweep, { force: true })).toBe('written');
  expect(contents(directory)).toEqual(before);
});
