import { describe, expect, it } from 'vitest';
import { keyOf, stored } from '../../../src/cluster/api/store.js';
import { loadScenario } from '../../../src/experiment/load.js';
import { run } from '../../../src/experiment/run.js';
import { ACTION_TABLE } from '../../../src/experiment/tables.js';

const HEAD = `
scenario: commands
duration: 5m
cluster:
  nodes: [ { pool: n, count: 2, cpu: 4, memory: 8Gi, images: all } ]
manifests:
  - { apiVersion: v1, kind: Pod, metadata: { name: plain }, spec: { containers: [ { name: c, image: x } ] } }
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: { name: agent }
    spec:
      selector: { matchLabels: { app: agent } }
      template: { metadata: { labels: { app: agent } }, spec: { containers: [ { name: agent, image: agent } ] } }
  - apiVersion: batch/v1
    kind: CronJob
    metadata: { name: tick }
    spec:
      schedule: "0 5 * * *"
      jobTemplate:
        metadata: { labels: { made: by-tick } }
        spec: { template: { spec: { restartPolicy: Never, containers: [ { name: tick, image: tick } ] } } }
timeline:
`;

const WEB = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 8080 }] } };

/** A Deployment with more in it, and with less. */
const app = (metadata: object, replicas: object, pod: object, containers: readonly object[]): unknown => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', ...metadata },
  spec: {
    ...replicas,
    selector: { matchLabels: { app: 'app' } },
    template: { metadata: { labels: { app: 'app' } }, spec: { ...pod, containers } },
  },
});
const KEPT = { name: 'KEPT', value: 'new' };
const FIRST = app({ labels: { team: 'a', kept: 'b' } }, { replicas: 3 }, { terminationGracePeriodSeconds: 5 }, [
  {
    name: 'main',
    image: 'x',
    env: [
      { name: 'KEPT', value: 'old' },
      { name: 'GONE', value: '1' },
    ],
  },
  { name: 'side', image: 'x' },
]);
const SECOND = app({ labels: { kept: 'b' } }, {}, {}, [{ name: 'main', image: 'x', env: [KEPT] }]);

/** Plays commands, five seconds between them: what each said, and the world at the end. */
function play(...commands: readonly string[]) {
  const lines = commands.map((command, index) => `  - ${10 + 5 * index}s: ${JSON.stringify(command)}`);
  const files: Readonly<Record<string, string>> = {
    'a.yaml': HEAD + lines.join('\n'),
    'web.yaml': JSON.stringify(WEB),
    'first.yaml': JSON.stringify(FIRST),
    'second.yaml': JSON.stringify(SECOND),
  };
  const readFile = (path: string): Uint8Array | undefined =>
    files[path] === undefined ? undefined : Buffer.from(files[path]);
  const { scenario, diagnostics } = loadScenario('a.yaml', { readFile, glob: () => [] });
  if (scenario === undefined) throw new Error(diagnostics[0]!.message);
  const { world } = run(scenario).assembly;
  const said = world.kernel.probe.tables.get(ACTION_TABLE.name)!.columns[3]! as readonly string[];
  const object = (kind: string, name: string, namespace = 'default') =>
    stored(world, kind, keyOf(namespace, name)) as any;
  const requests = (kind: string) => {
    const [clients, verbs, kinds, counts] = world.kernel.probe.tables.get('api')!.columns;
    const rows = kinds!.flatMap((own, row) => (own === kind && clients![row] === 'kubectl' ? [row] : []));
    return rows.map((row) => `${verbs![row]} ${counts![row]}`).sort();
  };
  return { said: [...said], object, requests };
}

const CREATE = 'kubectl create deployment web --image=nginx:1 --replicas=2 --port=80';

// Texts: ../shared/vectors kubectl.golden, made by kubectl v1.36.3.
describe('what kubectl says', () => {
  it.each<readonly [string, ...string[]]>([
    [
      "error: 'tier' already has a value (front), and --overwrite is false",
      'kubectl label pod plain tier=front',
      'kubectl label pod plain tier=edge',
    ],
    ['ok', 'kubectl label pod plain tier=front', 'kubectl label pod plain tier=edge --overwrite'],
    ['ok', 'kubectl label pod plain tier=front', 'kubectl label pod plain tier=front'],
    [
      "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (hello)",
      'kubectl annotate pod plain note=hello',
      'kubectl annotate pod plain note=bye',
    ],
    [
      'Error from server (AlreadyExists): pods "web" already exists',
      'kubectl run web --image=nginx',
      'kubectl run web --image=nginx',
    ],
    ['error: failed to create deployment: deployments.apps "web" already exists', CREATE, CREATE],
    [
      'error: failed to create configmap: configmaps "conf" already exists',
      'kubectl create cm conf',
      'kubectl create cm conf',
    ],
    [
      'Error from server (AlreadyExists): namespaces "data" already exists',
      'kubectl create ns data',
      'kubectl create ns data',
    ],
    [
      'error: deployments.apps "web" is already paused',
      CREATE,
      'kubectl rollout pause deployment/web',
      'kubectl rollout pause deployment/web',
    ],
    ['error: deployments.apps "web" is not paused', CREATE, 'kubectl rollout resume deployment/web'],
    [
      'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)',
      CREATE,
      'kubectl rollout pause deployment/web',
      'kubectl rollout restart deployment/web',
    ],
    ['error: daemonsets.apps "agent" pausing is not supported', 'kubectl rollout pause ds/agent'],
    [
      'Error from server (NotFound): the server could not find the requested resource',
      'kubectl scale ds/agent --replicas=1',
    ],
    ['error: unable to find container named "nope"', CREATE, 'kubectl set image deployment --all nope=x:1'],
    ['error: setting a selector is only supported for Services', CREATE, 'kubectl set selector deployment/web a=b'],
    [
      'error: the pod has no labels and cannot be exposed',
      `kubectl run a --image=x --overrides='{"metadata":{"labels":null},"spec":{"nodeSelector":{"no":"where"}}}'`,
      'kubectl expose pod a --port=80',
    ],
    [
      "error: couldn't find port via --port flag or introspection",
      'kubectl label pod plain a=b',
      'kubectl expose pod plain',
    ],
    [
      'Error from server (AlreadyExists): services "web" already exists',
      CREATE,
      'kubectl expose deployment web',
      'kubectl expose deployment web',
    ],
    ['Error from server (NotFound): pods "tick-0" not found', 'kubectl delete pod tick-0'],
    ['ok', 'kubectl delete pod nope --ignore-not-found'],
    ['Error from server (NotFound): services "web" not found', 'kubectl replace -f web.yaml'],
    [
      'The request is invalid: the server rejected our request due to an error in our request',
      `kubectl patch pod plain --type=json -p '[{"op":"replace","path":"/metadata/labels/no","value":"x"}]'`,
    ],
    [
      'The request is invalid: the server rejected our request due to an error in our request',
      `kubectl patch pod plain --type=json -p '[{"op":"test","path":"/metadata/name","value":"other"},{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]'`,
    ],
    [
      'error: failed to create job: jobs.batch "now" already exists',
      'kubectl create job now --image=x',
      'kubectl create job now --from=cronjob/tick',
    ],
  ])('%s', (outcome, ...commands) => {
    const { said } = play(...commands);
    expect(said.at(-1)).toBe(outcome);
    expect(said.slice(0, -1)).toEqual(commands.slice(1).map(() => 'ok'));
  });

  it('names what is wrong with an object that the server refuses', () => {
    const { said } = play(CREATE, 'kubectl set resources deployment/web --requests=cpu=2 --limits=cpu=1');
    expect(said[1]).toMatch(/^The Deployment\.apps "web" is invalid: .*must be less than or equal to cpu limit of 1/);
  });
});

describe('what kubectl writes', () => {
  it('goes on with the objects that are there', () => {
    const { said, object } = play('kubectl run a --image=x', 'kubectl delete pod tick-0 a');
    expect(said[1]).toBe('Error from server (NotFound): pods "tick-0" not found');
    expect(object('Pod', 'a')).toBeUndefined();
  });

  it('deletes all of all kinds, whatever goes by itself meanwhile', () => {
    const { said, object } = play(
      CREATE,
      'kubectl expose deployment web',
      'kubectl create job once --image=x',
      'kubectl delete all --all --grace-period=0 --force',
    );
    expect(said[3]).toBe('ok');
    const left = [
      object('Deployment', 'web'),
      object('Service', 'web'),
      object('Job', 'once'),
      object('CronJob', 'tick'),
      object('DaemonSet', 'agent'),
      object('Pod', 'plain'),
    ];
    expect(left).toEqual(left.map(() => undefined));
  });

  it('deletes objects of several kinds by one name', () => {
    const { said, object } = play(CREATE, 'kubectl expose deployment web', 'kubectl -n default delete deploy,svc web');
    expect(said[2]).toBe('ok');
    expect([object('Deployment', 'web'), object('Service', 'web')]).toEqual([undefined, undefined]);
  });

  it('leaves an image alone that is there already', () => {
    const { object } = play(
      CREATE,
      'kubectl set image deployment/web nginx=nginx:1',
      'kubectl set env deployment/web GONE-',
    );
    expect(object('Deployment', 'web').metadata.generation).toBe(1);
  });

  it('sets and removes variables, of one container or all', () => {
    const { object } = play(
      'kubectl create deployment web --image=a --image=b',
      'kubectl set env deployment/web X=1 Y=2',
      'kubectl set env deployment/web -c b X- Z=3',
    );
    const { containers } = object('Deployment', 'web').spec.template.spec;
    const values = containers.map(({ env }: any) => env.map(({ name, value }: any) => `${name}=${value}`).join(' '));
    expect(values).toEqual(['X=1 Y=2', 'Y=2 Z=3']);
  });

  it('sets images of pods and of CronJobs', () => {
    const { said, object } = play(
      'kubectl set image pod/plain c=other',
      'kubectl set image cronjob/tick tick=other',
      'kubectl create quota q --hard=pods=100',
      'kubectl set image quota/q c=other',
    );
    expect(object('Pod', 'plain').spec.containers[0].image).toBe('other');
    expect(object('CronJob', 'tick').spec.jobTemplate.spec.template.spec.containers[0].image).toBe('other');
    expect(said[3]).toMatch(/^error: the object is not a pod or does not have a pod template/);
  });

  it('sets images of init containers, by name or with all others', () => {
    const init = `{"spec":{"template":{"spec":{"initContainers":[{"name":"first","image":"a"},{"name":"second","image":"a"}]}}}}`;
    const { object } = play(
      CREATE,
      `kubectl patch deployment/web --patch '${init}'`,
      'kubectl set image deployment/web second=b',
      'kubectl set image deployment/web first=c nginx=c',
    );
    const { initContainers, containers } = object('Deployment', 'web').spec.template.spec;
    const imagesOf = (list: any) => list.map(({ name, image }: any) => `${name}=${image}`);
    expect(imagesOf([...initContainers, ...containers])).toEqual(['first=c', 'second=b', 'nginx=c']);
  });

  it('takes the selector of what it exposes, and its ports', () => {
    const { object } = play(
      CREATE,
      'kubectl expose deployment web --name=a',
      'kubectl expose svc a --name=b --port=81,444 --target-port=http --type=NodePort -l team=x',
      'kubectl expose deployment web --name=c --port=80 --cluster-ip=None --selector=app=other',
    );
    const { metadata, spec } = object('Service', 'b');
    expect(metadata.labels).toEqual({ team: 'x' });
    expect(spec.selector).toEqual({ app: 'web' });
    expect(spec.ports).toMatchObject([
      { name: 'port-1', port: 81, targetPort: 'http' },
      { name: 'port-2', port: 444, targetPort: 'http' },
    ]);
    expect(object('Service', 'a').metadata.labels).toEqual({ app: 'web' });
    expect(object('Service', 'a').spec.ports).toMatchObject([{ port: 80, targetPort: 80 }]);
    expect(object('Service', 'c').spec).toMatchObject({ clusterIP: 'None', selector: { app: 'other' } });
  });

  it('replaces a selector as a whole', () => {
    const { object } = play(CREATE, 'kubectl expose deployment web', 'kubectl set selector service/web slot=green');
    expect(object('Service', 'web').spec.selector).toEqual({ slot: 'green' });
  });

  it('replaces an object as a whole, but for what the server gave it', () => {
    const { said, object } = play(CREATE, 'kubectl expose deployment web', 'kubectl replace -f web.yaml');
    expect(said[2]).toBe('ok');
    const { metadata, spec } = object('Service', 'web');
    expect(metadata.labels).toBeUndefined();
    expect(spec.selector).toBeUndefined();
    expect(spec.ports).toMatchObject([{ port: 8080 }]);
    expect(spec.clusterIP).toMatch(/^10\./);
  });

  it('carries out a JSON patch', () => {
    const operations = [
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'side', image: 'side' } },
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:2' },
      { op: 'add', path: '/spec/template/spec/containers/0', value: { name: 'first', image: 'first' } },
      { op: 'add', path: '/metadata/annotations/a~1b', value: 'c' },
      { op: 'remove', path: '/spec/template/spec/containers/1/ports' },
    ];
    const { said, object } = play(
      CREATE,
      `kubectl patch deployment web --type=json -p '${JSON.stringify(operations)}'`,
    );
    expect(said[1]).toBe('ok');
    const { containers } = object('Deployment', 'web').spec.template.spec;
    expect(containers.map(({ name, image }: any) => `${name} ${image}`)).toEqual([
      'first first',
      'nginx nginx:2',
      'side side',
    ]);
    expect(containers[1].ports).toBeUndefined();
    expect(object('Deployment', 'web').metadata.annotations['a/b']).toBe('c');
  });

  it('finds nodes by their labels', () => {
    const { said, object } = play(
      'kubectl label node n-1 pool=old',
      'kubectl taint nodes --all soft=1:PreferNoSchedule',
      'kubectl drain -l pool=old --ignore-daemonsets --force',
      'kubectl taint nodes -l pool!=old soft-',
    );
    expect(said).toEqual(['ok', 'ok', 'ok', 'ok']);
    const [first, second] = ['n-1', 'n-2'].map((name) => object('Node', name, '').spec);
    expect(first.unschedulable).toBe(true);
    expect(first.taints.map(({ key }: any) => key)).toContain('soft');
    expect(second.unschedulable).toBeUndefined();
    expect(second.taints ?? []).toEqual([]);
  });

  it('applies nothing where all is so already', () => {
    const { object, requests } = play('kubectl apply -f web.yaml', 'kubectl apply -f web.yaml');
    expect(object('Service', 'web').spec.ports).toMatchObject([{ port: 8080 }]);
    expect(requests('Service')).toEqual(['create 1', 'get 2']);
  });

  it('takes away what a manifest no longer has, and leaves alone what it never had', () => {
    const { said, object } = play(
      'kubectl apply -f first.yaml',
      'kubectl set env deployment/app OTHER=1',
      'kubectl scale deployment/app --replicas=5',
      'kubectl label deployment/app by=hand',
      'kubectl apply -f second.yaml',
    );
    expect(said).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    const { metadata, spec } = object('Deployment', 'app');
    const { containers, terminationGracePeriodSeconds } = spec.template.spec;
    expect(metadata.labels).toEqual({ kept: 'b', by: 'hand' });
    expect(spec.replicas).toBe(1); // the server's default
    expect(terminationGracePeriodSeconds).toBe(30);
    expect(containers.map(({ name }: any) => name)).toEqual(['main']);
    expect(containers[0].env).toEqual([
      { name: 'KEPT', value: 'new' },
      { name: 'OTHER', value: '1' },
    ]);
  });

  it("makes a CronJob's Job out of turn", () => {
    const { said, object } = play('kubectl create job now --from=cronjob/tick');
    expect(said[0]).toBe('ok');
    const { metadata, spec } = object('Job', 'now');
    expect(metadata.labels).toEqual({ made: 'by-tick' });
    expect(metadata.annotations).toMatchObject({ 'cronjob.kubernetes.io/instantiate': 'manual' });
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'CronJob', name: 'tick', controller: true }]);
    expect(spec.template.spec.containers[0].image).toBe('tick');
  });

  it('makes autoscalers for more than the CPU', () => {
    const { object } = play(CREATE, 'kubectl autoscale deployment web --max=4 --cpu=500m --memory=70%');
    expect(object('HorizontalPodAutoscaler', 'web').spec.metrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '500m' } } },
      { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } } },
    ]);
  });

  it('stores of a patch only what the kind has', () => {
    const { said, object } = play(CREATE, `kubectl patch deploy web -p '{"spec":{"replicass":2,"replicas":3}}'`);
    expect(said[1]).toBe('ok');
    expect(object('Deployment', 'web').spec).toMatchObject({ replicas: 3 });
    expect('replicass' in object('Deployment', 'web').spec).toBe(false);
  });
});
