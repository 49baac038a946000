import { expect, test } from 'vitest';
import type { ResourceClaim } from '../../../src/cluster/api/objects/devices.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodResourceClaim } from '../../../src/cluster/api/objects/pod.js';
import { stored } from '../../../src/cluster/api/store.js';
import { insertObject, replaceObject } from '../../../src/cluster/api/writes.js';
import { boundPod, eventMessages, eventTimes, type NodesStage, nodesStage, play, podNamed } from './nodes-world.js';

const REASON = 'FailedPrepareDynamicResources';
const PREFIX = 'Failed to prepare dynamic resources: prepare dynamic resources: ';

function stageWith(resourceClaims: readonly PodResourceClaim[]): NodesStage {
  const stage = nodesStage();
  insertObject(stage.world, boundPod('p', 'n-1', { spec: { resourceClaims } }));
  return stage;
}

function addClaim({ world }: NodesStage, name: string, owner?: string): void {
  const claim = plainClaim(name);
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: owner, controller: true }];
  const metadata = owner === undefined ? claim.metadata : { ...claim.metadata, ownerReferences };
  insertObject(world, { ...claim, metadata } as KubernetesObject);
}

function plainClaim(name: string): KubernetesObject {
  return {
    ...boundPod(name, 'n-1'),
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    spec: { devices: {} },
    status: {},
  } as KubernetesObject;
}

function reserve({ world }: NodesStage, name: string, uid: string): void {
  const claim = stored<ResourceClaim>(world, 'ResourceClaim', `default/${name}`)!;
  const reservedFor = [{ resource: 'pods', name: 'p', uid }];
  replaceObject(world, claim, {
    ...claim,
    status: { allocation: { devices: { results: [] } }, reservedFor },
  } as ResourceClaim);
}

test('a pod whose claim is missing or not reserved for it is not started; its kubelet looks again after 60 to 90 s', () => {
  const stage = stageWith([{ name: 'gpu', resourceClaimName: 'rc' }]);
  play(stage, 30);
  expect(podNamed(stage, 'p')!.status.phase).toBe('Pending');
  expect(podNamed(stage, 'p')!.status.containerStatuses).toMatchObject([
    { state: { waiting: { reason: 'ContainerCreating' } } },
  ]);
  addClaim(stage, 'rc');
  play(stage, 95);
  expect(eventMessages(stage, 'p', REASON)).toEqual([
    `${PREFIX}fetch ResourceClaim rc: resourceclaims.resource.k8s.io "rc" not found`,
    `${PREFIX}pod p (Pod-p) is not allowed to use ResourceClaim rc (Pod-rc)`,
  ]);
  reserve(stage, 'rc', 'Pod-p');
  play(stage, 190);
  const [first, second] = eventTimes(stage, 'p', REASON) as [number, number];
  const wait = second - first;
  expect(wait).toBeGreaterThan(59.9);
  expect(wait).toBeLessThan(90.1);
  expect(podNamed(stage, 'p')!.status.phase).toBe('Running');
  const [started] = eventTimes(stage, 'p', 'Started') as [number];
  expect(started - second).toBeGreaterThan(wait - 0.5);
  expect(started - second).toBeLessThan(wait + 3);
});

test('a pod whose claim is reserved for it starts at once, and one that does without a claim', () => {
  const stage = stageWith([
    { name: 'gpu', resourceClaimName: 'rc' },
    { name: 'none', resourceClaimTemplateName: 't' },
  ]);
  const pod = podNamed(stage, 'p')!;
  replaceObject(stage.world, pod, {
    ...pod,
    status: { ...pod.status, resourceClaimStatuses: [{ name: 'none' }] },
  } as Pod);
  addClaim(stage, 'rc');
  reserve(stage, 'rc', 'Pod-p');
  play(stage, 10);
  expect(podNamed(stage, 'p')!.status.phase).toBe('Running');
});

test("a claim of a template waits to be made, and must be the pod's own", () => {
  const stage = stageWith([{ name: 'gpu', resourceClaimTemplateName: 't' }]);
  play(stage, 10);
  const pod = podNamed(stage, 'p')!;
  const resourceClaimStatuses = [{ name: 'gpu', resourceClaimName: 'p-gpu' }];
  replaceObject(stage.world, pod, { ...pod, status: { ...pod.status, resourceClaimStatuses } } as Pod);
  addClaim(stage, 'p-gpu', 'somebody');
  play(stage, 100);
  expect(eventMessages(stage, 'p', REASON).slice(0, 2)).toEqual([
    `${PREFIX}pod "default/p": ResourceClaim not created yet`,
    `${PREFIX}ResourceClaim default/p-gpu was not created for Pod default/p (Pod is not owner)`,
  ]);
});
