import { describe, expect, it, test } from 'vitest';
import type { ResourceClaim, ResourceSlice } from '../../../../src/cluster/api/objects/devices.js';
import type { PodResourceClaim } from '../../../../src/cluster/api/objects/pod.js';
import { ALLOCATED_FINALIZER } from '../../../../src/cluster/api/resource-claims.js';
import { stored } from '../../../../src/cluster/api/store.js';
import { insertObject, removeObject, replaceObject } from '../../../../src/cluster/api/writes.js';
import { addSlice, setClaim } from '../../../../src/cluster/scheduler/devices/device-state.js';
import { devicesMayHelp } from '../../../../src/cluster/scheduler/device-hints.js';
import { podClassOf } from '../../../../src/cluster/scheduler/pod-class.js';
import { claim, deviceClass, firstOf, request, slice } from '../device-objects.js';
import { node, pod, schedulerWorld } from '../scheduler-world.js';
import { messages, NOT_HELPFUL, type One } from '../zoned-world.js';
import { clusterOf, scoresOf } from './scored.js';

/** Nodes n1 and n2; the first has a device, unless other slices are given. */
function worldWith(...slices: ResourceSlice[]): One {
  const one = schedulerWorld();
  one.addNode(node('n1'));
  one.addNode(node('n2'));
  insertObject(one.world, deviceClass());
  for (const each of slices.length === 0 ? [slice('n1', ['a'])] : slices) insertObject(one.world, each);
  one.run(1);
  return one;
}

const by = (...names: string[]): { resourceClaims: PodResourceClaim[] } => ({
  resourceClaims: names.map((name) => ({ name, resourceClaimName: name })),
});

const claimIn = (one: One, name: string): ResourceClaim | undefined =>
  stored<ResourceClaim>(one.world, 'ResourceClaim', `default/${name}`);

function allocated(name: string, nodeName: string, more: Partial<ResourceClaim['status']> = {}): ResourceClaim {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const results = [{ request: 'req', driver: 'gpu.example.com', pool: nodeName, device: 'a' }];
  const allocation = { devices: { results }, nodeSelector: { nodeSelectorTerms: [{ matchFields }] } };
  return { ...claim(name), status: { allocation, ...more } } as ResourceClaim;
}

describe('a pod goes where its devices are', () => {
  it('and its claim tells of them, of the pod, and that it may not go', () => {
    const one = worldWith();
    insertObject(one.world, claim('c'));
    one.addPod(pod('p', 1, by('c')));
    one.run(3);
    expect(one.pod('p')!.spec.nodeName).toBe('n1');
    const { metadata, status } = claimIn(one, 'c')!;
    expect(metadata.finalizers).toEqual([ALLOCATED_FINALIZER]);
    expect(status.reservedFor).toEqual([{ resource: 'pods', name: 'p', uid: 'pod-p' }]);
    expect(status.allocation!.devices.results).toEqual([
      { request: 'req', driver: 'gpu.example.com', pool: 'n1', device: 'a' },
    ]);
    expect(status.allocation!.nodeSelector!.nodeSelectorTerms).toEqual([
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
    ]);
  });

  it('two pods of one moment do not get the same', () => {
    const one = worldWith(slice('n1', ['a', 'b']));
    for (const name of ['c', 'd']) insertObject(one.world, claim(name));
    for (const name of ['c', 'd']) one.addPod(pod(name, 1, by(name)));
    one.run(3);
    const given = ['c', 'd'].map((name) => claimIn(one, name)!.status.allocation!.devices.results[0]!.device);
    expect(given).toEqual(['a', 'b']);
  });

  it('although somebody else writes the claim meanwhile', () => {
    const one = worldWith();
    insertObject(one.world, claim('c'));
    one.run(1);
    one.addPod(pod('p', 1, by('c')));
    for (let at = 1; claimIn(one, 'c')!.metadata.finalizers === undefined; at += 0.001) one.run(at);
    // The scheduler's second write is under way.
    const before = claimIn(one, 'c')!;
    replaceObject(one.world, before, { ...before, metadata: { ...before.metadata, labels: { by: 'another' } } });
    one.run(3);
    expect(one.pod('p')!.spec.nodeName).toBe('n1');
    expect(messages(one)).toEqual([]);
    expect(claimIn(one, 'c')!.metadata.labels).toEqual({ by: 'another' });
    expect(claimIn(one, 'c')!.status.reservedFor).toHaveLength(1);
  });

  it('or, if another of its claims goes meanwhile, is taken off those that it was noted in', () => {
    const one = worldWith(slice('n1', ['a', 'b']));
    for (const name of ['c', 'd']) insertObject(one.world, claim(name));
    one.run(1);
    one.addPod(pod('p', 1, by('c', 'd')));
    for (let at = 1; claimIn(one, 'c')!.status.reservedFor === undefined; at += 0.001) one.run(at);
    const before = claimIn(one, 'd')!;
    const metadata = { ...before.metadata, deletionTimestamp: 1, finalizers: ['x'] };
    replaceObject(one.world, before, { ...before, metadata });
    one.run(3);
    expect(messages(one)).toEqual([
      'running PreBind plugin "DynamicResources": claim default/d got deleted in the meantime',
    ]);
    expect(claimIn(one, 'c')!.status.reservedFor ?? []).toEqual([]);
    expect(claimIn(one, 'c')!.status.allocation).toBeDefined();
  });

  it('or nowhere, as no more are there, until one comes', () => {
    const one = worldWith(slice('n1', []));
    insertObject(one.world, claim('c'));
    one.addPod(pod('p', 1, by('c')));
    one.run(3);
    expect(messages(one)).toEqual([
      '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, ' +
        `preemption: 0/2 nodes are available: 2 ${NOT_HELPFUL}.`,
    ]);
    insertObject(one.world, slice('n2', ['a']));
    one.run(5);
    expect(one.pod('p')!.spec.nodeName).toBe('n2');
  });
});

describe('a pod is not tried', () => {
  const ownClaim = { ...claim('c'), metadata: { ...claim('c').metadata, deletionTimestamp: 1, finalizers: ['x'] } };

  it.each([
    ['before its claim is there', undefined],
    ['while its claim is being deleted', ownClaim],
  ])('%s', (_what, found) => {
    const one = worldWith();
    if (found !== undefined) insertObject(one.world, found);
    one.addPod(pod('p', 1, by('c')));
    one.run(400);
    expect(one.events()).toEqual([]);
    if (found !== undefined) removeObject(one.world, claimIn(one, 'c')!);
    one.run(401);
    insertObject(one.world, claim('c'));
    one.run(402);
    expect(one.pod('p')!.spec.nodeName).toBe('n1');
  });
});

describe('a class that does not exist', () => {
  it('keeps the pod from all nodes until it does', () => {
    const one = worldWith();
    insertObject(one.world, claim('c', [firstOf('req', {}, { deviceClassName: 'other' })]));
    one.addPod(pod('p', 1, by('c')));
    one.run(3);
    expect(messages(one)[0]).toMatch(
      /^0\/2 nodes are available: request req\/sub-1: device class other does not exist\./,
    );
    insertObject(one.world, deviceClass('other'));
    one.run(5);
    expect(one.pod('p')!.spec.nodeName).toBe('n1');
  });
});

describe('devices of a claim that the pod cannot get to', () => {
  const there = { nodeSelector: { 'kubernetes.io/hostname': 'n1' } };

  it('go back when nobody uses it, and others are taken', () => {
    const one = worldWith(slice('n1', ['a']), slice('n2', ['a']));
    insertObject(one.world, allocated('c', 'n2'));
    one.addPod(pod('p', 1, { ...by('c'), ...there }));
    one.run(5);
    expect(messages(one)[0]).toContain('1 resourceclaim not available on the node');
    expect(one.pod('p')!.spec.nodeName).toBe('n1');
    expect(claimIn(one, 'c')!.status.allocation!.devices.results[0]!.pool).toBe('n1');
  });

  it('stay when somebody does', () => {
    const one = worldWith(slice('n1', ['a']), slice('n2', ['a']));
    const reservedFor = [{ resource: 'pods', name: 'other', uid: 'other' }];
    insertObject(one.world, allocated('c', 'n2', { reservedFor }));
    one.addPod(pod('p', 1, { ...by('c'), ...there }));
    one.run(20);
    expect(one.pod('p')!.spec.nodeName).toBeUndefined();
    expect(claimIn(one, 'c')!.status.allocation!.devices.results[0]!.pool).toBe('n2');
  });
});

test('better alternatives are worth more', () => {
  const cluster = clusterOf(
    ['n1', 'n2', 'n3'].map((name) => node(name)),
    [],
  );
  const { devices } = cluster;
  const large = `device.attributes["gpu.example.com"].size == "large"`;
  devices.classes.set('gpu', deviceClass());
  devices.classes.set('large', deviceClass('large', large));
  const sized = (size: string) => [{ name: 'a', attributes: { size: { string: size } } }];
  for (const [name, size] of Object.entries({ n1: 'large', n2: 'small', n3: 'large' })) {
    addSlice(devices, slice(name, sized(size)));
  }
  setClaim(devices, 'default/c', claim('c', [firstOf('req', { deviceClassName: 'large' }, {})]));
  expect(scoresOf(cluster, pod('p', 1, by('c')), 'DynamicResources')).toEqual({ n1: 100, n2: 87, n3: 100 });
  setClaim(devices, 'default/d', claim('d', [request('req')]));
  expect(scoresOf(cluster, pod('q', 1, by('d')), 'DynamicResources')).toEqual({ n1: 0, n2: 0, n3: 0 });
});

test('only claims that are given back, or the own ones, give hope', () => {
  const cluster = clusterOf([node('n1')], []);
  const own = claim('c');
  setClaim(cluster.devices, 'default/c', own);
  const podClass = podClassOf(cluster, pod('p', 1, by('c')));
  const helps = (before: ResourceClaim | undefined, object: ResourceClaim): boolean =>
    devicesMayHelp(cluster, podClass, { type: 'ResourceClaim', before, object });
  expect(helps(undefined, own)).toBe(true);
  expect(helps(own, { ...own, metadata: { ...own.metadata, labels: { a: 'b' } } })).toBe(false);
  expect(helps(own, allocated('c', 'n1'))).toBe(true);
  expect(helps(undefined, claim('other'))).toBe(false);
  expect(helps(claim('other'), allocated('other', 'n1'))).toBe(false);
  expect(helps(allocated('other', 'n1'), claim('other'))).toBe(true);
  expect(helps(allocated('other', 'n1'), allocated('other', 'n1', { reservedFor: [] }))).toBe(false);
});
