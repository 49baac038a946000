import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { ControllerRevision, DaemonSet } from '../../../../src/cluster/api/objects/workload.js';
import { controllerOf } from '../../../../src/cluster/api/owner-references.js';
import { registerDaemonSet } from '../../../../src/cluster/controllers/daemon-set/controller.js';
import { targetNode } from '../../../../src/cluster/controllers/daemon-set/placement.js';
import { createDaemonSetState, type DaemonSetWorld } from '../../../../src/cluster/controllers/daemon-set/state.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { type FakeKubelet, TestTank, type TestWorld, webTemplate } from '../../test-world.js';

type World = TestWorld & DaemonSetWorld;
type Tank = TestTank<World>;

function newTank(kubelet: FakeKubelet = {}): [Tank, string[]] {
  const tank: Tank = new TestTank<World>({
    controllers: { daemonSet: createDaemonSetState() },
    register: registerDaemonSet,
    kubelet: { nodes: ['n1', 'n2', 'n3'], ...kubelet },
  });
  const story: string[] = [];
  tank.listeners.on<Pod>('probe', 'Pod', (_world, { type, object, before }) => {
    const { deletionTimestamp } = object.metadata;
    const words = `${targetNode(object.spec)} ${object.spec.containers[0]!.image.slice('web:'.length)}`;
    if (type === 'added') story.push(`+${words}`);
    const isMarked = deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined;
    if (type === 'modified' && isMarked) story.push(`-${words}`);
  });
  tank.run(SECOND_US);
  return [tank, story];
}

function webDaemon(spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: webTemplate(), ...spec },
  };
}

function rolling(maxUnavailable: number | string, maxSurge: number | string = 0): Readonly<Record<string, unknown>> {
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } } };
}

const agent = (tank: Tank): DaemonSet => tank.get<DaemonSet>('DaemonSet', 'agent')!;
const pods = (tank: Tank): Pod[] => tank.all<Pod>('Pod');
const nodesOf = (tank: Tank): (string | undefined)[] => pods(tank).map(({ spec }) => spec.nodeName);
const setImage = (tank: Tank, version: string): void => {
  tank.patch('DaemonSet', 'agent', { spec: { template: webTemplate(`web:${version}`) } });
};
const patchNode = (tank: Tank, name: string, body: unknown): void => {
  tank.ask({ verb: 'patch', kind: 'Node', namespace: '', name, body });
};
const addNode = (tank: Tank, name: string): void => {
  const metadata = { name, labels: { disk: 'ssd' } };
  tank.create({ apiVersion: 'v1', kind: 'Node', metadata, spec: {}, status: { capacity: {}, allocatable: {} } });
};

describe('a DaemonSet', () => {
  it('puts one pod on each node, meant for it, with the tolerations of a daemon', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon());
    tank.run(4 * SECOND_US);
    expect([...story].sort()).toEqual(['+n1 v1', '+n2 v1', '+n3 v1']);
    const [{ spec, metadata }] = pods(tank) as [Pod];
    expect(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
    ]);
    expect(spec.tolerations).toHaveLength(6);
    expect(metadata.labels).toMatchObject({ app: 'web', 'pod-template-generation': '1' });
    expect(agent(tank).status).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      numberUnavailable: 0,
      numberMisscheduled: 0,
    });
  });

  it('follows nodes that come, change their labels or taints, and is not stopped by a cordon', () => {
    const [tank, story] = newTank();
    const { metadata, spec } = webTemplate() as { metadata: object; spec: object };
    tank.create(webDaemon({ template: { metadata, spec: { ...spec, nodeSelector: { disk: 'ssd' } } } }));
    tank.run(3 * SECOND_US);
    expect(story).toEqual([]);
    addNode(tank, 'n4');
    addNode(tank, 'n5');
    tank.run(3 * SECOND_US);
    expect(story).toEqual([]);
    // A new node has the taint not-ready until it is not.
    patchNode(tank, 'n4', { spec: { taints: null } });
    tank.run(3 * SECOND_US);
    expect(story).toEqual(['+n4 v1']);
    patchNode(tank, 'n5', { spec: { taints: null } });
    tank.run(3 * SECOND_US);
    const cordon = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
    patchNode(tank, 'n1', { metadata: { labels: { disk: 'ssd' } }, spec: { unschedulable: true, taints: cordon } });
    tank.run(3 * SECOND_US);
    expect(story).toEqual(['+n4 v1', '+n5 v1', '+n1 v1']);
    patchNode(tank, 'n4', { metadata: { labels: { disk: 'hdd' } } });
    tank.run(3 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n4 v1']);
    expect(agent(tank).status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
  });

  it('lets a pod stay under a new NoSchedule taint and takes it away under NoExecute', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon());
    tank.run(3 * SECOND_US);
    patchNode(tank, 'n2', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] } });
    tank.run(3 * SECOND_US);
    expect(story).toHaveLength(3);
    patchNode(tank, 'n3', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoExecute' }] } });
    tank.run(3 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n3 v1']);
    expect(agent(tank).status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
  });

  it('replaces a deleted pod only when it is gone', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon());
    tank.run(3 * SECOND_US);
    tank.delete('Pod', pods(tank).find(({ spec }) => spec.nodeName === 'n2')!.metadata.name);
    tank.run(300_000);
    expect(story.slice(3)).toEqual(['-n2 v1']);
    tank.run(2 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n2 v1', '+n2 v1']);
    expect(nodesOf(tank).sort()).toEqual(['n1', 'n2', 'n3']);
  });

  it('exchanges as many pods at a time as may be unavailable, a percentage rounded up', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon(rolling('34%')));
    tank.run(4 * SECOND_US);
    setImage(tank, 'v2');
    tank.run(700_000);
    expect(story.slice(3, 5).sort()).toEqual(['-n1 v1', '-n2 v1']);
    expect(story.slice(5).sort()).toEqual(['+n1 v2', '+n2 v2']);
    tank.run(10 * SECOND_US);
    expect(story.slice(7)).toEqual(['-n3 v1', '+n3 v2']);
    expect(agent(tank).status).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
    expect(pods(tank)[0]!.metadata.labels).toMatchObject({ 'pod-template-generation': '2' });
    expect(tank.all<ControllerRevision>('ControllerRevision').map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('replaces a pod that does not serve without counting it', () => {
    const [tank, story] = newTank({
      readyAfterUs: ({ spec }) => (spec.containers[0]!.image === 'web:broken' ? undefined : SECOND_US),
    });
    tank.create(webDaemon(rolling(1)));
    tank.run(4 * SECOND_US);
    setImage(tank, 'broken');
    tank.run(5 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n1 v1', '+n1 broken']);
    setImage(tank, 'v3');
    tank.run(10 * SECOND_US);
    expect(story.slice(5, 7)).toEqual(['-n1 broken', '+n1 v3']);
    expect(pods(tank).map(({ spec }) => spec.containers[0]!.image)).toEqual(['web:v3', 'web:v3', 'web:v3']);
  });

  it('with surge makes the new pod first and deletes the old one when it serves', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon(rolling(0, 1)));
    tank.run(4 * SECOND_US);
    setImage(tank, 'v2');
    let fewest = 3;
    for (let step = 0; step < 100; step++) {
      tank.run(100_000);
      const serving = tank.readyPods().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      fewest = Math.min(fewest, new Set(serving.map(({ spec }) => spec.nodeName)).size);
    }
    expect(fewest).toBe(3);
    expect(story.slice(3, 7)).toEqual(['+n1 v2', '-n1 v1', '+n2 v2', '-n2 v1']);
    expect(pods(tank).map(({ spec }) => spec.containers[0]!.image)).toEqual(['web:v2', 'web:v2', 'web:v2']);
  });

  it('leaves outdated pods alone with OnDelete', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon({ updateStrategy: { type: 'OnDelete' } }));
    tank.run(4 * SECOND_US);
    setImage(tank, 'v2');
    tank.run(5 * SECOND_US);
    expect(story).toHaveLength(3);
    expect(agent(tank).status).toMatchObject({ observedGeneration: 2, updatedNumberScheduled: 0 });
    tank.delete('Pod', pods(tank)[0]!.metadata.name);
    tank.run(5 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n1 v1', '+n1 v2']);
  });

  it('deletes a failed pod at once the first time, and later with a back-off that doubles', () => {
    const [tank, story] = newTank({ nodes: ['n1'] });
    tank.listeners.on<Pod>('probe', 'Pod', (world, { type, object }) => {
      if (type !== 'modified' || object.status.phase !== 'Running') return;
      const { namespace, name } = object.metadata;
      const body = { status: { phase: 'Failed' } };
      fail = { verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body };
      failedAt.push(world.kernel.now);
    });
    let fail: Parameters<Tank['ask']>[0] | undefined;
    const failedAt: number[] = [];
    tank.create(webDaemon());
    for (let step = 0; step < 600; step++) {
      tank.run(100_000);
      if (fail !== undefined) tank.ask(fail);
      fail = undefined;
    }
    // Ready after 1 s, then left lying for 0, 1, 2, 4, 8, 16 s.
    const gaps = failedAt.slice(1).map((at, index) => Math.round((at - failedAt[index]!) / SECOND_US));
    expect(gaps[0]).toBeLessThanOrEqual(2);
    expect(gaps[3]! - gaps[2]!).toBeGreaterThanOrEqual(1);
    expect(gaps[4]!).toBeGreaterThan(gaps[3]! + 2);
    expect(tank.events('FailedDaemonPod').length).toBe(story.filter((text) => text.startsWith('+')).length - 1);
  });

  it('adopts an orphan on a node and lets go of a pod that is relabelled', () => {
    const [tank] = newTank();
    const { spec } = webTemplate() as { spec: object };
    const metadata = { name: 'stray', namespace: 'default', labels: { app: 'web' } };
    tank.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, nodeName: 'n2' } });
    tank.run(2 * SECOND_US);
    tank.create(webDaemon({ updateStrategy: { type: 'OnDelete' } }));
    tank.run(4 * SECOND_US);
    expect(controllerOf(tank.get<Pod>('Pod', 'stray')!)?.name).toBe('agent');
    expect(pods(tank)).toHaveLength(3);
    tank.patch('Pod', 'stray', { metadata: { labels: { app: 'mine' } } });
    tank.run(4 * SECOND_US);
    expect(controllerOf(tank.get<Pod>('Pod', 'stray')!)).toBeUndefined();
    expect(nodesOf(tank).sort()).toEqual(['n1', 'n2', 'n2', 'n3']);
  });

  it('counts a pod as available only after minReadySeconds and waits for it in an update', () => {
    const [tank, story] = newTank();
    tank.create(webDaemon({ minReadySeconds: 10, ...rolling(1) }));
    tank.run(5 * SECOND_US);
    expect(agent(tank).status).toMatchObject({ numberReady: 3, numberAvailable: 0, numberUnavailable: 3 });
    tank.run(15 * SECOND_US);
    expect(agent(tank).status).toMatchObject({ numberReady: 3, numberAvailable: 3 });
    setImage(tank, 'v2');
    tank.run(5 * SECOND_US);
    expect(story.slice(3)).toEqual(['-n1 v1', '+n1 v2']);
    tank.run(MINUTE_US);
    expect(agent(tank).status).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  it('forgets revisions beyond its limit', () => {
    const [tank] = newTank({ nodes: ['n1'] });
    tank.create(webDaemon({ revisionHistoryLimit: 1 }));
    for (const version of ['v2', 'v3', 'v4']) {
      setImage(tank, version);
      tank.run(5 * SECOND_US);
    }
    const revisions = tank.all<ControllerRevision>('ControllerRevision').map(({ revision }) => revision);
    expect(revisions).toEqual([2, 3]);
  });
});
