import seedrandom from 'seedrandom';

/**
 * Random scenarios: a few workloads on a few nodes, random commands and faults, then quiet until the world has come to
 * rest. Everything hangs on the seed alone.
 */
export interface SwarmScenario {
  readonly text: string;
  /** Nothing fails and nobody deletes pods: the promises of a rolling update hold at every moment. */
  readonly undisturbed: boolean;
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
  const undisturbed = dice.chance(0.5);
  const commands: [number, string][] = [];
  for (let count = dice.between(1, 6); count > 0; count--) {
    const { name, kind } = dice.pick(workloads);
    const lines = dice.chance(0.75) || undisturbed ? COMMANDS[kind] : DISTURBANCES;
    const at = dice.between(COMMANDS_FROM, COMMANDS_UNTIL);
    commands.push([at, dice.pick(lines)(dice, name, nodes)]);
  }
  if (!undisturbed) for (let count = dice.between(0, 2); count > 0; count--) commands.push(fault(dice, nodes));
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
    ...workloads.flatMap(({ lines }) => lines),
    'workloads:',
    '  any: { select: app, start: "uniform(200ms, 4s)" }',
    'timeline:',
    ...timeline,
    `  - ${FAULTS_END}s: [${uncordons}]`,
    ...workloads.map(({ resume }) => resume).filter((line) => line !== ''),
    '',
  ].join('\n');
  return { text, undisturbed, restAt: REST_AT };
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

const KINDS = ['deployment'] as const;

const template = (name: string): string =>
  `template: { metadata: { labels: { app: ${name} } }, spec: { terminationGracePeriodSeconds: 5, containers: [{ name: main, ` +
  `image: "x.test/${name}:v1", resources: { requests: { cpu: 100m } }, ` +
  'readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 } }] } }';

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
};

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
};

const RESUME: Record<(typeof KINDS)[number], (name: string) => string> = {
  deployment: (name) => `  - ${FAULTS_END}s: kubectl rollout resume deployment/${name}`,
};

const DISTURBANCES: readonly CommandLine[] = [
  (_dice, name) => `kubectl delete pods -l app=${name}`,
  (dice, name) => `kubectl label pods -l app=${name} app=stray${dice.below(3)} --overwrite`,
  (dice, _name, nodes) => `kubectl cordon node-${dice.between(1, nodes)}`,
  (dice, _name, nodes) =>
    `kubectl drain node-${dice.between(1, nodes)} --ignore-daemonsets --delete-emptydir-data --force`,
  (_dice, name) => `kubectl delete replicasets -l app=${name}`,
  (_dice, name) => `kubectl delete replicasets -l app=${name} --cascade=orphan`,
];

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
