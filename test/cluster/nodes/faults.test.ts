import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issue } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { crashNode, rebootNode, recoverNode, startKubelet, stopKubelet } from '../../../src/cluster/nodes/faults.js';
import {
  podIndexOfUid,
  reportDrained,
  SERVING_NOTHING,
  SERVING_OPEN,
  SERVING_UNREACHABLE,
  type WorkloadBehaviour,
} from '../../../src/cluster/nodes/workload.js';
import { constant } from '../../../src/kernel/distributions.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { boundPod, eventTimes, nodesStage, play, podNamed, workload } from './nodes-world.js';

describe('while the kubelet is down', () => {
  test('nothing starts; what was starting starts when it is back', () => {
    const stage = nodesStage();
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 0.5);
    stopKubelet(stage.world, 0);
    insertObject(stage.world, boundPod('later', 'n-1'));
    play(stage, 100);
    expect(podNamed(stage, 'web')!.status.phase).toBe('Pending');
    expect(eventTimes(stage, 'web', 'Started')).toEqual([]);
    startKubelet(stage.world, 0);
    play(stage, 130);
    for (const name of ['web', 'later']) expect(podNamed(stage, name)!.status.phase).toBe('Running');
    expect(podNamed(stage, 'web')!.status.containerStatuses![0]!.restartCount).toBe(0);
    expect(stage.world.nodes.hosts.starting[0]).toBe(0);
  });

  test('a draining pod ends by itself, and is gone when the kubelet is back', () => {
    const usage = { cpuUs: () => 0, inFlight: () => 1 };
    const behaviours = [workload({ start: constant(0), onTerm: 'drain' })];
    const stage = nodesStage({ behaviours, usage });
    const { world } = stage;
    insertObject(world, boundPod('web', 'n-1'));
    play(stage, 10);
    const podIndex = podIndexOfUid(world, podNamed(stage, 'web')!.metadata.uid);
    const client = openClient(world, 'kubectl', CLIENT_LIMITS.heartbeat);
    issue(world, client, { verb: 'delete', kind: 'Pod', namespace: 'default', name: 'web' });
    play(stage, 12);
    stopKubelet(world, 0);
    reportDrained(world, podIndex);
    play(stage, 60);
    expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_NOTHING);
    expect(podNamed(stage, 'web')).toBeDefined();
    startKubelet(world, 0);
    play(stage, 90);
    expect(podNamed(stage, 'web')).toBeUndefined();
  });

  test('a container that ends is started again only afterwards', () => {
    const failure = { kind: 'exits', after: constant(8 * SECOND_US), exitCode: 1, probability: 1 } as const;
    const stage = nodesStage({ behaviours: [workload({ failure })] });
    insertObject(stage.world, boundPod('web', 'n-1'));
    play(stage, 5);
    stopKubelet(stage.world, 0);
    play(stage, 100);
    expect(eventTimes(stage, 'web', 'Started')).toHaveLength(1);
    startKubelet(stage.world, 0);
    play(stage, 118);
    expect(eventTimes(stage, 'web', 'Started').length).toBeGreaterThan(1);
  });
});

test('a reboot starts everything again in place, init containers first', () => {
  const stage = nodesStage({ behaviours: [workload({ start: constant(0) })] });
  const { world } = stage;
  insertObject(world, boundPod('web', 'n-1', { initContainers: [{ name: 'init' }] }));
  play(stage, 20);
  const podIndex = podIndexOfUid(world, podNamed(stage, 'web')!.metadata.uid);
  const serving: number[] = [];
  stage.workloads.onServing((_, _podIndex, _from, to) => serving.push(to));
  rebootNode(world, 0);
  play(stage, 200);
  const { status } = podNamed(stage, 'web')!;
  expect(serving).toEqual([SERVING_UNREACHABLE, SERVING_NOTHING, SERVING_OPEN]);
  expect(status.phase).toBe('Running');
  expect(status.initContainerStatuses![0]!.state.terminated!.exitCode).toBe(0);
  expect(status.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
  expect(world.nodes.pods.serving[podIndex]).toBe(SERVING_OPEN);
  expect(eventTimes(stage, 'web', 'Started')).toHaveLength(4);
});

const NODES = 2;
const PODS = 5;
const onTerm = fc.constantFrom('exit', 'drain', 'serve') as fc.Arbitrary<WorkloadBehaviour['onTerm']>;
const action = fc.record({
  afterMs: fc.nat(20_000),
  what: fc.constantFrom('stop', 'start', 'crash', 'recover', 'reboot', 'delete', 'force', 'create'),
  subject: fc.nat(PODS - 1),
});

test('after any faults, when all is well again, what should run runs and nothing is left of the rest', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), onTerm, fc.nat(99), (actions, term, seed) => {
      const behaviours = [workload({ onTerm: term, start: constant(2 * SECOND_US) })];
      const stage = nodesStage({ seed: String(seed), nodes: NODES, behaviours });
      const { world } = stage;
      const { hosts, pods } = world.nodes;
      const client = openClient(world, 'kubectl', CLIENT_LIMITS.heartbeat);
      const containers = [{ readinessProbe: { periodSeconds: 3 }, livenessProbe: { periodSeconds: 5 } }];
      const deleted = new Set<string>();
      let created = 0;
      const create = (subject: number): void => {
        const initContainers = subject % 2 === 0 ? [{ name: 'init' }] : [];
        insertObject(world, boundPod(`p${created++}`, `n-${(subject % NODES) + 1}`, { containers, initContainers }));
      };
      for (let pod = 0; pod < PODS; pod++) create(pod);
      let now = 0;
      for (const { afterMs, what, subject } of actions) {
        now += afterMs / 1_000;
        play(stage, now);
        const node = subject % NODES;
        if (what === 'stop') stopKubelet(world, node);
        else if (what === 'start') startKubelet(world, node);
        else if (what === 'crash') crashNode(world, node);
        else if (what === 'recover') recoverNode(world, node);
        else if (what === 'reboot') rebootNode(world, node);
        else if (what === 'create') create(subject);
        else {
          const grace = what === 'force' ? { gracePeriodSeconds: 0 } : {};
          issue(world, client, { verb: 'delete', kind: 'Pod', namespace: 'default', name: `p${subject}`, ...grace });
          deleted.add(`p${subject}`);
        }
      }
      for (let node = 0; node < NODES; node++) recoverNode(world, node);
      play(stage, now + 400);
      let alive = 0;
      for (let pod = 0; pod < created; pod++) {
        const object = podNamed(stage, `p${pod}`);
        if (deleted.has(`p${pod}`)) {
          expect(object).toBeUndefined();
          continue;
        }
        alive += 1;
        expect(object!.status.conditions!.find(({ type }) => type === 'Ready')!.status).toBe('True');
        expect(pods.serving[podIndexOfUid(world, object!.metadata.uid)]).toBe(SERVING_OPEN);
      }
      expect(pods.indexByUid.size).toBe(alive);
      expect(pods.indexByIp.size).toBe(alive);
      expect([...hosts.starting]).toEqual([0, 0]);
      expect(hosts.usedPods[0]! + hosts.usedPods[1]!).toBe(alive);
    }),
    { numRuns: 60 },
  );
});
