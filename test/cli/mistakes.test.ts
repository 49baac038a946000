import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/cli/load-engine.js';
import { starterScenario } from '../../src/cli/starter.js';
import { type Outcome, wavetank } from './test-io.js';

/** What people do wrong at first, and what they are told. */

const STARTER = starterScenario('web');
const folder = mkdtempSync(join(tmpdir(), 'wavetank-mistakes-'));
const cwd = process.cwd();
beforeAll(() => {
  process.chdir(folder);
  writeFileSync('web.yaml', STARTER);
  mkdirSync('shop');
  writeFileSync('shop/peak.yaml', STARTER);
  writeFileSync('shop/deployment.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

async function play(...argv: string[]): Promise<Outcome> {
  return wavetank(argv, { engine: await loadEngine() });
}

describe('a parameter with a value that does not fit', () => {
  test.each([
    [
      'replicas=many',
      'spec.replicas: expected an integer, got "many" (parameter "replicas" is "many", from the command line)',
    ],
    ['replicas=-1', 'must be greater than or equal to 0 (parameter "replicas" is -1, from the command line)'],
    [
      'manifests.0.spec.replicas=3.5',
      'expected an integer, got 3.5 ("manifests.0.spec.replicas=3.5", from the command line)',
    ],
    ['cluster.nodes.0.cpu=four', 'got "four" ("cluster.nodes.0.cpu=four", from the command line)'],
  ])('%s is named with its value and origin, without a word of Go', async (setting, message) => {
    const { code, err } = await play('run', 'web.yaml', '--set', setting);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toMatch(/json:|Go struct|int32/);
  });

  test('written in the file is named with its line', async () => {
    writeFileSync('wrong.yaml', STARTER.replace('surge: 25%', 'surge: lots'));
    const { err } = await play('run', 'wrong.yaml');
    const line = STARTER.split('\n').findIndex((text) => text.startsWith('parameters:')) + 1;
    expect(err).toContain(`(parameter "surge" is "lots", from line ${line})`);
  });

  test('a wrong type in a manifest is said in words', async () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: "80", protocol: 6 }], selector: [x] }\n';
    writeFileSync('service.yaml', service);
    const { err } = await play('validate', 'service.yaml');
    expect(err).toMatch(/port: expected an integer, got "80"[^]*write 80 without quotes/);
    expect(err).toMatch(/protocol: expected text, got 6[^]*write "6" in quotes/);
    expect(err).toContain('selector: expected a map, got ["x"]');
    expect(err).not.toContain('json:');
  });
});

describe('a name that is not there', () => {
  test('one of a few words is told with the nearest', async () => {
    const { err } = await play('validate', 'web.yaml', '--set', 'cluster.preset=mangaed');
    expect(err).toMatch(/expected one of managed, .*got "mangaed" .*\n.*\n.*\n.*did you mean "managed"\?/);
  });

  test('a parameter in the place of a time is not one', async () => {
    writeFileSync('when.yaml', STARTER.replace('- 1m30s:', '- ${surge}:'));
    expect((await play('validate', 'when.yaml')).err).toContain('parameters are put into values, not into names');
  });

  test('--set tells the parameters, or the nearest of all names', async () => {
    expect((await play('run', 'web.yaml', '--set', 'nope=3')).err).toContain(
      'parameters: replicas, surge; a field is named by its path: cluster.nodes.0.count',
    );
    expect((await play('run', 'web.yaml', '--set', 'replicsa=3')).err).toContain('did you mean "replicas"?');
  });

  test('a workload without pods is shown the way by select:', async () => {
    writeFileSync('labels.yaml', STARTER.replaceAll('app: web', 'name: webshop').replace('\n  web:   ', '\n  webshp:'));
    expect((await play('validate', 'labels.yaml')).err).toContain(
      'nearest label: name=webshop; write select: "name=webshop"',
    );
    writeFileSync('labels.yaml', STARTER.replace('\n  web:   ', '\n  checkout:'));
    expect((await play('validate', 'labels.yaml')).err).toContain(
      'choose pods with select: "KEY=VALUE"; their labels: app=web',
    );
  });
});

describe('a wrong end of the run', () => {
  test.each([
    ['--until', '1x'],
    ['--set', 'duration=-5m'],
  ])('%s %s is one mistake', async (...option) => {
    const { err } = await play('run', 'web.yaml', ...option);
    expect(err).toContain('expected a duration');
    expect(err.trimEnd().split('\n').at(-1)).toBe('1 error');
  });
});

describe('something else than a scenario', () => {
  test.each(['run', 'validate', 'sweep'])('%s of a folder names the scenarios in it', async (command) => {
    const { code, err } = await play(command, 'shop');
    expect(code).toBe(2);
    expect(err).toContain('shop is a folder, not a file');
    expect(err).toContain('scenarios in it: peak.yaml\n');
  });

  test('a folder among several files spoils its row only', async () => {
    const { code, out, err } = await play('run', 'shop', 'web.yaml', '--until', '1m');
    expect(code).toBe(2);
    expect(out).toMatch(/^web +pass/m);
    expect(err).toContain('scenarios in it: peak.yaml');
  });

  test('run of a manifest says what it is and where to go', async () => {
    const { code, err } = await play('run', 'shop/deployment.yaml');
    expect(code).toBe(2);
    expect(err).toContain('this is a Kubernetes manifest and no scenario');
    expect(err).toContain('`wavetank validate shop/deployment.yaml` checks it, `wavetank init` writes a scenario');
    expect(err).toContain('1 error\n');
  });
});

describe('an autoscaler beside replicas', () => {
  const hpa = `manifests:
  - apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: { name: web }
    spec:
      scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
      minReplicas: 2
      maxReplicas: 9
      metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]
`;
  const scaled = STARTER.replace(/^manifests:.*\n/m, hpa);

  test('is noted with both', async () => {
    writeFileSync(
      'scaled.yaml',
      scaled.replace('timeline: ', 'timeline:\n  - 1m: kubectl scale deploy/web --replicas=7\n#'),
    );
    const { code, err } = await play('validate', 'scaled.yaml');
    expect(code).toBe(0);
    expect(err).toContain(
      'HorizontalPodAutoscaler "web" sets the replicas of deployment/web (2 to 9): ' +
        'replicas: 3 and "kubectl scale deploy/web --replicas=7" hold only until its next decision',
    );
  });

  test('alone is not', async () => {
    writeFileSync('scaled.yaml', scaled.replace('      replicas: "${replicas}"\n', ''));
    expect((await play('validate', 'scaled.yaml')).err).toBe('');
  });
});

test('a sweep names every combination that cannot be played, and writes nothing', async () => {
  const before = readdirSync('.');
  const { code, out, err } = await play('sweep', 'web.yaml', '--vary', 'replicas=1,many,-2', '--vary', 'surge=25%,50%');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('4 of 6 combinations cannot be played: nothing was played or written');
  expect(err).toMatch(/replicas=many:\n.*spec\.replicas: expected an integer, got "many"/);
  expect(err).not.toMatch(/\S {3,}did you mean/);
  expect(err).toMatch(/replicas=-2:\n.*must be greater than or equal to 0/);
  expect(readdirSync('.')).toEqual(before);
});

test('of combinations that only together cannot be played each is named', async () => {
  const { err } = await play(
    'sweep',
    'web.yaml',
    '--vary',
    'surge=0,1',
    '--vary',
    'manifests.0.spec.strategy.rollingUpdate.maxUnavailable=0,1',
  );
  expect(err).toContain('1 of 4 combinations cannot be played');
  expect(err).toContain('surge=0, manifests.0.spec.strategy.rollingUpdate.maxUnavailable=0:');
});

describe('a place that cannot be written', () => {
  test.each([
    ['run', 'web.yaml', '--out', 'web.yaml/x'],
    ['sweep', 'web.yaml', '--vary', 'replicas=1,2', '--out', 'web.yaml/x'],
  ])('%s says so before it plays', async (...argv) => {
    const { code, err, out } = await wavetank(argv, { engine: await loadEngine(), isErrTerminal: true });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('web.yaml/x cannot be written: a file stands where a folder is needed');
    expect(err).not.toContain('events/s');
    expect(readdirSync('.').filter((name) => name.startsWith('.wavetank'))).toEqual([]);
  });
});

test('errors are printed before warnings where not all are', async () => {
  const names = Array.from({ length: 24 }, (_, index) => `stored-${String(index).padStart(2, '0')}.yaml`);
  for (const name of names) writeFileSync(name, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
  writeFileSync('z1.yaml', 'apiVersion: v1\nkind: Service\nmetadata: { name: 5 }\n');
  const { err } = await play('validate', ...names, 'z1.yaml');
  expect(err).toContain('z1.yaml:3:19  error');
  expect(err).toContain('… and 5 warnings more: wavetank validate --format json lists all\n\n1 error, 24 warnings\n');
});

test('a pipe that nobody reads to its end is no mistake', () => {
  const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
  const shell = (line: string): string =>
    spawnSync('bash', ['-c', `${line}; echo "status \${PIPESTATUS[0]}"`, 'bash', process.execPath, main], {
      encoding: 'utf8',
    }).stdout;
  expect(shell('"$1" "$2" run web.yaml -q --force | true')).toBe('status 0\n');
  expect(shell('"$1" "$2" validate wrong.yaml 2>&1 | true')).toBe('status 2\n');
});
