import { describe, expect, test } from 'vitest';
import { errorsOf, GOOD, load } from './memory-files.js';

/** The good scenario with some text replaced. */
function changed(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

describe('a scenario that is right', () => {
  const { scenario, diagnostics } = load(GOOD);

  test('has no errors, and every default is filled in', () => {
    expect(diagnostics).toEqual([]);
    expect(scenario).toMatchObject({
      name: 'web',
      seed: '7',
      durationUs: 600_000_000,
      warmupUs: 60_000_000,
      intervalUs: 10_000_000,
      parameters: { replicas: 3, surge: '25%', tag: 'v1' },
      cluster: {
        preset: 'managed',
        etcdMembers: 3,
        kubeProxyMode: 'iptables',
        plegOnDemandRelist: true,
        parameters: [],
      },
    });
  });

  test('knows its nodes', () => {
    expect(scenario!.cluster.pools).toEqual([
      expect.objectContaining({
        pool: 'general',
        count: 3,
        milliCpu: 4000,
        memoryBytes: 16 * 1024 * 1024 * 1024,
        pods: 110,
        zones: ['a', 'b', 'c'],
        pricePerHour: 0.19,
        imagesPresent: [],
      }),
      expect.objectContaining({
        pool: 'batch',
        milliCpu: 500,
        zones: ['a'],
        taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }],
        imagesPresent: 'all',
      }),
    ]);
  });

  test('puts parameters into manifests, typed by where they go', () => {
    expect(scenario!.manifests[0]!.object).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 3,
        strategy: { rollingUpdate: { maxSurge: '25%' } },
        template: { spec: { containers: [{ image: 'example.com/web:v1' }] } },
      },
    });
    expect(scenario!.manifests[0]!.origin).toEqual({ file: 'web.yaml', line: 17, column: 5 });
  });

  test('knows how its software behaves, and a behaviour for all other pods', () => {
    const [web, other] = scenario!.workloads;
    expect(web).toMatchObject({
      name: 'web',
      selector: 'app=web',
      imageBytes: 125_829_120,
      concurrency: 4,
      onTerm: 'drain',
    });
    expect(web!.requests['default']!.calls).toEqual([
      {
        kind: 'all',
        steps: [
          expect.objectContaining({
            kind: 'call',
            service: 'web',
            namespace: 'default',
            request: 'inner',
            probability: 0.05,
          }),
          { kind: 'sequence', steps: [expect.objectContaining({ kind: 'call', service: 'web', probability: 1 })] },
        ],
      },
    ]);
    expect(other).toMatchObject({ name: 'other', selector: '' });
  });

  test('knows its traffic', () => {
    const [shoppers, daily, users] = scenario!.traffic;
    expect(shoppers).toMatchObject({
      to: { kind: 'service', namespace: 'default', service: 'web', port: 0, path: '/' },
      arrivals: { kind: 'open', process: 'poisson', rate: { points: [{ atUs: 0, perSecond: 200 }], periodUs: 0 } },
      timeoutUs: 1_000_000,
      retries: 2,
      retryBudget: 0.2,
      keepAliveConnections: 8,
      fromUs: 0,
      untilUs: 600_000_000,
    });
    expect(daily!.arrivals).toEqual({
      kind: 'open',
      process: 'constant',
      rate: {
        points: [
          { atUs: 28_800_000_000, perSecond: 20 },
          { atUs: 72_000_000_000, perSecond: 90 },
        ],
        interpolation: 'linear',
        periodUs: 86_400_000_000,
      },
    });
    expect(users).toMatchObject({
      to: { kind: 'node-port', node: '', port: 30080 },
      arrivals: { kind: 'closed', users: 50, think: { type: 'exponential', mean: 2_000_000 } },
      fromUs: 120_000_000,
      zone: 'b',
    });
  });

  test('sorts its timeline by time', () => {
    expect(scenario!.timeline.map(({ atUs, command }) => [atUs / 60_000_000, command.do])).toEqual([
      [5, 'set-image'],
      [6, 'kubelet-stop'],
      [6, 'scale'],
      [8, 'fail-zone'],
    ]);
  });

  test('knows what it expects', () => {
    expect(scenario!.expectations.map(({ figure, value, when }) => [figure.of, value, when.kind])).toEqual([
      ['traffic', 0.999, 'run'],
      ['traffic', 300_000, 'between'],
      ['field', 3, 'within'],
      ['count', 3, 'always'],
    ]);
  });

  test('is plain data', () => {
    expect(structuredClone(scenario)).toEqual(scenario);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });
});

describe('settings', () => {
  const settings = (...pairs: [string, string][]) => ({ settings: new Map(pairs) });

  test('replace parameters, fields by path, seed and duration', () => {
    const { scenario } = load(GOOD, {
      ...settings(['replicas', '5'], ['surge', '0'], ['cluster.nodes.0.count', '9'], ['traffic.shoppers.rate', '3/s']),
      seed: 'abc',
      until: '9m',
    });
    expect(scenario).toMatchObject({ seed: 'abc', durationUs: 540_000_000, parameters: { replicas: 5, surge: 0 } });
    expect(scenario!.manifests[0]!.object).toMatchObject({
      spec: { replicas: 5, strategy: { rollingUpdate: { maxSurge: 0 } } },
    });
    expect(scenario!.cluster.pools[0]!.count).toBe(9);
    expect(scenario!.traffic[0]!.arrivals).toMatchObject({ rate: { points: [{ perSecond: 3 }] } });
  });

  test('that end the run earlier leave out what comes later, and say so', () => {
    const { scenario, diagnostics } = load(GOOD, { until: '3m' });
    expect(scenario!.timeline).toEqual([]);
    expect(scenario!.expectations.map(({ text }) => text.slice(0, 5))).toEqual(['avail', 'count']);
    expect(scenario!.traffic.map(({ fromUs, untilUs }) => [fromUs, untilUs])).toEqual([
      [0, 180_000_000],
      [0, 180_000_000],
      [120_000_000, 180_000_000],
    ]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', message: expect.stringContaining('kubectl set image') }]);
    expect(load(GOOD, { until: '20m' }).scenario!.traffic[0]!.untilUs).toBe(1_200_000_000);
    expect(errorsOf(load(GOOD, { until: 'noon' }))).toEqual(['0:type']);
    expect(errorsOf(load(GOOD, { until: '30s' }))).toEqual(['4:semantic']);
  });

  test('of text take numbers as text', () => {
    const { scenario } = load(
      changed(
        'name: web, image: "example.com/web:${tag}"',
        'name: web, image: web, env: [{ name: A, value: "${replicas}" }]',
      ),
    );
    expect(scenario!.manifests[0]!.object).toMatchObject({
      spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: '3' }] }] } } },
    });
  });

  test.each([
    ['replicsa', '5', 'did you mean "replicas"?'],
    ['cluster.nodes.7.count', '5', ''],
    ['cluster.nodes.0.cuont', '5', 'did you mean "count"?'],
    ['__proto__.x', '5', ''],
    ['cluster.__proto__', '5', ''],
    ['replicas', 'many', ''],
  ])('%s=%s is refused', (name, value, hint) => {
    const result = load(GOOD, settings([name, value]));
    expect(result.scenario).toBeUndefined();
    expect(result.diagnostics.map((diagnostic) => diagnostic.hint).join('\n')).toContain(hint);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('overrides', () => {
  const overridden = (override: string) => load(changed('workloads:', `overrides:\n  ${override}\nworkloads:`));

  test('are merged as kubectl patch merges', () => {
    const { scenario } = overridden(
      'deployment/web: { spec: { replicas: "${replicas}", template: { spec: { containers: [{ name: web, imagePullPolicy: Always }] } } } }',
    );
    expect(scenario!.manifests[0]!.object).toMatchObject({
      spec: {
        replicas: 3,
        template: { spec: { containers: [{ image: 'example.com/web:v1', imagePullPolicy: 'Always' }] } },
      },
    });
  });

  test('are where their mistakes are', () => {
    const line = changed('workloads:', 'overrides:').split('\n').indexOf('overrides:') + 2;
    expect(errorsOf(overridden('deployment/web: { spec: { replicas: -1 } }'))).toEqual([`${line}:value`]);
    expect(errorsOf(overridden('deployment/web: { spec: { replcas: 1 } }'))).toEqual([`${line}:unknown-field`]);
    expect(errorsOf(overridden('deployment/wbe: { spec: { replicas: 1 } }'))).toEqual([`${line}:reference`]);
  });
});

describe('files beside the scenario', () => {
  const manifest =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\n---\napiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: Secret, metadata: { name: two } }\n';

  test('are read: manifests, Lists, JSON, patterns', () => {
    const text = changed('manifests:', 'manifests:\n  - ./more/a.yaml\n  - more/*.json');
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'three' } });
    const result = load(text, {}, { 'more/a.yaml': manifest, 'more/b.json': json });
    expect(result.scenario!.manifests.map(({ object }) => object.metadata.name)).toEqual([
      'one',
      'two',
      'three',
      'web',
      'web',
    ]);
    expect(result.inputs.map(({ path }) => path)).toEqual(['web.yaml', 'more/a.yaml', 'more/b.json']);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['not-simulated']);
  });

  test('of custom kinds are stored; those without their definition are named', () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'foos.example.com' },
      spec: { group: 'example.com', names: { kind: 'Foo', plural: 'foos' }, scope: 'Namespaced', versions: [] },
    };
    const items = ['Foo', 'Service', 'Service'].map((kind, index) => ({
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name: `custom-${index}` },
    }));
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [definition, ...items] });
    const { scenario, diagnostics } = load(
      changed('manifests:', 'manifests:\n  - custom.json'),
      {},
      { 'custom.json': list },
    );
    expect(scenario!.manifests.filter(({ object }) => object.apiVersion === 'example.com/v1')).toHaveLength(3);
    const message =
      'no matches for kind "Service" in version "example.com/v1": the manifests have no CustomResourceDefinition of it';
    expect(diagnostics.map((diagnostic) => diagnostic.message)).toEqual([
      expect.stringContaining('CustomResourceDefinition, Foo, 2 Service.example.com'),
      message,
    ]);
  });

  test('that are not there, or wrong, are named', () => {
    expect(errorsOf(load(changed('manifests:', 'manifests:\n  - ./no.yaml')))).toEqual(['17:file']);
    expect(errorsOf(load(changed('manifests:', 'manifests:\n  - ./*.nope')))).toEqual(['17:file']);
    const result = load(changed('manifests:', 'manifests:\n  - a.yaml'), {}, { 'a.yaml': 'kind: Pod' });
    expect(result.diagnostics).toMatchObject([{ path: 'a.yaml', code: 'missing-field' }]);
  });

  test('Namespaces come first, and must be there', () => {
    const inShop = '  - { apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop } }\n';
    expect(errorsOf(load(changed('workloads:', `${inShop}workloads:`)))).toEqual(['31:reference']);
    const namespace = '  - { apiVersion: v1, kind: Namespace, metadata: { name: shop } }\n';
    const { scenario } = load(changed('workloads:', `${inShop}${namespace}workloads:`));
    expect(scenario!.manifests[0]!.object.kind).toBe('Namespace');
  });

  test('traces of rates and empirical distributions', () => {
    const text = changed('rate: 200/s', 'rate: { trace: r.csv, scale: 2 }').replace(
      'cpu: 1ms',
      'cpu: empirical(e.csv)',
    );
    const result = load(text, {}, { 'r.csv': 'second,requests\n10,5\n20,100\n', 'e.csv': 'value\n3\n1\n' });
    expect(result.scenario!.traffic[0]!.arrivals).toMatchObject({
      rate: {
        points: [
          { atUs: 0, perSecond: 1 },
          { atUs: 10_000_000, perSecond: 20 },
        ],
        interpolation: 'step',
      },
    });
    expect(result.scenario!.workloads[0]!.requests['inner']!.cpu).toEqual({ type: 'empirical', values: [1, 3] });
  });

  test('commands of the timeline apply files and objects in place', () => {
    const text = changed(
      'timeline:',
      'timeline:\n  - 1m: kubectl apply -f c.yaml\n  - 2m: { kubectl create: { apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [{ name: c, image: i }] } } }',
    );
    const { scenario } = load(text, {}, { 'c.yaml': manifest });
    expect(scenario!.timeline.slice(0, 2).map(({ command }) => command)).toMatchObject([
      { do: 'apply', objects: [{ kind: 'ConfigMap' }, { kind: 'Secret' }] },
      { do: 'create', objects: [{ kind: 'Pod', metadata: { name: 'p' } }] },
    ]);
    expect(scenario!.timeline[1]!.text).toBe('kubectl create pod/p');
  });
});

test.each([
  ['duration: 10m', 'duration: 10', '3:type'],
  ['duration: 10m', 'duration: 10 minutes', '3:invalid-duration'],
  ['duration: 10m', 'duration: 0s', '3:value'],
  ['duration: 10m', 'duration: 99999d', '3:limit'],
  ['duration: 10m\n', '', '1:missing-field'],
  ['warmup: 1m', 'warmup: 10m', '4:semantic'],
  ['warmup: 1m', 'interval: 0s', '4:value'],
  ['scenario: web', 'scenario: ../web', '1:value'],
  ['scenario: web', 'scenario: con/../web', '1:value'],
  ['seed: 7', 'seed: -7', '2:value'],
  ['seed: 7', 'sede: 7', '2:unknown-field'],
  ['preset: managed', 'preset: huge', '6:value'],
  ['preset: managed', 'etcd: { members: 2 }', '6:type'],
  ['preset: managed', 'parameters: { fsync: 5 minutes }', '6:invalid-distribution'],
  ['count: 3', 'count: 300000', '8:value'],
  ['cpu: 4', 'cpu: -4', '8:value'],
  ['cpu: 4', 'cpu: four', '8:invalid-quantity'],
  ['memory: 16Gi', 'memory: 16Gibi', '8:invalid-quantity'],
  ['price: 0.19/h', 'price: cheap', '8:value'],
  ['zones: [a, b, c]', 'zones: []', '8:value'],
  ['pool: batch', 'pool: general', '9:duplicate-name'],
  ['pool: batch', 'pool: Batch!', '9:value'],
  ['"dedicated=batch:NoSchedule"', '"dedicated"', '13:value'],
  ['start: lognormal(p50=1.2s, p99=4s)', 'start: lognormal(p50=1.2, p99=4s)', '34:invalid-distribution'],
  ['start: lognormal(p50=1.2s, p99=4s)', 'start: empirical(no.csv)', '34:invalid-distribution'],
  ['concurrency: 4', 'concurrency: 0', '35:value'],
  ['concurrency: 4', 'concurrency: 1.5', '35:type'],
  ['concurrency: 4', 'onTerm: die', '35:value'],
  ['concurrency: 4', 'fails: sometimes', '35:type'],
  ['concurrency: 4', 'run: a while', '35:invalid-distribution'],
  ['concurrency: 4', 'fails: { after: 5s, probability: 2 }', '35:value'],
  ['concurrency: 4', 'select: "app in (web"', '35:value'],
  ['image: 120MiB', 'image: big', '33:invalid-quantity'],
  ['probability: 5%', 'probability: 500%', '37:value'],
  ['call: web', 'call: wbe', '37:reference'],
  ['request: inner', 'request: inenr', '37:reference'],
  ['  web:\n    image', '  wbe:\n    image', '32:reference'],
  ['rate: 200/s', 'rate: fast', '40:value'],
  ['rate: 200/s', 'rate: -5/s', '40:value'],
  ['rate: 200/s', 'rate: 99999999999/s', '40:limit'],
  ['rate: 200/s', 'rate: "ramp(1/s, 2/s)"', '40:value'],
  ['rate: 200/s, ', '', '40:missing-field'],
  ['to: "http://web/"', 'to: "http://wbe/"', '40:reference'],
  ['to: "http://web/"', 'to: "http://web:99999/"', '40:value'],
  ['to: "http://web/"', 'to: "ftp://web/"', '40:value'],
  ['timeout: 1s', 'timeout: soon', '40:invalid-duration'],
  ['connections: keep-alive(8)', 'connections: keep-alive(0)', '40:value'],
  ['{ "8h": 20/s, "20h": 90/s }', '{ "8h": 20/s, "25h": 90/s }', '41:value'],
  ['until: 5m', 'until: 1m', '42:semantic'],
  ['zone: b', 'zone: x', '42:reference'],
  ['users: 50', 'users: 0', '42:value'],
  ['8m: fail zone a for 1m', '11m: fail zone a', '44:semantic'],
  ['8m: fail zone a for 1m', '8: fail zone a', '44:invalid-duration'],
  ['8m: fail zone a for 1m', '8m: fail zone x', '44:reference'],
  ['8m: fail zone a for 1m', '8m: fail node general-4', '44:reference'],
  ['8m: fail zone a for 1m', '8m: explode', '44:unknown-command'],
  ['set image deployment/web', 'set image deployment/wbe', '45:reference'],
  ['availability(shoppers)', 'availability(shopers)', '48:invalid-expectation'],
  ['>= 99.9%', '>= 150%', '48:invalid-expectation'],
  ['< 300ms', '< 300', '49:invalid-expectation'],
  ['within 30s of set image', 'within 30s of nothing', '50:invalid-expectation'],
])('%j -> %j is told as %s', (from, to, expected) => {
  const result = load(changed(from, to));
  expect(result.scenario).toBeUndefined();
  expect(errorsOf(result)).toContain(expected);
});

test('all mistakes come at once, sorted by place', () => {
  const text = GOOD.replace('seed: 7', 'sede: 7')
    .replace('cpu: 4', 'cpu: four')
    .replace('rate: 200/s', 'rate: fast')
    .replace('< 300ms', '< 300');
  expect(errorsOf(load(text))).toEqual(['2:unknown-field', '8:invalid-quantity', '40:value', '49:invalid-expectation']);
});

test('parameters of a preset are checked by name', () => {
  const text = changed('preset: managed', 'parameters: { fsync: "lognormal(p50=4ms, p99=20ms)", tailChance: 0.5 }');
  const known = new Map([
    ['fsync', 'distribution'],
    ['tailChance', 'number'],
  ] as const);
  expect(load(text, { knownParameters: known }).scenario!.cluster.parameters).toMatchObject([
    { name: 'fsync', value: { type: 'lognormal' }, position: { line: 6 } },
    { name: 'tailChance', value: 0.5 },
  ]);
  expect(errorsOf(load(text.replace('fsync:', 'fsnyc:'), { knownParameters: known }))).toEqual(['6:unknown-parameter']);
  expect(errorsOf(load(text.replace('0.5', '5ms'), { knownParameters: known }))).toEqual(['6:type']);
});
