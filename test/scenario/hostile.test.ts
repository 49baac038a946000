import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorsOf, GOOD, load, validate } from './memory-files.js';

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
`;

/** Of the processor, as the machine may be busy with other things. Reading one of these takes milliseconds. */
const SECONDS = 2;

function told(path: string, content: string | Uint8Array): string[] {
  const start = process.cpuUsage();
  const result = validate(path, content);
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(SECONDS);
  for (const { message, hint } of result.diagnostics) expect(message.length + hint.length).toBeLessThan(2_000);
  return errorsOf(result);
}

describe('hostile and broken files', () => {
  const deepFlow = `a: ${'['.repeat(100_000)}`;
  const deepBlock = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
  const deepIndicators = `${'- '.repeat(20_000)}a`;
  const manyKeys = Array.from({ length: 10_000 }, (_, index) => `k${index}: v`).join('\n  ');

  test.each<[string, string, string | Uint8Array, string]>([
    ['a good manifest', 'a.yaml', WEB, ''],
    ['a good manifest with a byte order mark', 'a.yaml', `\ufeff${WEB}`, ''],
    ['a good manifest with CRLF', 'a.yaml', WEB.replaceAll('\n', '\r\n'), ''],
    ['a good manifest as JSON', 'a.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}', ''],
    ['blanks only', 'a.yaml', ' \n\n  \n', '1:empty'],
    ['comments only', 'a.yaml', '# nothing\n', '1:empty'],
    ['null', 'a.yaml', 'null\n', '1:empty'],
    ['document marks only', 'a.yaml', '---\n---\n', '1:empty'],
    ['an empty List', 'a.yaml', 'apiVersion: v1\nkind: List\nitems: []\n', '1:empty'],
    ['plain text', 'a.yaml', 'hello\n', '1:type'],
    ['a list', 'a.yaml', '- 1\n- 2\n', '1:type'],
    ['an object without a kind', 'a.yaml', 'apiVersion: v1\n', '1:missing-field'],
    ['a kind that is a number', 'a.yaml', 'apiVersion: v1\nkind: 5\n', '2:missing-field'],
    ['UTF-16', 'a.yaml', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), '1:encoding'],
    ['Latin-1', 'a.yaml', new Uint8Array([0x61, 0x3a, 0x20, 0xe4, 0x0a]), '1:encoding'],
    ['overlong UTF-8', 'a.yaml', new Uint8Array([0x61, 0xc0, 0xaf]), '1:encoding'],
    ['half a surrogate pair', 'a.yaml', new Uint8Array([0xed, 0xa0, 0x80]), '1:encoding'],
    ['UTF-8 cut off', 'a.yaml', new Uint8Array([0x61, 0xe2, 0x82]), '1:encoding'],
    ['a NUL', 'a.yaml', 'a: "\0"\n', '1:encoding'],
    ['an escape sequence', 'a.yaml', 'a: \u001b[31mred\n', '1:encoding'],
    ['a program', 'a.yaml', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), '1:encoding'],
    ['brackets without end', 'a.yaml', deepFlow, '1:limit'],
    ['maps within maps', 'a.yaml', deepBlock, '102:limit'],
    ['lists within lists on one line', 'a.yaml', deepIndicators, '1:limit'],
    ['many keys', 'a.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  ${manyKeys}\n`, ''],
    ['many documents', 'a.yaml', '---\na: 1\n'.repeat(10_001), '20001:limit'],
    ['an alias without an anchor', 'a.yaml', 'a: *b\n', '1:yaml-alias'],
    ['an alias of itself', 'a.yaml', 'a: &a [*a]\n', '1:yaml-alias'],
    ['an alias in a key', 'a.yaml', '? &a x\n: 1\n? *a\n: 2\n', '3:yaml-syntax'],
    [
      'anchors as people use them',
      'a.yaml',
      WEB.replace('{ app: web }', '&l { app: web }').replace('labels: { app: web }', 'labels: *l'),
      '',
    ],
    [
      'a merge key',
      'a.yaml',
      WEB.replace('{ app: web }', '&l { app: web }').replace('labels: { app: web }', 'labels: { <<: *l, tier: x }'),
      '',
    ],
    ['a duplicate key deep down', 'a.yaml', WEB.replace('image: web', 'image: web, name: x'), '8:yaml-duplicate-key'],
    ['a duplicate key in quotes', 'a.yaml', 'kind: Pod\n"kind": Pod\n', '2:yaml-duplicate-key'],
    ['__proto__ deep down', 'a.yaml', WEB.replace('image: web', '__proto__: { polluted: true }'), '8:unknown-field'],
    [
      'constructor as a field',
      'a.yaml',
      WEB.replace('image: web', 'image: web, constructor: { prototype: 1 }'),
      '8:unknown-field',
    ],
    [
      'constructor as a label',
      'a.yaml',
      WEB.replace('{ app: web } }\n    spec', '{ app: web, constructor: x } }\n    spec'),
      '',
    ],
    ['a tag', 'a.yaml', 'a: !!python/object:os.system ls\n', '1:yaml-syntax'],
    ['infinity', 'a.yaml', WEB.replace('spec:', 'spec:\n  replicas: .inf'), '5:type'],
    ['a number too large for a double', 'a.yaml', WEB.replace('spec:', 'spec:\n  replicas: 1e999'), '5:type'],
    ['an integer that loses digits', 'a.yaml', WEB.replace('spec:', 'spec:\n  replicas: 9007199254740993'), '5:type'],
    ['an integer beyond int32', 'a.yaml', WEB.replace('spec:', 'spec:\n  replicas: 2147483648'), '5:type'],
    ['half a replica', 'a.yaml', WEB.replace('spec:', 'spec:\n  replicas: 1.5'), '5:type'],
    ['a boolean for text', 'a.yaml', WEB.replace('image: web', 'image: true'), '8:type'],
    ['a name with a path', 'a.yaml', WEB.replace('name: web }', 'name: "..\\\\..\\\\x" }'), '3:value'],
    ['a name with a line break', 'a.yaml', WEB.replace('name: web }', 'name: "a\\nb" }'), '3:value'],
    ['a name of 300 characters', 'a.yaml', WEB.replace('name: web }', `name: ${'a'.repeat(300)} }`), '3:value'],
    [
      'an annotation of a megabyte',
      'a.yaml',
      WEB.replace('name: web }', `name: web, annotations: { a: ${'x'.repeat(1_000_000)} } }`),
      '3:limit',
    ],
    [
      'a quantity of a million digits',
      'a.yaml',
      WEB.replace('image: web', `image: web, resources: { limits: { cpu: ${'9'.repeat(1_000_000)}.5e } }`),
      '8:value',
    ],
    [
      'two objects of one name in a List',
      'a.yaml',
      `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: Secret, metadata: { name: a } }\n- { apiVersion: v1, kind: Secret, metadata: { name: a } }\n`,
      '5:duplicate-object',
    ],
    [
      'one name in two namespaces',
      'a.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: b }\n',
      '',
    ],
    [
      'two Services of one node port',
      'a.yaml',
      ['a', 'b']
        .map(
          (name) =>
            `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { type: NodePort, ports: [{ port: 80, nodePort: 30080 }] }\n`,
        )
        .join('---\n'),
      '9:duplicate-object',
    ],
    ['a boolean in the words of YAML 1.1', 'a.yaml', WEB.replace('containers:', 'hostNetwork: yes, containers:'), ''],
    [
      'a word for a boolean where text is needed',
      'a.yaml',
      WEB.replace('image: web', 'image: web, env: [{ name: A, value: off }]'),
      '8:type',
    ],
    ['the same in quotes', 'a.yaml', WEB.replace('image: web', 'image: web, env: [{ name: A, value: "off" }]'), ''],
    [
      'a custom resource',
      'a.yaml',
      'apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: a }\nspec: { any: [1] }\n',
      '',
    ],
    ['a template', 'a.yaml', 'a: {{ .Values.x }}\n', '1:yaml-syntax'],
    ['two scenarios in one file', 'a.yaml', `${GOOD}---\n${GOOD}`, '1:type'],
    ['an empty trace', 'a.csv', '', '1:empty'],
    ['a trace with a header alone', 'a.csv', 'time_s,rate\n', '1:empty'],
    ['a good trace', 'a.csv', 'time_s,rate\n0,5\n60,7.5\n', ''],
    ['a trace of dates', 'a.csv', 'timestamp,value\n2024-02-28 23:00:00,5\n2024-02-29 00:00:00,6\n2024-03-01,7\n', ''],
    ['a trace that goes back in time', 'a.csv', 'time_s,rate\n60,5\n0,5\n', '3:csv'],
    ['a trace with NaN', 'a.csv', 'time_s,rate\n0,NaN\n', '2:csv'],
    ['a trace with Infinity', 'a.csv', 'time_s,rate\n0,1e999\n', '2:csv'],
    ['a trace with hexadecimal', 'a.csv', 'time_s,rate\n0,0x10\n', '2:csv'],
    ['a trace with a thirteenth month', 'a.csv', 'timestamp,value\n2024-13-01 00:00:00,5\n', '2:csv'],
    ['a trace with too few cells', 'a.csv', 'time_s,rate\n0\n', '2:csv'],
    ['a trace with open quotes', 'a.csv', 'time_s,rate\n0,"5\n', '2:csv'],
    ['a trace with a column twice', 'a.csv', 'time_s,rate,rate\n0,5,6\n', '1:csv'],
    ['a trace of something else', 'a.csv', 'a,b\n1,2\n', '1:csv'],
    ['a trace without a name that tells', 'rates', 'time_s,rate\n0,-5\n', '2:csv'],
  ])('%s', (_name, path, content, expected) => {
    const errors = told(path, content);
    if (expected === '') expect(errors).toEqual([]);
    else expect(errors).toContain(expected);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('a line of ten megabytes is not printed back', () => {
    const { diagnostics } = validate(
      'a.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  x: ${'y'.repeat(10_000_000)}\n`,
    );
    expect(diagnostics).toMatchObject([{ code: 'limit', line: 5, field: 'data.x' }]);
    expect(JSON.stringify(diagnostics).length).toBeLessThan(1_000);
  });

  test('a file that is not there', () => {
    expect(load('', {}, {}).diagnostics).toMatchObject([{ code: 'empty' }]);
  });
});

/** Every place in a tree: the path to it, keys of maps as text, indexes as numbers. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => places(inner, [...path, key]))].filter(
    (place) => place.length > 0,
  );
}

describe('a good scenario, damaged at random', () => {
  const alphabet = fc.constantFrom(...':{}[]-,&*!|>%@"\'#? \n\t~<=$0aé\u2028\ud83d');

  test('as text: never a crash, never a hang', () => {
    const edit = fc.record({
      at: fc.nat(GOOD.length),
      remove: fc.nat(12),
      insert: fc.string({ unit: alphabet, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = GOOD;
        for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
        const start = process.cpuUsage();
        const { scenario, diagnostics } = load(text);
        expect(process.cpuUsage(start).user / 1e6).toBeLessThan(SECONDS);
        // One or the other: a scenario that can be played, or a reason.
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        expect(scenario === undefined).toBe(errors.length > 0);
        const lines = text.split('\n').length;
        for (const { line, column } of errors) {
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThanOrEqual(0);
        }
        if (scenario !== undefined) expect(structuredClone(scenario)).toEqual(scenario);
      }),
      { numRuns: 150 },
    );
  });

  test('as bytes: never a crash', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('a.yaml', 'a.json', 'a.csv', 'a'),
        (bytes, path) => {
          validate(path, bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  // JSON is YAML too, and can be damaged by structure.
  const tree = load(GOOD).scenario === undefined ? {} : asTree();
  const all = places(tree);
  /** Texts that may be anything. */
  const isFree = (path: readonly (string | number)[]): boolean =>
    /^(?:seed|parameters|manifests|description)/.test(String(path[0])) || path.at(-1) === 'request';

  test('a field with nonsense in it is never taken silently', () => {
    const taken = all
      .filter((path) => !isFree(path))
      .flatMap((path) =>
        [nonsense, [nonsense], { [nonsense]: 1 }, -1.5, null].flatMap((value) => {
          const damaged = structuredClone(tree) as Record<string | number, unknown>;
          setAt(damaged, path, value);
          return load(JSON.stringify(damaged), { knownParameters }).scenario === undefined
            ? []
            : [`${path.join('.')} = ${JSON.stringify(value)}`];
        }),
      );
    // Nothing at all is a section without entries, a workload like all others, and in an override the end of a field.
    expect(taken).toEqual([
      'overrides.deployment/web.spec.replicas = null',
      'workloads = null',
      'workloads.web = null',
    ]);
  });

  test('a field with a name that is not known is never ignored', () => {
    const taken = all
      .filter((path) => isMapOfFields(tree, path))
      .flatMap((path) => {
        const damaged = structuredClone(tree) as Record<string | number, unknown>;
        setAt(damaged, [...path, 'zzz'], 1);
        return load(JSON.stringify(damaged), { knownParameters }).scenario === undefined ? [] : [path.join('.')];
      });
    expect(taken).toEqual([]);
  });
});

const knownParameters = new Map([['fsync', 'distribution']] as const);
const nonsense = '@@ nonsense';

/** The good scenario as a tree with values of every section. */
function asTree(): Record<string, unknown> {
  return {
    scenario: 'web',
    seed: 1,
    duration: '10m',
    warmup: '1m',
    interval: '5s',
    cluster: {
      preset: 'edge',
      etcd: { members: 3 },
      kubeProxy: 'ipvs',
      plegOnDemandRelist: false,
      parameters: { fsync: '4ms' },
      nodes: [
        {
          pool: 'a',
          count: 2,
          cpu: '4',
          memory: '8Gi',
          pods: 20,
          zones: ['x'],
          labels: { k: 'v' },
          taints: ['a=b:NoSchedule'],
          price: '1/h',
        },
      ],
    },
    manifests: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
        },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } },
    ],
    overrides: { 'deployment/web': { spec: { replicas: 2 } } },
    workloads: {
      web: {
        image: '10MiB',
        start: '1s',
        concurrency: 2,
        queue: 5,
        onTerm: 'exit',
        memory: '64Mi',
        fails: { after: '5m', exitCode: 1 },
        requests: {
          default: {
            cpu: '1ms',
            calls: [{ call: 'web', probability: 0.1, timeout: '1s', retries: 1 }, { all: ['web'] }],
          },
        },
      },
    },
    traffic: {
      s: {
        to: 'http://web/',
        via: 'load-balancer',
        zone: 'x',
        rate: { steps: { '0s': '5/s' } },
        arrivals: 'constant',
        from: '1s',
        until: '5m',
        timeout: '1s',
        retries: { count: 1 },
        connections: 'keep-alive',
      },
    },
    timeline: [{ '5m': 'kubectl scale deployment/web --replicas=3' }, { '6m': ['reboot node a-1'] }],
    expect: ['p99(s) < 1s', 'cost < 5'],
  };
}

function setAt(root: Record<string | number, unknown>, path: readonly (string | number)[], value: unknown): void {
  let parent = root;
  for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  parent[path.at(-1)!] = value;
}

/** Maps whose keys are ours and not the user's. */
function isMapOfFields(root: unknown, path: readonly (string | number)[]): boolean {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown>)[step];
  const isUserMap = [
    'labels',
    'workloads',
    'traffic',
    'matchLabels',
    'timeline',
    'parameters',
    'overrides',
    'requests',
    'steps',
  ];
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isUserMap.includes(String(path.at(-1)))
  );
}
