import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, RunReport, RunRequest, SweepRequest } from '../../src/cli/engine.js';
import { CommandError, EXIT, Interrupted } from '../../src/cli/exit-codes.js';
import { GOOD } from '../scenario/memory-files.js';
import { wavetank } from './test-io.js';

const folder = mkdtempSync(join(tmpdir(), 'wavetank-cli-'));
const cwd = process.cwd();
beforeAll(() => {
  process.chdir(folder);
  writeFileSync('web.yaml', GOOD);
  writeFileSync('other.yaml', GOOD.replace('scenario: web', 'scenario: other'));
  writeFileSync('bad.yaml', GOOD.replace('cpu: 4', 'cpu: four').replace('seed:', 'sede:'));
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

function report(name: string, verdict: 'pass' | 'fail' = 'pass'): RunReport {
  return {
    scenario: name,
    seed: '7',
    digest: '0123456789abcdef',
    events: 1000,
    verdict,
    answer: { headline: 'All expectations held.', sentences: ['Something was served.'] },
    tables: [
      {
        title: 'Requests',
        columns: [
          { name: 'source', figures: false },
          { name: 'lost', figures: true },
        ],
        rows: [['shoppers', '1,000']],
      },
    ],
    expectations: [
      {
        text: 'lost(shoppers) = 0',
        verdict,
        seen: '3',
        when: 'at the end',
        explain: verdict === 'fail' ? 'wavetank explain x' : '',
      },
    ],
    summary: { traffic: { requests: 5 } },
    notes: ['a note'],
    folder: 'reports/web',
  };
}

/** An engine that remembers what it was asked. */
function engineOf(verdict: 'pass' | 'fail' = 'pass'): {
  readonly runs: RunRequest[];
  readonly sweeps: SweepRequest[];
  readonly engine: Partial<Engine>;
} {
  const runs: RunRequest[] = [];
  const sweeps: SweepRequest[] = [];
  return {
    runs,
    sweeps,
    engine: {
      run: async (request, { onProgress }) => {
        onProgress({ done: 1, total: 2, label: '5m / 10m', work: 10, unit: 'events' });
        runs.push(request);
        return report(request.scenario.name, verdict);
      },
      sweep: async (request) => {
        sweeps.push(request);
        return {
          scenario: 'web',
          answer: { headline: 'More replicas help.', sentences: [] },
          tables: [],
          runs: request.runs.length,
          failures: verdict === 'pass' ? [] : ['run 3: out of memory'],
          verdict: 'pass',
          summary: { runs: request.runs.length },
          notes: [],
          folder: 'reports/sweep',
        };
      },
      replay: async () => ({ ...report('web'), differences: verdict === 'pass' ? [] : ['traffic.arrow: row 3'] }),
      report: async (dir, file) => file ?? `${dir}/report.html`,
    },
  };
}

describe('run', () => {
  test('prints the answer on stdout and talk on stderr', async () => {
    const { engine, runs } = engineOf();
    const { code, out, err } = await wavetank(['run', 'web.yaml', '--seed', '9', '--set', 'replicas=4', '--out', 'x'], {
      engine,
    });
    expect(code).toBe(0);
    expect(out).toBe(
      'All expectations held.\nSomething was served.\n\nsource     lost\nshoppers  1,000\n\n' +
        '✓ holds  lost(shoppers) = 0  seen 3 at the end\n\nseed 7, digest 0123456789abcdef\nreport: reports/web/report.html\n',
    );
    expect(err).toBe('note  a note\n');
    expect(runs[0]).toMatchObject({
      scenario: { seed: '9', parameters: { replicas: 4 } },
      command: 'wavetank run web.yaml --seed 9 --set replicas=4',
      output: { folder: 'x', force: false },
      inputs: [{ path: 'web.yaml' }],
    });
  });

  test('quietly says nothing but the result', async () => {
    const { err } = await wavetank(['run', 'web.yaml', '-q'], { engine: engineOf().engine, isErrTerminal: true });
    expect(err).toBe('');
  });

  test('as JSON is one document', async () => {
    const { out } = await wavetank(['run', 'web.yaml', '--format', 'json'], { engine: engineOf().engine });
    expect(JSON.parse(out)).toMatchObject({ verdict: 'pass', traffic: { requests: 5 }, folder: 'reports/web' });
  });

  test('exits with 1 when an expectation fails, and says how to explain it', async () => {
    const { code, out } = await wavetank(['run', 'web.yaml'], { engine: engineOf('fail').engine });
    expect(code).toBe(1);
    expect(out).toContain('✗ fails  lost(shoppers) = 0  seen 3 at the end\n         wavetank explain x');
  });

  test('of several scenarios prints a row each and writes no folders unless asked', async () => {
    const { engine, runs } = engineOf();
    const { code, out } = await wavetank(['run', 'web.yaml', 'other.yaml'], { engine });
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(/\s{2,}/)[0])).toEqual(['scenario', 'web', 'other', '']);
    expect(runs.map(({ output }) => output.folder)).toEqual([null, null]);
    const failing = await wavetank(['run', 'web.yaml', 'other.yaml'], { engine: engineOf('fail').engine });
    expect(failing.code).toBe(1);
    expect(failing.out).toContain('✗ web: lost(shoppers) = 0');
    const broken = await wavetank(['run', 'web.yaml', 'bad.yaml', 'other.yaml'], { engine });
    expect(broken.code).toBe(2);
    expect(broken.out).toMatch(/^bad\.yaml\s+error/m);
    expect(broken.out).toMatch(/^other\s+pass/m);
  });

  test('reads standard input', async () => {
    const { code } = await wavetank(['run', '-'], { engine: engineOf().engine, stdin: GOOD });
    expect(code).toBe(0);
  });

  test('of a bad scenario prints all mistakes and leaves stdout empty', async () => {
    const { code, out, err } = await wavetank(['run', 'bad.yaml'], { engine: engineOf().engine });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe(
      `bad.yaml:2:1  error  unknown field "sede"  (unknown-field)
   1 | scenario: web
   2 | sede: 7
     | ^^^^ did you mean "seed"?
bad.yaml:8:39  error  cluster.nodes[0].cpu: expected a quantity such as "500m" or "4", got "four"  (invalid-quantity)
   7 |   nodes:
   8 |     - { pool: general, count: 3, cpu: four, memory: 16Gi, zones: [a, b, c], price: 0.19/h }
     |                                       ^^^^

2 errors
`,
    );
  });

  test('replays, and tells differences', async () => {
    const equal = await wavetank(['run', '--from', 'm.json', '--verify'], { engine: engineOf().engine });
    expect(equal).toMatchObject({ code: 0, err: expect.stringContaining('equal') });
    const different = await wavetank(['run', '--from', 'm.json', '--verify'], { engine: engineOf('fail').engine });
    expect(different).toMatchObject({ code: 1, err: expect.stringContaining('differs  traffic.arrow: row 3') });
  });

  test('shows progress on a terminal and takes it away', async () => {
    const { err } = await wavetank(['run', 'web.yaml'], { engine: engineOf().engine, isErrTerminal: true });
    expect(err).toContain('web  ████████████░░░░░░░░░░░░  5m / 10m');
    expect(err.indexOf('\u001b[?25h')).toBeGreaterThan(err.indexOf('\u001b[?25l'));
  });
});

describe('what goes wrong', () => {
  test.each([
    [['run'], 'run needs a file'],
    [['run', 'no.yaml'], 'no.yaml  error  file no.yaml is not there'],
    [['run', 'web.yaml', '--until', 'noon'], 'expected a duration'],
    [['run', 'web.yaml', '--set', 'replicas'], 'expected name=value'],
    [['run', 'web.yaml', '--set', 'replicsa=3'], 'did you mean "replicas"?'],
    [['run', 'web.yaml', '--format', 'xml'], 'Allowed choices are text, json'],
    [['run', 'web.yaml', '--verify'], '--verify goes with --from'],
    [['run', 'web.yaml', '--from', 'm.json'], '--from plays what'],
    [['run', '--sed', '3'], '--seed'],
    [['rnu'], 'Did you mean run?'],
    [['sweep'], 'sweep needs a file'],
    [['sweep', '-'], 'cannot read standard input'],
    [['sweep', 'web.yaml', '--vary', 'replicas'], '--vary'],
    [['sweep', 'web.yaml', '--vary', 'replicas=1,1'], 'the same value twice'],
    [['sweep', 'web.yaml', '--vary', 'replicas=1', '--vary', 'replicas=2'], 'given twice'],
    [['sweep', 'web.yaml', '--vary', 'replicas=1,many'], 'expected an integer'],
    [['sweep', 'web.yaml', '--vary', 'replicas=4..2'], 'empty'],
    [['sweep', 'web.yaml', '--seeds', '0'], 'from 1 to'],
    [['validate'], 'validate needs a file'],
    [['init', '../x'], 'a scenario is named'],
    [['schema', 'trafic'], 'did you mean "traffic"?'],
  ])('%j exits with 2', async (argv, message) => {
    const { code, out, err } = await wavetank(argv, { engine: engineOf().engine });
    expect(err).toContain(message);
    expect(out).toBe('');
    expect(code).toBe(2);
    expect(err).not.toMatch(/^\s+at /m);
  });

  const failing = (error: Error): Partial<Engine> => ({
    run: async () => {
      throw error;
    },
  });

  test('Ctrl-C exits with 130', async () => {
    expect(await wavetank(['run', 'web.yaml'], { engine: failing(new Interrupted()) })).toMatchObject({
      code: 130,
      out: '',
      err: 'interrupted: nothing was written\n',
    });
  });

  test('an engine that cannot, because of the user, exits with its code and a hint', async () => {
    const error = new CommandError(EXIT.usage, 'the folder is there', '--force replaces it');
    expect(await wavetank(['run', 'web.yaml'], { engine: failing(error) })).toMatchObject({
      code: 2,
      err: 'error  the folder is there\n       --force replaces it\n',
    });
  });

  test('a bug exits with 3 and says what to report', async () => {
    const { code, out, err } = await wavetank(['run', 'web.yaml', '--set', 'tag=a b'], {
      engine: failing(new Error('oops')),
    });
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err).toContain('bug  wavetank failed: oops');
    expect(err).toContain("command: wavetank run web.yaml --set 'tag=a b'");
    expect(err).toContain(process.version);
  });
});

describe('sweep', () => {
  test('plans every combination with every seed', async () => {
    const { engine, sweeps } = engineOf();
    const { code, out } = await wavetank(
      ['sweep', 'web.yaml', '--vary', 'surge=0,25%', '--vary', 'replicas=2..3', '--seeds', '2', '--workers', '2'],
      { engine },
    );
    expect(code).toBe(0);
    expect(out).toContain('More replicas help.');
    expect(sweeps[0]).toMatchObject({
      file: 'web.yaml',
      workers: 2,
      command: 'wavetank sweep web.yaml --vary surge=0,25% --vary replicas=2..3 --seeds 2',
    });
    expect(sweeps[0]!.runs.map(({ parameters, seed }) => [parameters['surge'], parameters['replicas'], seed])).toEqual([
      ['0', '2', '7'],
      ['0', '2', '8'],
      ['0', '3', '7'],
      ['0', '3', '8'],
      ['25%', '2', '7'],
      ['25%', '2', '8'],
      ['25%', '3', '7'],
      ['25%', '3', '8'],
    ]);
  });

  test('only says what it would do', async () => {
    const { engine, sweeps } = engineOf();
    const { out } = await wavetank(['sweep', 'web.yaml', '--vary', 'replicas=2..6', '--dry-run'], { engine });
    expect(out).toBe(
      '5 runs of web\n  0  replicas=2  seed=7\n  1  replicas=3  seed=7\n  2  replicas=4  seed=7\n  … and 2 more\n',
    );
    expect(sweeps).toEqual([]);
  });

  test('with runs missing exits with 4', async () => {
    const { code, err } = await wavetank(['sweep', 'web.yaml', '--seeds', '3'], { engine: engineOf('fail').engine });
    expect(code).toBe(4);
    expect(err).toContain('failed  run 3: out of memory');
  });
});

describe('the other commands', () => {
  test('validate praises what is right', async () => {
    expect(await wavetank(['validate', 'web.yaml', '-'], { stdin: 'time_s,rate\n0,1\n' })).toEqual({
      code: 0,
      out: 'web.yaml: valid scenario (2 objects, 3 traffic sources)\n-: valid trace (1 row)\n',
      err: '',
    });
  });

  test('validate prints 20 mistakes and counts the rest', async () => {
    writeFileSync(
      'many.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n${Array.from({ length: 30 }, (_, index) => `x${index}: 1\n`).join('')}`,
    );
    const { err } = await wavetank(['validate', 'many.yaml']);
    expect(err.match(/ {2}error {2}/g)).toHaveLength(20);
    expect(err).toContain('… and 10 errors more: wavetank validate --format json lists all\n\n30 errors\n');
  });

  test('init writes a scenario that is valid, and replaces nothing', async () => {
    const first = await wavetank(['init', 'shop']);
    expect(first).toEqual({
      code: 0,
      out: 'shop.yaml\n',
      err: 'scenario.schema.json beside it lets editors complete and check scenarios\nnext: wavetank run shop.yaml\n',
    });
    // The first line names a schema that is there, and is the one that the command prints.
    const [, schema] = /\$schema=(\S+)/.exec(readFileSync('shop.yaml', 'utf8').split('\n', 1)[0]!)!;
    expect(readFileSync(schema!, 'utf8')).toBe((await wavetank(['schema'])).out);
    expect((await wavetank(['validate', 'shop.yaml'])).code).toBe(0);
    expect(await wavetank(['init', 'shop'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('shop.yaml is there already'),
    });
    expect((await wavetank(['init', 'shop', '--force'])).code).toBe(0);
    expect(readFileSync('shop.yaml', 'utf8')).toContain('scenario: shop');
  });

  test('schema prints JSON, and explains fields', async () => {
    expect(JSON.parse((await wavetank(['schema'])).out)).toMatchObject({ type: 'object' });
    expect((await wavetank(['schema', 'cluster.preset'])).out).toContain('"managed" | "bare-metal" | "large" | "edge"');
    const strategy = await wavetank(['schema', 'cluster.scheduler.profiles.pluginConfig.args.scoringStrategy']);
    expect(strategy.out).toContain('"LeastAllocated" | "MostAllocated" | "RequestedToCapacityRatio" (required)');
    expect((await wavetank(['schema', 'cluster.scheduler.profiles.pluginConfig'])).out).toContain('"NodeResourcesFit"');
    expect((await wavetank(['schema', 'traffic.shoppers.rate'])).out).toBe(
      (await wavetank(['schema', 'traffic.rate'])).out.replace('traffic.rate', 'traffic.shoppers.rate'),
    );
  });

  test('report prints the file', async () => {
    expect((await wavetank(['report', 'reports/web'], { engine: engineOf().engine })).out).toBe(
      'reports/web/report.html\n',
    );
  });

  test('help and version go to stdout', async () => {
    for (const argv of [[], ['--help'], ['help', 'run'], ['run', '--help'], ['--version']]) {
      const { code, out, err } = await wavetank(argv);
      expect({ argv, code, err }).toEqual({ argv, code: 0, err: '' });
      expect(out).not.toBe('');
    }
    expect((await wavetank(['--help'])).out).toContain('Exit status: 0 fine');
  });

  test('colours are for terminals and whoever asks for them', async () => {
    const bad = ['validate', 'bad.yaml'];
    expect((await wavetank(bad)).err).not.toContain('\u001b');
    expect((await wavetank(bad, { isErrTerminal: true })).err).toContain('\u001b[31m');
    expect((await wavetank(bad, { isErrTerminal: true, env: { NO_COLOR: '1' } })).err).not.toContain('\u001b');
    expect((await wavetank(bad, { env: { FORCE_COLOR: '1' } })).err).toContain('\u001b[31m');
  });
});
