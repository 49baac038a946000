import { describe, expect, test } from 'vitest';
import { errorsOf, load } from './memory-files.js';

const scenario = (select: string, command: string): string => `
scenario: pods
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
workloads: { mine: { select: "${select}" } }
timeline: [ { 5s: "${command}" } ]
`;

describe('workloads find the pods that commands make', () => {
  test.each([
    ['run=hello', 'kubectl run hello --image=x'],
    ['app=web', 'kubectl create deployment web --image=x'],
    ['job-name=report', 'kubectl create job report --image=x'],
    ['batch.kubernetes.io/job-name=report', 'kubectl create job report --image=x'],
    ['job-name', "kubectl create cronjob report --image=x --schedule='* * * * *'"],
    ['app=web,pod-template-hash=77cdbd4f79', 'kubectl create deployment web --image=x'],
  ])('%s: %s', (select, command) => {
    expect(errorsOf(load(scenario(select, command)))).toEqual([]);
  });

  test('and no others', () => {
    const [error] = load(scenario('job-name=report', 'kubectl create job reports --image=x')).diagnostics;
    expect(JSON.stringify(error)).toContain('matches no pod');
  });
});

describe('nodes that expectations count by', () => {
  const counting = (node: string): string => `
scenario: nodes
duration: 1m
cluster: { nodes: [ { pool: n, count: 2, cpu: 4, memory: 8Gi } ] }
manifests:
  - { apiVersion: v1, kind: Node, metadata: { name: own } }
  - { apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { nodeName: gone, containers: [ { name: c, image: x } ] } }
expect: [ "count(pods, node=${node}) = 0" ]
`;

  test.each(['n-2', 'own', 'gone'])('%s', (node) => {
    expect(errorsOf(load(counting(node)))).toEqual([]);
  });

  test('and one that nothing makes', () => {
    expect(JSON.stringify(load(counting('n-9')).diagnostics)).toContain('there is no node');
  });
});

describe('custom kinds', () => {
  const DEFINITION = `{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: serviceciders.x.io }, spec: { group: x.io, scope: Namespaced, names: { plural: serviceciders, singular: servicecider, kind: ServiceCider, shortNames: [ sc ] }, versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } } ] } }`;
  const naming = (command: string, expectation: string): string => `
scenario: custom
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
manifests: [ ${DEFINITION}, { apiVersion: x.io/v1, kind: ServiceCider, metadata: { name: c } } ]
timeline: [ { 5s: "${command}" } ]
expect: [ "${expectation}" ]
`;

  test.each([
    ['kubectl delete servicecider c', 'count(serviceciders) = 0'],
    ['kubectl label serviceciders.x.io c a=b', 'servicecider/c:spec.x = 1'],
  ])('%s; %s: only stored', (command, expectation) => {
    const { diagnostics } = load(naming(command, expectation));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message.includes('is a custom kind: its objects are only stored'))).toEqual([
      true,
      true,
    ]);
    expect(errors.map(({ hint }) => hint)).toEqual(Array(2).fill('neither commands nor expectations can name them'));
  });
});

describe('objects that commands name', () => {
  const scaling = (command: string): string => `
scenario: scaling
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
manifests:
  - { apiVersion: v1, kind: Namespace, metadata: { name: prod } }
  - { apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ports: [ { port: 80 } ] } }
timeline:
  - 5s: ${command}
`;
  const errorOf = (command: string) => load(scaling(command)).diagnostics.find(({ severity }) => severity === 'error');

  test('one of another namespace, and where the name stands', () => {
    const command = 'kubectl -n prod label service/web a=b';
    expect(errorOf(command)).toMatchObject({
      message: 'there is no Service "web" in namespace prod',
      hint: 'there is one in namespace default: write -n default',
      column: '  - 5s: '.length + command.indexOf('web') + 1,
      length: 3,
    });
  });

  test('one of nearly that name', () => {
    expect(errorOf('kubectl label service/wb a=b')).toMatchObject({ hint: 'did you mean "web"?', length: 2 });
  });
});

describe('what commands name', () => {
  const errorsIn = (...commands: string[]): string[] => {
    const text = `
scenario: names
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
manifests:
  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { initContainers: [ { name: init, image: x } ], containers: [ { name: web, image: x } ] } } } }
  - { apiVersion: batch/v1, kind: CronJob, metadata: { name: tick }, spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [ { name: c, image: x } ] } } } } } }
timeline:
  - 5s: ${JSON.stringify(commands)}
`;
    return load(text).diagnostics.flatMap(({ severity, field, column, length, message, hint }) => {
      if (severity !== 'error') return [];
      expect(field).toMatch(/^timeline\[0\]\[5s\]\[\d\]$/);
      return `${text.split('\n')[8]!.slice(column - 1, column - 1 + length)}: ${message}; ${hint}`;
    });
  };

  test.each([
    ['set image deployment/web wbe=x:2', 'wbe: deployment/web has no container "wbe"; did you mean "web"?'],
    ['set env deploy web -c side A=b', 'side: deployment/web has no container "side"; known: init, web'],
    ['set resources deploy/web --limits=mem=1Gi', 'mem=1Gi: "mem" must be a standard resource'],
    ['rollout undo deploy/wbe', 'wbe: there is no Deployment "wbe" in namespace default; did you mean "web"?'],
    ['delete pod wbe-0', 'wbe-0: there is no Pod "wbe-0" in namespace default; names begin with web-…, tick-…'],
    [
      'create job now --from=cronjob/tock',
      'tock: there is no CronJob "tock" in namespace default; did you mean "tick"?',
    ],
    ['delete job tock-1', 'tock-1: there is no Job "tock-1" in namespace default; names begin with tick-…'],
    ['delete namespace kube-systme', 'kube-systme: there is no Namespace "kube-systme"; did you mean "kube-system"?'],
    ['delete configmap kube-root', 'kube-root: there is no ConfigMap "kube-root" in namespace default'],
  ])('%s', (command, error) => {
    expect(errorsIn(`kubectl ${command}`)).toEqual([expect.stringContaining(error)]);
  });

  test.each([
    ['set image deployment/web init=x:2 web=x:3'],
    ['delete pod web-77cdbd4f79-abcde tick-29453770-abcde'],
    ['delete job tick-29453770'],
    ['delete deployment nope --ignore-not-found'],
    ['create job now --from=cronjob/tick', 'delete job now'],
    ['expose deployment web --port=80', 'delete service web'],
    ['delete configmap kube-root-ca.crt'],
    [
      'patch deployment web -p \'{"spec":{"template":{"spec":{"containers":[{"name":"b","image":"x"}]}}}}\'',
      'set image deployment/web b=x:2',
    ],
  ])('%s %s', (...commands) => {
    expect(errorsIn(...commands.map((command) => `kubectl ${command}`))).toEqual([]);
  });
});

test('a pattern that no file matches says what patterns there are', () => {
  const diagnostics = load(`
scenario: pattern
duration: 1m
cluster: { nodes: [ { pool: n, count: 1, cpu: 4, memory: 8Gi } ] }
manifests: [ "./m/{a,b}.yaml" ]
`).diagnostics;
  expect(diagnostics.map(({ message }) => message)).toContain(
    'no file matches m/{a,b}.yaml: * and ? stand for parts of a name, ** for folders',
  );
});
