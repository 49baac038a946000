import { describe, expect, it } from 'vitest';
import { evaluateExpectations } from '../../../src/experiment/expect/evaluate.js';
import { identityOf } from '../../../src/experiment/identity.js';
import { loadScenario } from '../../../src/experiment/load.js';
import { run } from '../../../src/experiment/run.js';
import { summarize } from '../../../src/results/summary.js';

const SCENARIO = `
scenario: expect
duration: 3m
cluster:
  nodes: [ { pool: n, count: 2, cpu: 4, memory: 8Gi, images: all, labels: { disk: ssd } } ]
manifests:
  - { apiVersion: v1, kind: Namespace, metadata: { name: team-a } }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web, namespace: team-a }
    spec:
      replicas: 3
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [ { name: web, image: "example.com/web:v1" } ] }
  - apiVersion: batch/v1
    kind: Job
    metadata: { name: report }
    spec:
      ttlSecondsAfterFinished: 10
      template:
        metadata: { labels: { app: report } }
        spec: { restartPolicy: Never, containers: [ { name: report, image: "example.com/report:v1" } ] }
  - { apiVersion: v1, kind: Service, metadata: { name: web, namespace: team-a }, spec: { selector: { app: web }, ports: [ { port: 80 } ] } }
workloads: { web: { start: 1s }, report: { run: 20s } }
traffic: { users: { to: "http://web.team-a/", rate: "ramp(5/s, 50/s, 3m)" } }
timeline:
  - 1m: kubectl scale deployment/web -n team-a --replicas=2
  - 1m20s: kubectl create deployment late --image=example.com/web:v1
  - 1m40s: kubectl scale deployment/web -n team-a --replicas=4
  - 2m: kubectl label node n-1 rack=r1
  - 2m10s: kubectl patch node n-2 --type=json -p '[{"op":"add","path":"/metadata/labels/shelf","value":"s1"}]'
  - 2m30s: kubectl delete deployment late
expect:
`;

/** How the expectations are judged: `pass seen 3 at 1m`. */
function judge(...expectations: readonly string[]): string[] {
  const text = Buffer.from(SCENARIO + expectations.map((one) => `  - ${JSON.stringify(one)}\n`).join(''));
  const { scenario, diagnostics } = loadScenario('expect.yaml', { readFile: () => text, glob: () => [] });
  if (scenario === undefined) throw new Error(diagnostics.map(({ message, hint }) => `${message} ${hint}`).join('\n'));
  const played = run(scenario);
  const summary = summarize(played.tables, identityOf(scenario, played, '', []));
  return evaluateExpectations(played.assembly.world, summary, '').map(
    ({ verdict, seen, when }) => `${verdict}: seen ${seen} ${when}`,
  );
}

describe('what is not there', () => {
  it('holds in no way, whatever is asked of it and whenever', () => {
    const nothing = judge(
      'deployment/nope:status.unavailableReplicas = 0 always',
      'deployment/nope:status.unavailableReplicas = 1 never',
      'deployment/nope:status.unavailableReplicas != 1',
      'pdb/zzz:status.disruptionsAllowed <= 0 at 1m',
      'pdb/zzz:status.disruptionsAllowed <= 0 between 1m and 2m',
      'pdb/zzz:status.disruptionsAllowed <= 0 eventually',
      'job/report:status.succeeded >= 0', // was there, and is gone
      'deployment/team-a/web:status.conditions.7.reason != Bad always',
    );
    expect(nothing).toEqual([
      'fail: seen no deployment/nope in default at any moment',
      'fail: seen no deployment/nope in default at any moment',
      'fail: seen no deployment/nope in default at 3m',
      'fail: seen no poddisruptionbudget/zzz in default at 1m',
      'fail: seen no poddisruptionbudget/zzz in default at 1m',
      'fail: seen no poddisruptionbudget/zzz in default until 3m',
      'fail: seen no job/report in default at 3m',
      expect.stringMatching(/^fail: seen no such object or field then/),
    ]);
  });

  it('can be expected: count() is 0', () => {
    expect(judge('count(deployments, name=nope) = 0 always')).toEqual(['pass: seen 0 at every moment']);
  });

  it('is 0, false or nothing where only the field of an object that is there is left out', () => {
    const fields = judge(
      'deployment/team-a/web:status.terminatingReplicas = 0 at 50s',
      'deployment/team-a/web:spec.paused = false',
      'job/report:status.failed = 0 at 30s',
      'deployment/team-a/web:metadata.labels.tier != front',
      'deployment/team-a/web:metadata.deletionTimestamp < 5', // never asked for, which is not 0
    );
    expect(fields.map((text) => text.slice(0, 14))).toEqual([
      'pass: seen 0 a',
      'pass: seen fal',
      'pass: seen 0 a',
      'pass: seen not',
      'fail: seen not',
    ]);
  });

  it('is an element of a list that is named by a field', () => {
    const conditions = judge(
      'deployment/team-a/web:status.conditions[type=Available].status = True at 50s',
      'deployment/team-a/web:status.conditions[type=Available].status = true at 50s',
      'deployment/team-a/web:status.conditions[type=Progressing].reason = NewReplicaSetAvailable at 50s',
      'deployment/team-a/web:spec.template.spec.containers[name=web].image = example.com/web:v1',
      'deployment/team-a/web:status.conditions[type=ReplicaFailure].status != True at 50s',
    );
    expect(conditions.map((text) => text.slice(0, 4))).toEqual(['pass', 'pass', 'pass', 'pass', 'fail']);
  });

  it('is looked for from its first moment on by always, and missed after its last', () => {
    expect(
      judge(
        'deployment/late:status.replicas <= 1 always',
        'deployment/late:status.replicas <= 1 between 2m and 2m20s',
        'deployment/late:status.replicas <= 1 between 1m and 2m',
      ).map((text) => text.slice(0, 4)),
    ).toEqual(['fail', 'pass', 'fail']);
  });

  it('is pointed at where it is in another namespace', () => {
    expect(judge('deployment/web:status.readyReplicas = 4')).toEqual([
      'fail: seen no deployment/web in default; it is in team-a: write deployment/team-a/web at 3m',
    ]);
  });
});

describe('what held all the time', () => {
  it('tells the value that was nearest to failing, and when', () => {
    const [lowest, highest, between, never, same] = judge(
      'deployment/team-a/web:spec.replicas >= 2 always',
      'deployment/team-a/web:spec.replicas <= 4 always',
      'deployment/team-a/web:spec.replicas < 9 between 1m10s and 2m',
      'deployment/team-a/web:spec.replicas < 1 never',
      'deployment/team-a/web:spec.replicas = 4 between 2m and 3m',
    );
    expect(lowest).toBe('pass: seen lowest 2 at 1m');
    expect(highest).toBe('pass: seen highest 4 at 1m 40s');
    expect(between).toBe('pass: seen highest 4 at 1m 40s');
    expect(never).toBe('pass: seen lowest 2 at 1m');
    expect(same).toBe('pass: seen 4 between 2m and 3m');
  });
});

describe('traffic that held in every interval', () => {
  it('tells the interval that was nearest to failing', () => {
    const [low, high] = judge('rate(users) > 1/s always', 'rate(users) > 90/s never');
    expect(low).toMatch(/^pass: seen lowest [\d.]+\/s in the interval at 0s$/);
    expect(high).toMatch(/^pass: seen highest [\d.]+\/s in the interval at 2m/);
  });
});

describe('duration(job/NAME)', () => {
  it('counts from creation to completion, though the Job be cleaned up by the end', () => {
    const [short, long, none] = judge(
      'duration(job/report) < 30s',
      'duration(job/report) < 20s',
      'duration(job/x) > 0s',
    );
    expect(short).toMatch(/^pass: seen 2\d(\.\d+)? s over the run$/);
    expect(long).toMatch(/^fail: seen 2\d/);
    expect(none).toBe('fail: seen no job/x in default over the run');
  });
});

describe('labels that count() takes', () => {
  it('knows those of manifests, node pools and commands', () => {
    const counts = judge(
      'count(nodes, disk=ssd) = 2',
      'count(pods, app=web) = 4',
      'count(nodes, rack=r1) = 1',
      'count(nodes, shelf=s1) = 1',
    );
    expect(counts.map((text) => text.slice(0, 4))).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(() => judge('count(nodes, disc=ssd) = 2')).toThrow('did you mean "disk"?');
  });
});
