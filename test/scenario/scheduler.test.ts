import { describe, expect, it } from 'vitest';
import { load, validate } from './memory-files.js';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

/** `line:column message` of what is wrong with a configuration; its own lines begin with 3. */
function told(text: string): string[] {
  return validate('scheduler.yaml', HEAD + text).diagnostics.map(
    ({ severity, line, column, message, hint }) =>
      `${severity === 'warning' ? 'warning ' : ''}${line}:${column} ${message}${hint === '' ? '' : ` (${hint})`}`,
  );
}

/** One profile with these lines below `plugins:` or `pluginConfig:`. */
const profile = (text: string): string => `profiles:\n- schedulerName: a\n  ${text}`;
const args = (name: string, text: string): string => profile(`pluginConfig: [ { name: ${name}, args: { ${text} } } ]`);

const BATCHING =
  'without default constraints of PodTopologySpread kube-scheduler takes over sorted nodes from pod to pod (OpportunisticBatching): not simulated';

describe('a configuration', () => {
  it('is found to be sound', () => {
    const text = `${HEAD}leaderElection: { leaderElect: true }\n${profile('plugins: { score: { disabled: [ { name: "*" } ] } }')}`;
    expect(validate('scheduler.yaml', text)).toMatchObject({
      kind: 'scheduler configuration',
      summary: '1 profile',
      diagnostics: [],
    });
  });

  it.each([
    [
      'podMaxBackoffSeconds: 1\npodInitialBackoffSeconds: 5',
      '3:23 the longest back-off of 1 s is shorter than the first of 5 s',
    ],
    ['podInitialBackoffSeconds: 0', '3:27 must be 1 or more, got 0'],
    ['percentageOfNodesToScore: 101', '3:27 must be from 0 to 100, got 101'],
    ['profile: []', '3:1 unknown field "profile" (did you mean "profiles"?)'],
    ['profiles: [ {}, { schedulerName: b } ]', '3:13 each of several profiles needs a schedulerName'],
    [
      'profiles: [ { schedulerName: b }, { schedulerName: b } ]',
      '3:52 duplicate schedulerName "b", already profiles[0]',
    ],
    [
      'extenders: [ { urlPrefix: http://x } ]',
      'warning 3:1 extenders are not simulated: pods go where the scheduler by itself puts them',
    ],
    ['parallelism: 4', 'warning 3:1 parallelism is not simulated: attempts take as long as with 16 workers'],
    [
      'profiles: [ { plugins: { multiPoint: { disabled: [ { name: PodTopologySpread } ] } } } ]',
      `warning 3:13 ${BATCHING}`,
    ],
    [
      'profiles: [ { pluginConfig: [ { name: PodTopologySpread, args: { defaultingType: List } } ] } ]',
      `warning 3:13 ${BATCHING}`,
    ],
  ])('%s', (text, expected) => expect(told(text)).toEqual([expected]));
});

describe('all mistakes are told at once', () => {
  it('those of meaning beside those of shape', () => {
    const text = `percentageOfNodeToScore: 50
podInitialBackoffSeconds: 20
profiles:
- schedulerName: a
  plugins: { score: { enabled: [ { name: NodeResourceFit }, { name: NodeResourcesFit, weight: -3 } ] } }
- schedulerName: a
`;
    expect(told(text)).toEqual([
      '3:1 unknown field "percentageOfNodeToScore" (did you mean "percentageOfNodesToScore"?)',
      '4:27 the longest back-off of 10 s is shorter than the first of 20 s',
      expect.stringContaining('7:42 "NodeResourceFit" is no plugin of kube-scheduler'),
      '7:95 must be 0 or more, got -3',
      '8:18 duplicate schedulerName "a", already profiles[0]',
    ]);
  });

  it('those of a plugin, too', () => {
    const shape = 'shape: [ { utilization: 50, score: 11 }, { utilization: 40, score: 0 } ]';
    const text = `scoringStrategy: { type: MostAllocate, requestedToCapacityRatio: { ${shape} } }`;
    const all = told(args('NodeResourcesFit', text)).join('\n');
    expect(all).toContain('did you mean "MostAllocated"?');
    expect(all).toContain('must be from 0 to 10, got 11');
    expect(all).toContain('utilization');
  });

  it('of one in place, too, beside those around it', () => {
    const scenario = `scenario: s
duration: 1m
manifests: []
cluster:
  nodes: [ { pool: a, count: 1, cpu: 2, memory: 4Gi, zoness: [a] } ]
  scheduler:
    apiVersion: kubescheduler.config.k8s.io/v1
    kind: KubeSchedulerConfiguration
    paralelism: 3
    profiles:
    - plugins: { score: { enabled: [ { name: NodeName } ], disabled: [ { nam: "*" } ] } }
      pluginConfig:
      - { name: NodeResourcesFit, args: { scoringStrategy: { type: RequestedToCapacityRatio } } }
`;
    const { diagnostics } = validate('s.yaml', scenario);
    expect(diagnostics.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '5 unknown field "zoness"',
      '9 unknown field "paralelism"',
      '11 NodeName does not extend score',
      '11 missing field "name"',
      '11 unknown field "nam"',
      '13 RequestedToCapacityRatio needs requestedToCapacityRatio.shape',
    ]);
  });

  it('a misspelt kind is told as one', () => {
    const text = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfig\nprofiles: []\n';
    expect(validate('scheduler.yaml', text)).toMatchObject({
      kind: 'scheduler configuration',
      diagnostics: [{ line: 2, hint: 'did you mean "KubeSchedulerConfiguration"?' }],
    });
  });
});

describe('plugins', () => {
  it.each([
    [
      'plugins: { multiPoint: { enabled: [ { name: NodeResourceFit } ] } }',
      '5:47 "NodeResourceFit" is no plugin of kube-scheduler: others are not simulated (did you mean "NodeResourcesFit"?)',
    ],
    [
      'plugins: { score: { enabled: [ { name: NodePorts } ] } }',
      '5:42 NodePorts does not extend score (it extends preFilter, filter)',
    ],
    [
      'plugins: { score: { enabled: [ { name: ImageLocality }, { name: ImageLocality } ] } }',
      '5:67 ImageLocality is enabled twice, already enabled[0]',
    ],
    [
      'plugins: { filter: { disabled: [ { name: NodePort } ] } }',
      'warning 5:44 "NodePort" is no plugin of kube-scheduler: nothing is disabled (did you mean "NodePorts"?)',
    ],
    ['plugins: { filters: {} }', '5:14 unknown field "filters" (did you mean "filter"?)'],
    ['plugins: { score: { enabled: [ { name: ImageLocality, weight: -1 } ] } }', '5:65 must be 0 or more, got -1'],
    ['plugins: { bind: { disabled: [ { name: "*" } ] } }', '5:3 no plugin binds pods: DefaultBinder is disabled'],
    [
      'plugins: { queueSort: { disabled: [ { name: "*" } ] } }',
      '5:3 no plugin sorts the queue: PrioritySort is disabled',
    ],
    [
      'plugins: { preScore: { disabled: [ { name: TaintToleration } ] } }',
      '5:3 TaintToleration is enabled at score and not at preScore: that is not simulated (enable it at preScore too, or disable it at multiPoint)',
    ],
    [
      'plugins: { filter: { disabled: [ { name: NodeAffinity } ] } }',
      '5:3 NodeAffinity is enabled at preFilter and not at filter: that is not simulated (enable it at filter too, or disable it at multiPoint)',
    ],
    [
      'plugins: { multiPoint: { enabled: [ { name: ImageLocality, weight: 2000000000 } ] } }',
      '5:3 weights of 2000000014 together are more than the limit of 21000000',
    ],
    [
      'pluginConfig: [ { name: NodeResourcefit, args: {} } ]',
      '5:27 "NodeResourcefit" is no plugin of kube-scheduler: others are not simulated (did you mean "NodeResourcesFit"?)',
    ],
    [
      'pluginConfig: [ { name: NodeAffinity }, { name: NodeAffinity } ]',
      '5:51 NodeAffinity is configured twice, already pluginConfig[0]',
    ],
    ['pluginConfig: [ { name: NodeName, args: {} } ]', '5:37 NodeName takes no arguments'],
  ])('%s', (text, expected) => expect(told(profile(text))).toContain(expected));

  it('may be left out of scores, and of filters that decide nothing before', () => {
    expect(told(profile('plugins: { score: { disabled: [ { name: TaintToleration } ] } }'))).toEqual([]);
    expect(told(profile('plugins: { filter: { disabled: [ { name: NodePorts } ] } }'))).toEqual([]);
  });
});

describe('arguments', () => {
  const strategy = (text: string): string => args('NodeResourcesFit', `scoringStrategy: { ${text} }`);
  it.each([
    [
      strategy('type: MostAlocated'),
      'expected one of LeastAllocated, MostAllocated, RequestedToCapacityRatio, got "MostAlocated" (did you mean "MostAllocated"?)',
    ],
    [strategy('type: LeastAllocated, resources: [ { name: cpu, weight: 101 } ]'), 'must be from 0 to 100, got 101'],
    [strategy('type: RequestedToCapacityRatio'), 'RequestedToCapacityRatio needs requestedToCapacityRatio.shape'],
    [
      strategy('type: RequestedToCapacityRatio, requestedToCapacityRatio: { shape: [] }'),
      'must have at least one point, got []',
    ],
    [
      strategy(
        'type: RequestedToCapacityRatio, requestedToCapacityRatio: { shape: [ { utilization: 50, score: 1 }, { utilization: 50, score: 2 } ] }',
      ),
      'utilization must rise from point to point: 50 follows 50',
    ],
    [args('NodeResourcesFit', 'ignoredResourceGroups: [ a/b ]'), 'must be a group, without "/", got "a/b"'],
    [
      args('NodeResourcesFit', 'kind: NodeResourcesArgs'),
      'expected one of NodeResourcesFitArgs, got "NodeResourcesArgs" (did you mean "NodeResourcesFitArgs"?)',
    ],
    [
      args('NodeResourcesBalancedAllocation', 'resources: [ { name: cpu, weight: 2 } ]'),
      'must be 1: this plugin knows no weights, got 2',
    ],
    [args('InterPodAffinity', 'hardPodAffinityWeight: 101'), 'must be from 0 to 100, got 101'],
    [
      args('InterPodAffinity', 'hardPodAffinity: 1'),
      'unknown field "hardPodAffinity" (did you mean "hardPodAffinityWeight"?)',
    ],
    [
      args('DefaultPreemption', 'minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0'),
      'minCandidateNodesPercentage and minCandidateNodesAbsolute cannot both be 0',
    ],
    [
      args(
        'PodTopologySpread',
        'defaultConstraints: [ { maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway } ]',
      ),
      'default constraints count with defaultingType List only (write defaultingType: List)',
    ],
    [
      args(
        'PodTopologySpread',
        'defaultingType: List, defaultConstraints: [ { maxSkew: 0, topologyKey: z, whenUnsatisfiable: ScheduleAnyway } ]',
      ),
      'Invalid value: 0: must be greater than zero',
    ],
    [
      args(
        'PodTopologySpread',
        'defaultingType: List, defaultConstraints: [ { maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway, labelSelector: {} } ]',
      ),
      'a default constraint has no selector: it comes from what selects the pod',
    ],
    [
      args(
        'NodeAffinity',
        'addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [ { matchExpressions: [ { key: a, operator: Exist } ] } ] } }',
      ),
      'Invalid value: "Exist": not a valid selector operator',
    ],
    [args('VolumeBinding', 'shape: []'), 'unknown field "shape" (known: apiVersion, kind, bindTimeoutSeconds)'],
  ])('%s', (text, expected) => {
    expect(told(text).map((line) => line.replace(/^\S+ /, ''))).toEqual([expected]);
  });
});

describe('in a scenario', () => {
  const scenario = (scheduler: string, more = ''): string => `scenario: s
duration: 1m
cluster:
  nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi } ]
  scheduler: ${scheduler}
${more}`;
  const IN_PLACE =
    '{ apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration, percentageOfNodesToScore: "${share}", ' +
    'profiles: [ { schedulerName: packing, plugins: { multiPoint: { enabled: [ { name: NodeResourcesFit, weight: "${weight}" } ] } } } ] }';

  it('parameters work inside', () => {
    const settings = new Map([['weight', '7']]);
    const { scenario: read } = load(scenario(IN_PLACE, 'parameters: { share: 50, weight: 1 }'), { settings });
    expect(read!.cluster.scheduler).toEqual({
      percentageOfNodesToScore: 50,
      profiles: [
        {
          schedulerName: 'packing',
          plugins: { multiPoint: { enabled: [{ name: 'NodeResourcesFit', weight: 7 }] } },
        },
      ],
    });
  });

  it('what is wrong is told at its place', () => {
    const { diagnostics } = load(scenario(IN_PLACE, 'parameters: { share: 50, weight: many }'));
    expect(diagnostics.map(({ line, field, message }) => `${line} ${field}: ${message}`)).toEqual([
      '5 cluster.scheduler.profiles[0].plugins.multiPoint.enabled[0].weight: expected a whole number, got "many" (parameter "weight" is "many", from line 6)',
    ]);
  });

  it('a file beside the scenario', () => {
    const files = {
      'scheduler.yaml': `${HEAD}profiles:\n- schedulerName: b\n`,
      'bad.yaml': `${HEAD}podMaxBackoffSeconds: x\n`,
    };
    expect(load(scenario('./scheduler.yaml'), {}, files).scenario!.cluster.scheduler).toEqual({
      profiles: [{ schedulerName: 'b' }],
    });
    expect(load(scenario('bad.yaml'), {}, files).diagnostics).toMatchObject([
      { path: 'bad.yaml', line: 3, message: 'expected a whole number, got "x"' },
    ]);
    expect(load(scenario('none.yaml'), {}, files).diagnostics).toMatchObject([
      { path: 'web.yaml', line: 5, message: 'file none.yaml is not there or cannot be read' },
    ]);
  });

  it('pods of schedulers that are not there are warned of', () => {
    const pod = (name: string, spec: string): string =>
      `{ apiVersion: v1, kind: Pod, metadata: { name: ${name} }, spec: { ${spec} containers: [ { name: c, image: c } ] } }`;
    const pods = [
      pod('a', ''),
      pod('b', 'schedulerName: packin,'),
      pod('c', 'schedulerName: packing,'),
      pod('d', 'nodeName: n,'),
    ];
    const text = scenario(IN_PLACE, `parameters: { share: 50, weight: 1 }\nmanifests: [ ${pods.join(', ')} ]`);
    const told = load(text).diagnostics.filter(({ message }) => message.includes('scheduler'));
    expect(told.map(({ severity, line, message, hint }) => `${severity} ${line}: ${message}; ${hint}`)).toEqual([
      'warning 7: pod/a asks for the scheduler "default-scheduler", and none of that name exists: it stays Pending; there is packing',
      'warning 7: pod/b asks for the scheduler "packin", and none of that name exists: it stays Pending; did you mean "packing"?',
    ]);
  });
});
