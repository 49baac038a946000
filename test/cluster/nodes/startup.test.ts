import { describe, expect, test } from 'vitest';
import { issue } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { openInformer } from '../../../src/cluster/api/informers.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { Preset } from '../../../src/cluster/api/parameters.js';
import { constant, type Distribution, lognormalByMedian, sample } from '../../../src/kernel/distributions.js';
import { openStream, draws } from '../../../src/kernel/random.js';
import { schedule } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { boundPod, nodesStage, play } from './nodes-world.js';

/** Presets of section 10; that of the recordings' machine has kubelets of constant delays. */
type Published = Exclude<Preset, 'recorded'>;

/** reference/node.md section 4: p50, p90, p99 in seconds, image present, no readiness delay. */
const TARGETS: Readonly<Record<Published, { readonly onDemand: number[]; readonly classic: number[] }>> = {
  'bare-metal': { onDemand: [0.99, 1.28, 1.75], classic: [1.56, 2.02, 2.5] },
  managed: { onDemand: [1.16, 1.6, 2.58], classic: [1.74, 2.28, 3.22] },
  large: { onDemand: [1.36, 1.94, 4.54], classic: [1.91, 2.58, 5.08] },
  edge: { onDemand: [2.63, 3.71, 5.32], classic: [3.15, 4.27, 5.86] },
};

/** Scheduler cycle without the watch and the binding's way through the API server; control-plane.md section 10 has all of it. */
const CYCLE_US: Readonly<Record<Published, Distribution>> = {
  'bare-metal': lognormalByMedian(5 * MILLISECOND_US, 0.41),
  managed: lognormalByMedian(5 * MILLISECOND_US, 0.5),
  large: constant(0),
  edge: lognormalByMedian(5 * MILLISECOND_US, 0.5),
};

const PODS = 2_000;
const NODES = 40;
/** Between two creations: pods don't meet, on their node or on a watch. */
const APART_SECONDS = 6;
const BIND_DUE = 1_500;

/** Seconds from the creation stamp (as the SLO has it) to all containers seen running by a watcher, sorted. */
function startTimes(preset: Published, plegOnDemandRelist: boolean): number[] {
  const stage = nodesStage({ preset, nodes: NODES, parameters: { plegOnDemandRelist } });
  const { world, handlers, listeners } = stage;
  const user = openClient(world, 'user', CLIENT_LIMITS.heartbeat);
  const scheduler = openClient(world, 'scheduler', CLIENT_LIMITS.heartbeat);
  const stream = openStream(world, 'test/scheduler');
  const names: string[] = [];
  const taken: number[] = [];
  const seen = new Set<string>();
  openInformer(world, 'kube-scheduler', 'Pod');
  listeners.on<Pod>('kube-scheduler', 'Pod', (_, { type, object }) => {
    if (type !== 'added' || object.spec.nodeName !== undefined) return;
    schedule(world, sample(CYCLE_US[preset], draws(world, stream)), BIND_DUE, Number(object.metadata.name.slice(1)), 0);
  });
  handlers.on(BIND_DUE, (_, pod) => {
    const request = {
      verb: 'bind',
      kind: 'Pod',
      namespace: 'default',
      name: names[pod]!,
      body: `n-${(pod % NODES) + 1}`,
    } as const;
    issue(world, scheduler, request);
  });
  listeners.on<Pod>('watcher', 'Pod', (_, { object }) => {
    const { name, creationTimestamp } = object.metadata;
    if (object.status.phase !== 'Running' || seen.has(name)) return;
    seen.add(name);
    taken.push((world.kernel.now - creationTimestamp) / SECOND_US);
  });
  for (let pod = 0; pod < PODS; pod++) {
    names.push(`p${pod}`);
    const { nodeName: _, ...spec } = boundPod('x', 'x').spec;
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${pod}`, namespace: 'default' }, spec };
    issue(world, user, { verb: 'create', kind: 'Pod', namespace: 'default', name: `p${pod}`, body });
    play(stage, (pod + 1) * APART_SECONDS);
  }
  play(stage, PODS * APART_SECONDS + 30);
  expect(taken).toHaveLength(PODS);
  return taken.toSorted((a, b) => a - b);
}

describe.each(Object.keys(TARGETS) as Published[])('pod start-up, image present: %s', (preset) => {
  test.each([true, false])('within a tenth of the published table (on-demand relist: %s)', (isOnDemand) => {
    const taken = startTimes(preset, isOnDemand);
    const percentiles = [0.5, 0.9, 0.99].map((p) => taken[Math.floor(p * taken.length)]!);
    const targets = isOnDemand ? TARGETS[preset].onDemand : TARGETS[preset].classic;
    for (const [index, target] of targets.entries()) {
      expect(percentiles[index]! / target).toBeGreaterThan(0.9);
      expect(percentiles[index]! / target).toBeLessThan(1.1);
    }
  });
});
