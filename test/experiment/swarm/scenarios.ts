import seedrandom from 'seedrandom';

/**
 * Random scenarios: a few workloads on a few nodes, random commands and faults, then quiet until the world has come to
 * rest. Everything hangs on the seed alone.
 */
/**
 * calm: nothing fails and nobody takes pods away, so that the promises of a rolling update hold at every moment.
 * drains: nothing happens but drains, so that disruption budgets hold. wild: all may happen.
 */
export type Mood = 'calm' | 'drains' | 'wild';

export interface SwarmScenario {
  readonly text: string;
  readonly mood: Mood;
  readonly restAt: number;
}

/** Seconds: commands and faults come in this span, and by the last of them everything that failed is back. */
const COMMANDS_FROM = 40;
const COMMANDS_UNTIL = 240;
const FAULTS_END = 300;
/** Evictions (300 s after a node's failure), back-offs and grace periods have run out by then. */
const REST_AT = 1_500;

class Dice {
  readonly #draw: () => number;

  constructor(seed: string) {
    this.#draw = seedrandom.alea(seed);
  }

  /** Whole number from 0 to `sides` - 1. */
  below(sides: number): number {
    return Math.floor(this.#draw() * sides);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  chance(probability: number): boolean {
    return this.#draw() < probability;
  }
}

export function swarmScenario(seed: string): SwarmScenario {
  const dice = new Dice(seed);
  const nodes = dice.between(2, 4);
  const workloads = Array.from({ length: dice.between(1, 3) }, (_, index) => randomWorkload(dice, `app${index}`));
  const mood = dice.pick<Mood>(['calm', 'calm', 'drains', 'wild', 'wild']);
  const commands: [number, string][] = [];
  for (let count = dice.between(1, 6); count > 0; count--) {
    const { name, kind } = dice.pick(workloads);
    const lines =
      mood === 'drains' ? DRAINS : mood === 'wild' && dice.chance(0.3) ? DISTURBANCES[kind] : COMMANDS[kind];
    const at = dice.between(COMMANDS_FROM, COMMANDS_UNTIL);
    commands.push([at, dice.pick(lines)(dice, name, nodes)]);
  }
  if (mood === 'wild') for (let count = dice.between(0, 2); count > 0; count--) commands.push(fault(dice, nodes));
  const isUrgent = mood === 'wild' && dice.chance(0.4);
  if (isUrgent) commands.push(...urgentCommands(dice, nodes));
  const timeline = commands.map(([at, line]) => `  - ${at}s: ${line}`);
  const uncordons = Array.from({ length: nodes }, (_, node) => `kubectl uncordon node-${node + 1}`).join(', ');
  const text = [
    'scenario: swarm',
    `seed: ${seed}`,
    `duration: ${REST_AT + 1}s`,
    'cluster:',
    `  preset: ${dice.pick(['managed', 'bare-metal', 'edge'])}`,
    '  nodes:',
    `    - { pool: node, count: ${nodes}, cpu: 8, memory: 16Gi, zones: [a, b], images: all }`,
    'manifests:',
    ...STORAGE_CLASSES,
    ...workloads.flatMap(({ lines }) => lines),
    ...workloads.flatMap(({ name }) => (mood === 'drains' ? budget(dice, name) : [])),
    ...(mood === 'wild' && dice.chance(0.3) ? quota(dice, mostPods(workloads, timeline, nodes)) : []),
    ...(isUrgent ? URGENT : []),
    'workloads:',
    '  any: { select: app, start: "uniform(200ms, 4s)" }',
    'timeline:',
    ...timeline,
    `  - ${FAULTS_END}s: [${uncordons}]`,
    ...workloads.map(({ resume }) => resume).filter((line) => line !== ''),
    '',
  ].join('\n');
  return { text, mood, restAt: REST_AT };
}

interface RandomWorkload {
  readonly name: string;
  readonly kind: keyof typeof COMMANDS;
  readonly lines: readonly string[];
  /** Brings a paused rollout to its end. */
  readonly resume: string;
}

function randomWorkload(dice: Dice, name: string): RandomWorkload {
  const kind = dice.pick(KINDS);
  return { name, kind, lines: MANIFESTS[kind](dice, name), resume: RESUME[kind](name) };
}

const KINDS = ['deployment', 'deployment', 'statefulset', 'daemonset'] as const;

const template = (name: string): string =>
  `template: { metadata: { labels: { app: ${name} } }, spec: { terminationGracePeriodSeconds: 5, containers: [{ name: main, ` +
  `image: "x.test/${name}:v1", resources: { requests: { cpu: 100m } }, ` +
  'readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 } }] } }';

const claimTemplate = (dice: Dice): string =>
  'volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], ' +
  `storageClassName: ${dice.pick(['now', 'late'])}, resources: { requests: { storage: 1Gi } } } }]`;

/** Classes whose disks are made at once, or where the first pod goes. */
const STORAGE_CLASSES = [
  ['now', 'Immediate'],
  ['late', 'WaitForFirstConsumer'],
].map(
  ([name, mode]) =>
    '  - { apiVersion: storage.k8s.io/v1, kind: StorageClass, provisioner: disk.x.test, ' +
    `metadata: { name: ${name} }, volumeBindingMode: ${mode} }`,
);

const MANIFESTS: Record<(typeof KINDS)[number], (dice: Dice, name: string) => string[]> = {
  deployment: (dice, name) => [
    '  - apiVersion: apps/v1',
    '    kind: Deployment',
    `    metadata: { name: ${name} }`,
    '    spec:',
    `      replicas: ${dice.between(0, 8)}`,
    `      minReadySeconds: ${dice.pick([0, 0, 3, 10])}`,
    `      selector: { matchLabels: { app: ${name} } }`,
    `      strategy: ${strategy(dice)}`,
    `      ${template(name)}`,
  ],
  statefulset: (dice, name) => [
    '  - apiVersion: apps/v1',
    '    kind: StatefulSet',
    `    metadata: { name: ${name} }`,
    '    spec:',
    `      serviceName: ${name}`,
    `      replicas: ${dice.between(0, 5)}`,
    `      minReadySeconds: ${dice.pick([0, 0, 3])}`,
    `      podManagementPolicy: ${dice.pick(['OrderedReady', 'Parallel'])}`,
    `      selector: { matchLabels: { app: ${name} } }`,
    `      ${template(name)}`,
    ...(dice.chance(0.4) ? [`      ${claimTemplate(dice)}`] : []),
  ],
  daemonset: (dice, name) => [
    '  - apiVersion: apps/v1',
    '    kind: DaemonSet',
    `    metadata: { name: ${name} }`,
    '    spec:',
    `      selector: { matchLabels: { app: ${name} } }`,
    `      ${dice.pick(DAEMON_UPDATES)}`,
    `      ${template(name)}`,
  ],
};

/**
 * Not minReadySeconds with a surge: of two waits for one key the work queue keeps the shorter, so that the last new daemon
 * may become available unseen, and its old one stays until the next event. In Kubernetes, too.
 */
const DAEMON_UPDATES = [
  'minReadySeconds: 3',
  'updateStrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 50% } }',
  'updateStrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }',
];

function strategy(dice: Dice): string {
  if (dice.chance(0.15)) return '{ type: Recreate }';
  const [surge, unavailable] = dice.pick([
    ['25%', '25%'],
    ['1', '0'],
    ['0', '1'],
    ['100%', '0'],
    ['0', '50%'],
    ['3', '2'],
    ['30%', '10%'],
  ]);
  return `{ type: RollingUpdate, rollingUpdate: { maxSurge: ${surge}, maxUnavailable: ${unavailable} } }`;
}

type CommandLine = (dice: Dice, name: string, nodes: number) => string;

const COMMANDS: Record<(typeof KINDS)[number], readonly CommandLine[]> = {
  deployment: [
    (dice, name) => `kubectl set image deployment/${name} main=x.test/${name}:v${dice.between(1, 4)}`,
    (dice, name) => `kubectl set image deployment/${name} main=x.test/${name}:v${dice.between(1, 4)}`,
    (dice, name) => `kubectl scale deployment/${name} --replicas=${dice.between(0, 9)}`,
    (_dice, name) => `kubectl rollout restart deployment/${name}`,
    (_dice, name) => `kubectl rollout undo deployment/${name}`,
    (_dice, name) => `kubectl rollout pause deployment/${name}`,
    (_dice, name) => `kubectl rollout resume deployment/${name}`,
  ],
  statefulset: [
    (dice, name) => `kubectl set image statefulset/${name} main=x.test/${name}:v${dice.between(1, 4)}`,
    (dice, name) => `kubectl scale statefulset/${name} --replicas=${dice.between(0, 6)}`,
    (_dice, name) => `kubectl rollout restart statefulset/${name}`,
    (_dice, name) => `kubectl rollout undo statefulset/${name}`,
  ],
  daemonset: [
    (dice, name) => `kubectl set image daemonset/${name} main=x.test/${name}:v${dice.between(1, 4)}`,
    (_dice, name) => `kubectl rollout restart daemonset/${name}`,
    (_dice, name) => `kubectl rollout undo daemonset/${name}`,
    (dice, _name, nodes) =>
      `kubectl label node node-${dice.between(1, nodes)} disk=${dice.pick(['ssd', 'hdd'])} --overwrite`,
  ],
};

const RESUME: Record<(typeof KINDS)[number], (name: string) => string> = {
  deployment: (name) => `  - ${FAULTS_END}s: kubectl rollout resume deployment/${name}`,
  statefulset: () => '',
  daemonset: () => '',
};

const DRAINS: readonly CommandLine[] = [
  (dice, _name, nodes) =>
    `kubectl drain node-${dice.between(1, nodes)} --ignore-daemonsets --delete-emptydir-data --timeout=60s`,
  (dice, _name, nodes) => `kubectl uncordon node-${dice.between(1, nodes)}`,
];

function budget(dice: Dice, name: string): string[] {
  const share = dice.pick(['1', '2', '3', '25%', '50%', '70%']);
  const rule = dice.pick(['minAvailable', 'minAvailable', 'maxUnavailable']);
  return [
    '  - apiVersion: policy/v1',
    '    kind: PodDisruptionBudget',
    `    metadata: { name: ${name} }`,
    `    spec: { ${rule}: ${share}, selector: { matchLabels: { app: ${name} } } }`,
  ];
}

/** More urgent than all others, and so large that three of them leave a node room for two more pods. */
const URGENT = [
  '  - { apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: urgent }, value: 1000 }',
  '  - apiVersion: apps/v1',
  '    kind: Deployment',
  '    metadata: { name: urgent }',
  '    spec:',
  '      replicas: 0',
  '      selector: { matchLabels: { app: urgent } }',
  '      template:',
  '        metadata: { labels: { app: urgent } }',
  '        spec:',
  '          priorityClassName: urgent',
  '          terminationGracePeriodSeconds: 5',
  '          containers: [{ name: main, image: "x.test/urgent:v1", resources: { requests: { cpu: 2600m } } }]',
];

/** Urgent pods come, push others off their nodes, and go again. */
function urgentCommands(dice: Dice, nodes: number): [number, string][] {
  const from = dice.between(COMMANDS_FROM, COMMANDS_UNTIL);
  const replicas = dice.between(1, 3 * nodes + 1);
  return [
    [from, `kubectl scale deployment/urgent --replicas=${replicas}`],
    [dice.between(from + 1, FAULTS_END), 'kubectl scale deployment/urgent --replicas=0'],
  ];
}

/** Pods that the workloads can want when nothing is on its way; strays beside them are anybody's guess. */
function mostPods(workloads: readonly RandomWorkload[], timeline: readonly string[], nodes: number): number {
  if (timeline.some((line) => line.includes('stray') || line.includes('orphan'))) return 29;
  const most = { deployment: 9, statefulset: 6, daemonset: nodes };
  return workloads.reduce((sum, { kind }) => sum + most[kind], 0);
}

/** Wide enough for all to come to rest in the end, too narrow for every surge on the way. */
function quota(dice: Dice, mostPods: number): string[] {
  return [
    '  - apiVersion: v1',
    '    kind: ResourceQuota',
    '    metadata: { name: pods }',
    `    spec: { hard: { pods: "${mostPods + dice.between(1, 5)}" } }`,
  ];
}

const HARM: readonly CommandLine[] = [
  (_dice, name) => `kubectl delete pods -l app=${name}`,
  (dice, _name, nodes) => `kubectl cordon node-${dice.between(1, nodes)}`,
  (dice, _name, nodes) =>
    `kubectl drain node-${dice.between(1, nodes)} --ignore-daemonsets --delete-emptydir-data --force`,
];

const DISTURBANCES: Record<(typeof KINDS)[number], readonly CommandLine[]> = {
  deployment: [
    ...HARM,
    (dice, name) => `kubectl label pods -l app=${name} app=stray${dice.below(3)} --overwrite`,
    (_dice, name) => `kubectl delete replicasets -l app=${name}`,
    (_dice, name) => `kubectl delete replicasets -l app=${name} --cascade=orphan`,
  ],
  // A pod that a StatefulSet lost by its label keeps the name, so that the set waits for ever: in Kubernetes, too.
  statefulset: HARM,
  daemonset: HARM,
};

function fault(dice: Dice, nodes: number): [number, string] {
  const at = dice.between(COMMANDS_FROM, COMMANDS_UNTIL);
  const node = `node-${dice.between(1, nodes)}`;
  const lasts = FAULTS_END - at;
  return [
    at,
    dice.pick([
      `fail node ${node} for ${dice.between(10, lasts)}s`,
      `reboot node ${node}`,
      `fail zone ${dice.pick(['a', 'b'])} for ${dice.between(10, lasts)}s`,
    ]),
  ];
}
