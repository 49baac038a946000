import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/cli/load-engine.js';
import { type Outcome, wavetank } from './test-io.js';

const SCENARIO = 'test/experiment/unschedulable.yaml';
const scratch = mkdtempSync(join(tmpdir(), 'wavetank-explain-'));
const folder = join(scratch, 'run');

async function play(...argv: string[]): Promise<Outcome> {
  return wavetank(argv, { engine: await loadEngine() });
}

interface Explained {
  readonly pods: readonly { readonly pod: string; readonly attempts: readonly { readonly outcome: string }[] }[];
}

let pods: Explained['pods'];
beforeAll(async () => {
  const first = await play('run', SCENARIO, '--out', folder, '--quiet', '--explain');
  expect(first.code).toBe(0);
  pods = (JSON.parse((await play('explain', folder, '--format', 'json')).out) as Explained).pods;
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true }));

/** A pod that failed first, or one that did not. */
function podNamed(isRefused: boolean): string {
  return pods.find(({ attempts }) => (attempts[0]!.outcome === 'unschedulable') === isRefused)!.pod;
}

describe('explain', () => {
  test('lists the pods that were explained', async () => {
    const { code, out } = await play('explain', folder);
    expect(code).toBe(0);
    expect(out).toMatch(/^pod +workload +attempts +first +last +outcome\n/);
    for (const { pod } of pods) expect(out).toContain(`pod/${pod}`);
    expect(out).toMatch(/deployment\/greedy +1 .* on special-1\n/);
  });

  test('tells why a pod fits nowhere: by plugin and reason, with the message', async () => {
    const { out } = await play('explain', folder, `pod/${podNamed(true)}`);
    expect(out).toMatch(/of deployment\/greedy: on no node after \d attempts\n/);
    expect(out).toMatch(/^attempts 1 to \d {2}at 0\.0\d+s, .*: unschedulable, 0 of 3 nodes fit$/m);
    expect(out).toMatch(/^ {9}2 {2}NodeResourcesFit +Insufficient cpu +general-1, general-2$/m);
    expect(out).toMatch(/^ {9}1 {2}TaintToleration +node\(s\) had untolerated taint\(s\) +special-1$/m);
    expect(out).toContain('0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.');
  });

  test('tells the scores of the candidates, whose sum with the weights is the total', async () => {
    const { out } = await play('explain', folder, 'deploy/web');
    const table = /^ {2}score +weight +(\S+ +\S+)\n((?: {2}[A-Z]\w+ +\d.*\n)+) {2}total +(\d+) +(\d+)$/m.exec(out)!;
    const [, nodes, scores, first, second] = table;
    expect(nodes!.split(/ +/).toSorted()).toEqual(['general-1', 'general-2']);
    const rows = scores!
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/ +/).slice(1).map(Number));
    const total = (column: number): number => rows.reduce((sum, row) => sum + row[0]! * row[column]!, 0);
    expect([total(1), total(2)]).toEqual([Number(first), Number(second)]);
    expect(total(1)).toBeGreaterThanOrEqual(total(2));
    expect(out.match(/^pod\/web-/gm)).toHaveLength(3);
  });

  test('keeps apart pods that bear one name after the other, in the order of their first attempts', async () => {
    const out = join(scratch, 'again');
    await play('run', 'test/cli/explain-again.yaml', '--out', out, '--quiet', '--explain');
    const explained = JSON.parse((await play('explain', out, '--format', 'json')).out) as {
      readonly pods: readonly { readonly pod: string; readonly attempts: readonly { readonly number: number }[] }[];
    };
    expect(explained.pods.map(({ pod, attempts }) => [pod, ...attempts.map(({ number }) => number)])).toEqual([
      ['db-0', 1],
      ['alone', 1],
      ['db-0', 1],
    ]);
    // Each has the scores of its own attempt, and no plugin scored.
    const { code, out: told } = await play('explain', out, 'pod/db-0');
    expect(code).toBe(0);
    expect(told.match(/No plugin of the profile scores: of 2 equals n-1 comes first/g)).toHaveLength(2);
  });

  test.each([
    ['gated', 'its scheduling gates were not removed: wait'],
    ['strange', 'it asks for the scheduler nope, which does not exist; there are: default-scheduler'],
    ['fixed', 'it names its node itself (n-2)'],
  ])('says why pod %s was never tried', async (name, why) => {
    const { code, out } = await play('explain', join(scratch, 'again'), `pod/${name}`);
    expect(code).toBe(0);
    expect(out).toBe(`pod/${name}: never tried by a scheduler\n\nBecause ${why}.\n`);
    expect((await play('explain', join(scratch, 'again'))).out).toMatch(
      new RegExp(`^pod/${name} .* 0 .*never tried: `, 'm'),
    );
  });

  test('says when and for whom a pod was evicted', async () => {
    const out = join(scratch, 'evicted');
    await play('run', 'scenarios/tour/S39-disruption-budget.yaml', '--out', out, '--quiet', '--explain');
    const told = (await play('explain', out, 'deployment/batch')).out;
    expect(told).toMatch(/^evicted at 7m 0\.1\d\ds: preempted by pod\/urgent-\S+ on general-\d$/m);
    const urgent = (await play('explain', out, 'deployment/urgent')).out;
    expect(urgent).not.toContain('preempted by');
    expect(urgent).toContain(
      '  Chosen of 2 nodes where evictions would help: the first of those where evictions do the least harm.\n',
    );
  });

  test('understands the manifest of a folder, and hints at a workload of that name', async () => {
    expect((await play('explain', join(folder, 'manifest.json'))).code).toBe(0);
    const { err } = await play('explain', folder, 'web');
    expect(err).toContain('did you mean deployment/web?');
  });

  test('hints at the nearest name', async () => {
    const wrong = await play('explain', folder, 'deployment/gredy');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('no pod or workload deployment/gredy in this run');
    expect(wrong.err).toContain('did you mean deployment/greedy?');
    expect((await play('explain', folder, 'pod/greedy')).err).toMatch(/did you mean pod\/greedy-\S+\?/);
  });

  test('says which command to run where nothing was recorded', async () => {
    const bare = join(scratch, 'bare');
    await play('run', SCENARIO, '--out', bare, '--quiet');
    const { code, err } = await play('explain', bare, 'pod/web-0');
    expect(code).toBe(2);
    expect(err).toContain(`${bare} was played without --explain`);
    expect(err).toContain(`wavetank run ${SCENARIO} --explain pod/web-0`);
    // That command replaces the folder: it is the same run, and knows more.
    expect((await play('run', SCENARIO, '--out', bare, '--quiet', '--explain', 'deployment/web')).code).toBe(0);
    expect((await play('explain', bare, 'deployment/web')).code).toBe(0);
    expect((await play('explain', bare, `pod/${podNamed(true)}`)).err).toContain('was not explained');
    const again = await play('run', SCENARIO, '--out', bare);
    expect(again.err).toContain('up to date');
  });

  test('needs a folder of results', async () => {
    expect(await play('explain', join(scratch, 'nowhere'))).toMatchObject({ code: 2, out: '' });
    expect(await play('explain')).toMatchObject({ code: 2 });
  });
});

describe('run --explain', () => {
  test('is replayed with what it recorded', async () => {
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toContain('"explained": []');
    const { code, err } = await play('run', '--from', join(folder, 'manifest.json'), '--verify');
    expect(err).toContain('equal');
    expect(code).toBe(0);
  });

  test('tells a scenario that was taken for a subject, and a subject that is none', async () => {
    const swallowed = await play('run', '--explain', SCENARIO);
    expect(swallowed.code).toBe(2);
    expect(swallowed.err).toContain('the scenario comes before: wavetank run FILE --explain pod/NAME');
    expect((await play('run', SCENARIO, '--explain', 'web')).err).toContain('--explain web: not a pod');
  });

  test('notes a subject that the run did not have', async () => {
    const { err } = await play('run', SCENARIO, '--out', join(scratch, 'other'), '--explain', 'deployment/wep');
    expect(err).toContain(
      '--explain deployment/wep: the run had no such pod or workload; did you mean deployment/web?',
    );
  });
});

test('a failed expectation on a pod says how to ask why', async () => {
  const pod =
    '{ apiVersion: v1, kind: Pod, metadata: { name: big }, spec: { containers: [ { name: c, image: c, resources: { requests: { cpu: 8 } } } ] } }';
  writeFileSync(
    join(scratch, 'expected.yaml'),
    `scenario: expected
duration: 1m
cluster: { nodes: [ { pool: a, count: 1, cpu: 2, memory: 4Gi } ] }
manifests: [ ${pod} ]
expect: [ "pod/big:status.phase = Running", "count(pods, phase=Pending) = 0" ]
`,
  );
  const failed = async (...more: string[]): Promise<string> => {
    const { out } = await play(
      'run',
      join(scratch, 'expected.yaml'),
      '--quiet',
      '--force',
      '--out',
      join(scratch, 'expected'),
      ...more,
    );
    return out;
  };
  expect(await failed('--explain')).toMatch(/Running {2}seen Pending .*\n +wavetank explain DIR pod\/big\n/);
  expect(await failed('--explain')).toMatch(/= 0 {2}seen 1 .*\n +wavetank explain DIR\n/);
  expect(await failed('--explain', 'deployment/web')).not.toContain('explain DIR pod/big');
  expect(await failed()).not.toContain('explain DIR');
});
