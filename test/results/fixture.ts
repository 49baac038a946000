import seedrandom from 'seedrandom';
import { API_TABLE, EVENT_TABLE, REPLICA_TABLE } from '../../src/cluster/api/tables.js';
import { NODE_TABLE, PHASE_TABLE, POD_TABLE } from '../../src/cluster/nodes/tables.js';
import { ACTION_TABLE, COST_TABLE, RECOVERY_TABLE, ROLLOUT_TABLE, WAIT_TABLE } from '../../src/experiment/tables.js';
import {
  createProbe,
  openTable,
  recordRow,
  type Cell,
  type ProbeState,
  type RecordedTable,
  type TableDefinition,
} from '../../src/kernel/probe.js';
import type { ExpectationOutcome, RunIdentity } from '../../src/results/identity.js';
import { BALANCE_TABLE, LATENCY_TABLE, LOSS_TABLE, SPAN_TABLE, TRAFFIC_TABLE } from '../../src/traffic/tables.js';

/** Tables as a run of the main scenario might record them: 20 min, rollout at 5m, node death at 10m, return at 15m. */

const DEFINITIONS = [
  API_TABLE,
  EVENT_TABLE,
  REPLICA_TABLE,
  NODE_TABLE,
  PHASE_TABLE,
  POD_TABLE,
  WAIT_TABLE,
  ACTION_TABLE,
  COST_TABLE,
  RECOVERY_TABLE,
  ROLLOUT_TABLE,
  BALANCE_TABLE,
  LATENCY_TABLE,
  LOSS_TABLE,
  SPAN_TABLE,
  TRAFFIC_TABLE,
];

const DURATION = 1200;
const INTERVAL = 10;
const ROLLOUT = 300;
const DEATH = 600;
const UNREACHABLE = 640;
const EVICTED = 940;
const RESTORED = 958;
const RETURNED = 904;
const NODES = ['general-1', 'general-2', 'general-3', 'general-4'];
const ZONES = ['a', 'b', 'c', 'a'];
const DEAD = 'general-2';

interface Service {
  readonly name: string;
  readonly replicas: number;
  readonly calls: number;
  readonly p50: number;
}

const SERVICES: readonly Service[] = [
  { name: 'frontend', replicas: 4, calls: 1, p50: 0.031 },
  { name: 'productcatalogservice', replicas: 2, calls: 4.2, p50: 0.0021 },
  { name: 'currencyservice', replicas: 2, calls: 6.1, p50: 0.0012 },
  { name: 'cartservice', replicas: 2, calls: 1.4, p50: 0.0034 },
  { name: 'redis-cart', replicas: 1, calls: 1.5, p50: 0.00042 },
  { name: 'recommendationservice', replicas: 2, calls: 0.8, p50: 0.0083 },
  { name: 'shippingservice', replicas: 1, calls: 0.3, p50: 0.0029 },
  { name: 'checkoutservice', replicas: 1, calls: 0.08, p50: 0.024 },
  { name: 'paymentservice', replicas: 1, calls: 0.08, p50: 0.0041 },
  { name: 'emailservice', replicas: 1, calls: 0.08, p50: 0.0062 },
  { name: 'adservice', replicas: 2, calls: 0.6, p50: 0.0047 },
  { name: 'assistant', replicas: 1, calls: 0.02, p50: 0.41 },
];

export const IDENTITY: RunIdentity = {
  scenario: 'online-boutique-rollout',
  seed: '42',
  version: '0.1.0',
  modelVersion: '1',
  digest: '3f0c9a417be2d856',
  events: 11_482_316,
  scenarioDigest: '9d1c4f6a0b7e2358c1f4a6d90e3b57281f6c8d0a4e7b92536c0d1e8f7a4b2c39',
  command: 'wavetank run scenarios/online-boutique-rollout.yaml --seed 42',
  durationSeconds: DURATION,
  warmupSeconds: 120,
  preset: 'managed',
  parameters: { replicas: 3, surge: '25%' },
  assumptions: ['CPU demands of the services are plausible values, not measurements.'],
  notes: [
    'stored, not simulated: ServiceAccount (12 objects)',
    'gRPC probes are played as TCP probes with the same timing.',
  ],
};

export const EXPECTATIONS: readonly ExpectationOutcome[] = [
  {
    text: 'availability(shoppers) >= 99.9%',
    verdict: 'fail',
    seen: '99.87%',
    when: 'over the run after the warm-up',
    explain: 'wavetank explain lost shoppers',
  },
  {
    text: 'p99(shoppers) < 300ms',
    verdict: 'pass',
    seen: '148 ms',
    when: 'over the run after the warm-up',
    explain: '',
  },
  {
    text: 'duration(rollout deployment/frontend) < 2m',
    verdict: 'pass',
    seen: '1m 12s',
    when: 'rollout at 5m',
    explain: '',
  },
];

type World = { readonly kernel: { readonly probe: ProbeState } };

/** Draws of one named stream, so that a change in one part of the fixture leaves the others alone. */
function chance(name: string, seed: number): { uniform(): number; lognormal(p50: number, sigma: number): number } {
  const draw = seedrandom.alea(`${seed}/${name}`);
  return {
    uniform: () => draw(),
    lognormal: (p50, sigma) => {
      const normal = Math.sqrt(-2 * Math.log(draw() || 0.5)) * Math.cos(2 * Math.PI * draw());
      return p50 * Math.exp(sigma * normal);
    },
  };
}

/** Tables of one believable run; `pods` multiplies the replicas to try how the charts thin. */
export function fixtureTables(seed = 42, scale = 1): ProbeState['tables'] {
  const world: World = { kernel: { probe: createProbe() } };
  for (const definition of DEFINITIONS) openTable(world, definition);
  recordTraffic(world, seed);
  recordPods(world, seed, scale);
  recordNodes(world, seed);
  recordStory(world);
  return world.kernel.probe.tables;
}

/** A table of one's own for small tests. */
export function tableOf(definition: TableDefinition, rows: readonly (readonly Cell[])[]): RecordedTable {
  const world: World = { kernel: { probe: createProbe() } };
  openTable(world, definition);
  for (const row of rows) recordRow(world, definition, row);
  return world.kernel.probe.tables.get(definition.name)!;
}

function lossesAt(start: number, uniform: () => number): number {
  if (start >= DEATH && start < UNREACHABLE) return 40 + Math.floor(uniform() * 30);
  if (start >= ROLLOUT && start < ROLLOUT + 70) return uniform() < 0.3 ? 1 : 0;
  return 0;
}

function recordTraffic(world: World, seed: number): void {
  const random = chance('traffic', seed);
  for (let start = 0; start < DURATION; start += INTERVAL) {
    const busy = 1 + (start >= DEATH && start < RESTORED ? 0.35 : 0) + (start >= ROLLOUT && start < 372 ? 0.12 : 0);
    const finished = start < 30 ? 0 : 1960 + Math.floor(random.uniform() * 80);
    const lost = lossesAt(start, random.uniform);
    recordInterval(world, ['source', 'shoppers'], start, finished, lost, 0.034 * busy, random);
    for (const service of SERVICES) {
      const calls = Math.round(finished * service.calls);
      const failed = service.name === 'frontend' ? lost + Math.floor(lost / 2) : Math.floor(lost * service.calls * 0.2);
      recordInterval(world, ['service', service.name], start, calls, failed, service.p50 * busy, random);
    }
  }
}

function recordInterval(
  world: World,
  [side, name]: readonly [string, string],
  start: number,
  finished: number,
  lost: number,
  p50: number,
  random: ReturnType<typeof chance>,
): void {
  const answered = finished - lost;
  const kept = Math.min(answered, 100);
  const latencies = Array.from({ length: kept }, () => random.lognormal(p50, 0.55)).sort((a, b) => a - b);
  const at = (q: number): number | null => (kept === 0 ? null : latencies[Math.floor(q * (kept - 1))]!);
  const mean = kept === 0 ? null : latencies.reduce((sum, value) => sum + value, 0) / kept;
  const cells = [start, start + INTERVAL, side, name, finished, lost, lost, mean, at(0.5), at(0.9), at(0.99)];
  recordRow(world, TRAFFIC_TABLE, cells);
  const counts = new Map<number, number>();
  for (const [index, latency] of latencies.entries()) {
    const cell = Math.floor(Math.log(latency) / 0.02);
    const count = Math.floor(answered / kept) + (index < answered % kept ? 1 : 0);
    counts.set(cell, (counts.get(cell) ?? 0) + count);
  }
  for (const [cell, count] of counts) {
    recordRow(world, LATENCY_TABLE, [side, name, start, Math.exp(cell * 0.02), Math.exp((cell + 1) * 0.02), count]);
  }
  if (lost === 0) return;
  const timeouts = Math.ceil(lost * 0.7);
  recordRow(world, LOSS_TABLE, [start, side, name, 'timeout', timeouts]);
  if (lost > timeouts) recordRow(world, LOSS_TABLE, [start, side, name, 'refused', lost - timeouts]);
}

interface Life {
  readonly service: string;
  readonly revision: string;
  readonly pod: string;
  readonly node: string;
  readonly created: number;
  readonly deleted: number | null;
  readonly lostAt: number | null;
}

function recordPods(world: World, seed: number, scale: number): void {
  const random = chance('pods', seed);
  const lives: Life[] = [];
  let next = 0;
  const suffix = (): string =>
    Math.floor(random.uniform() * 60_466_176)
      .toString(36)
      .padStart(5, 'x');
  const node = (not?: string): string => {
    const candidates = NODES.filter((name) => name !== not);
    return candidates[next++ % candidates.length]!;
  };
  for (const service of SERVICES) {
    const old = service.name === 'frontend' ? `${service.name}-7d4b9c86f5` : `${service.name}-58c6d9f7b4`;
    for (let index = 0; index < service.replicas * scale; index += 1) {
      const rolled = service.name === 'frontend' ? ROLLOUT + 12 + index * 18 : null;
      lives.push(
        ...withDeath({ service: service.name, revision: old, node: node(), created: 0.4 + 0.05 * next }, rolled),
      );
    }
  }
  for (let index = 0; index < SERVICES[0]!.replicas * scale; index += 1) {
    const created = ROLLOUT + 0.3 + index * 17;
    lives.push(...withDeath({ service: 'frontend', revision: 'frontend-6f5c8d77b9', node: node(), created }, null));
  }
  recordReplicas(world, scale);
  for (const life of lives) recordLife(world, life, random);

  function withDeath(
    pod: { service: string; revision: string; node: string; created: number },
    rolled: number | null,
  ): Life[] {
    const name = `${pod.revision}-${suffix()}`;
    if (pod.node !== DEAD || rolled !== null) return [{ ...pod, pod: name, deleted: rolled, lostAt: null }];
    const replacement = { ...pod, pod: `${pod.revision}-${suffix()}`, node: node(DEAD), created: EVICTED + 0.4 };
    return [
      { ...pod, pod: name, deleted: EVICTED, lostAt: UNREACHABLE },
      { ...replacement, deleted: null, lostAt: null },
    ];
  }
}

function recordLife(world: World, life: Life, random: ReturnType<typeof chance>): void {
  const { created, deleted } = life;
  const steps = [0.02, 0.05, 0.9, created < 60 || created > EVICTED ? 4 : 1.5, 0.7, 0.15, 3.2, 0.2, 0.4];
  const points: number[] = [];
  let at = created;
  for (const step of steps) points.push((at += random.lognormal(step, 0.25)));
  const [scheduled, admitted, sandbox, pulled, started, running, ready, endpoint, first] = points as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const zone = ZONES[NODES.indexOf(life.node)]!;
  const end = deleted === null ? null : deleted + 2.4;
  const until = Math.min(life.lostAt ?? deleted ?? DURATION, DURATION);
  const requests = Math.round(Math.max(0, until - ready) * 42 * (0.9 + 0.2 * random.uniform()));
  const [workload, phase] = [`deployment/${life.service}`, deleted === null ? 'Running' : 'Succeeded'];
  recordRow(world, POD_TABLE, [
    'default',
    life.pod,
    workload,
    life.revision,
    life.node,
    zone,
    created,
    scheduled,
    admitted,
    sandbox,
    pulled,
    started,
    running,
    ready,
    endpoint,
    first,
    deleted,
    end,
    end,
    life.service === 'assistant' ? 1 : 0,
    requests,
    requests * 0.003,
    phase,
    '',
    `uid-${life.pod}`,
  ]);
  const spans: [string, string, number, number][] = [
    ['', 'pending', created, scheduled],
    [life.node, 'creating', scheduled, pulled],
    [life.node, 'starting', pulled, ready],
    [life.node, 'ready', ready, until],
  ];
  if (life.lostAt !== null)
    spans.push([life.node, 'unknown', life.lostAt, RETURNED], [life.node, 'not-ready', RETURNED, EVICTED]);
  if (deleted !== null) spans.push([life.node, 'terminating', deleted, end!]);
  if (life.service === 'assistant' && deleted === null) {
    spans.splice(
      3,
      1,
      [life.node, 'ready', ready, 700],
      [life.node, 'crash-loop', 700, 730],
      [life.node, 'ready', 730, DURATION],
    );
  }
  for (const [node, name, from, to] of spans) {
    if (from < to) recordRow(world, PHASE_TABLE, ['default', life.pod, workload, life.revision, node, name, from, to]);
  }
  for (let start = 0; start < DURATION; start += INTERVAL) {
    if (start < ready || start >= until) continue;
    recordRow(world, BALANCE_TABLE, [
      start,
      life.service,
      `default/${life.pod}`,
      380 + Math.floor(random.uniform() * 120),
    ]);
  }
}

function recordReplicas(world: World, scale: number): void {
  const put = (at: number, kind: string, name: string, owner: string, counts: readonly number[]): void =>
    recordRow(world, REPLICA_TABLE, [at, kind, 'default', name, owner, ...counts]);
  for (const { name, replicas } of SERVICES) {
    const all = replicas * scale;
    const old = name === 'frontend' ? `${name}-7d4b9c86f5` : `${name}-58c6d9f7b4`;
    put(0.4, 'Deployment', name, '', [1, all, all, all, 0, 0]);
    put(0.4, 'ReplicaSet', old, name, [1, all, all, 0, 0, 0]);
    for (let ready = 1; ready <= all; ready += 1)
      put(9 + ready, 'ReplicaSet', old, name, [1, all, all, 0, ready, ready]);
    put(9 + all, 'Deployment', name, '', [1, all, all, all, all, all]);
    const current = name === 'frontend' ? 'frontend-6f5c8d77b9' : old;
    if (name === 'frontend') {
      put(ROLLOUT, 'Deployment', name, '', [2, all, all, 0, all, all]);
      for (let step = 0; step < all; step += 1) {
        put(ROLLOUT + 0.3 + step * 17, 'ReplicaSet', current, name, [2, step + 1, step + 1, 0, step, step]);
        put(ROLLOUT + 8 + step * 17, 'ReplicaSet', current, name, [2, step + 1, step + 1, 0, step + 1, step + 1]);
        put(ROLLOUT + 12 + step * 18, 'ReplicaSet', old, name, [
          1,
          all - step - 1,
          all - step - 1,
          0,
          all - step - 1,
          all - step - 1,
        ]);
      }
      put(ROLLOUT + 72, 'Deployment', name, '', [2, all, all, all, all, all]);
    }
    if (replicas < 2) continue;
    const revision = name === 'frontend' ? 2 : 1;
    put(UNREACHABLE, 'ReplicaSet', current, name, [revision, all, all, 0, all - 1, all - 1]);
    put(RESTORED, 'ReplicaSet', current, name, [revision, all, all, 0, all, all]);
  }
}

function recordNodes(world: World, seed: number): void {
  const random = chance('nodes', seed);
  for (let start = 0; start < DURATION; start += INTERVAL) {
    for (const [index, node] of NODES.entries()) {
      const down = node === DEAD && start >= DEATH && start < RETURNED;
      const empty = node === DEAD && start >= EVICTED;
      const shifted = start >= DEATH && node !== DEAD ? 0.4 : 0;
      const used = down || start < 20 ? 0 : empty ? 0.1 : 1.3 + index * 0.2 + shifted + random.uniform() * 0.3;
      const pods = down || !empty ? 6 + index : 1;
      const ready = node !== DEAD || start < UNREACHABLE || start >= RETURNED;
      recordRow(world, NODE_TABLE, [
        start,
        start + INTERVAL,
        node,
        'general',
        ZONES[index]!,
        ready,
        used,
        empty ? 0.3 : 2.1 + 0.1 * index,
        3.92,
        3.2e9,
        14.4e9,
        pods,
      ]);
    }
  }
}

function recordStory(world: World): void {
  recordRow(world, ROLLOUT_TABLE, ['default', 'deployment/frontend', 2, ROLLOUT, ROLLOUT + 72, 'complete']);
  recordRow(world, RECOVERY_TABLE, ['node general-2', DEATH, UNREACHABLE, RESTORED, RETURNED]);
  recordRow(world, COST_TABLE, ['general', 4, 4 / 3, 0.19, (4 / 3) * 0.19]);
  const command = 'kubectl set image deployment/frontend server=frontend:v2';
  recordRow(world, ACTION_TABLE, [ROLLOUT, ROLLOUT + 0.03, command, 'ok']);
  recordRow(world, ACTION_TABLE, [DEATH, DEATH, 'ssh general-2 systemctl stop kubelet', 'ok']);
  recordRow(world, ACTION_TABLE, [900, 900, 'ssh general-2 systemctl start kubelet', 'ok']);
  const event = (
    at: number,
    source: string,
    kind: string,
    name: string,
    type: string,
    reason: string,
    message: string,
  ): void => recordRow(world, EVENT_TABLE, [at, source, kind, 'default', name, type, reason, message, 1, at]);
  event(
    ROLLOUT + 0.1,
    'deployment-controller',
    'Deployment',
    'frontend',
    'Normal',
    'ScalingReplicaSet',
    'Scaled up replica set frontend-6f5c8d77b9 from 0 to 1',
  );
  event(
    UNREACHABLE,
    'node-controller',
    'Node',
    DEAD,
    'Normal',
    'NodeNotReady',
    'Node general-2 status is now: NodeNotReady',
  );
  for (const name of ['frontend-6f5c8d77b9-a1b2c', 'cartservice-58c6d9f7b4-d4e5f', 'adservice-58c6d9f7b4-g7h8j']) {
    event(UNREACHABLE + 0.1, 'node-controller', 'Pod', name, 'Warning', 'NodeNotReady', 'Node is not ready');
    event(
      EVICTED,
      'taint-eviction-controller',
      'Pod',
      name,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod default/${name}`,
    );
  }
  const unschedulable = '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.';
  const evicted = 'frontend-6f5c8d77b9-k2l3m';
  recordRow(world, WAIT_TABLE, [EVICTED + 0.5, 'default', evicted, `uid-${evicted}`, unschedulable, false]);
  event(EVICTED + 0.5, 'default-scheduler', 'Pod', evicted, 'Warning', 'FailedScheduling', unschedulable);
  event(
    700,
    'kubelet',
    'Pod',
    'assistant-58c6d9f7b4-q5w6e',
    'Warning',
    'BackOff',
    'Back-off restarting failed container',
  );
  recordRow(world, API_TABLE, ['kube-scheduler', 'create', 'Pod/binding', 34, 0, 0.0052, 0.011, 0]);
  const span = [1, 'sample', 'shoppers', 'frontend', 'default', 'default/frontend-6f5c8d77b9-a1b2c', 'general-1'];
  recordRow(world, SPAN_TABLE, [
    span[0]!,
    0,
    -1,
    ...span.slice(1),
    310.2,
    0.0004,
    0.0012,
    0.009,
    0.021,
    0.0316,
    1,
    'ok',
  ]);
}
