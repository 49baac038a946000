import { describe, expect, it } from 'vitest';
import type { ResourceClaim } from '../../../../src/cluster/api/objects/devices.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { registerKcm } from '../../../../src/cluster/api/kcm.js';
import { API_PRESETS } from '../../../../src/cluster/api/parameters.js';
import { ALLOCATED_FINALIZER } from '../../../../src/cluster/api/resource-claims.js';
import { registerResourceClaim } from '../../../../src/cluster/controllers/resource-claim/controller.js';
import {
  createResourceClaimState,
  type ResourceClaimWorld,
} from '../../../../src/cluster/controllers/resource-claim/state.js';
import { constant } from '../../../../src/kernel/distributions.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

type World = TestWorld & ResourceClaimWorld;

const API = { apiVersion: 'resource.k8s.io/v1' };
const SPEC = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
const TEMPLATE = {
  ...API,
  kind: 'ResourceClaimTemplate',
  metadata: { name: 'one', namespace: 'default' },
  spec: { metadata: { labels: { kind: 'gpu' } }, spec: SPEC },
};
const CLAIM = { ...API, kind: 'ResourceClaim', metadata: { name: 'shared', namespace: 'default' }, spec: SPEC };

function pod(name: string, resourceClaims: readonly object[], more: object = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'train:v1' }], resourceClaims, ...more },
  };
}

const FROM_TEMPLATE = [{ name: 'gpu', resourceClaimTemplateName: 'one' }];
const SHARED = [{ name: 'gpu', resourceClaimName: 'shared' }];

function newTank(parameters = API_PRESETS['bare-metal']): TestTank<World> {
  const tank = new TestTank<World>({
    controllers: { resourceClaim: createResourceClaimState() },
    kubelet: { readyAfterUs: () => undefined },
    parameters,
    register: (controllers, listeners) => {
      registerKcm(listeners);
      registerResourceClaim(controllers, listeners);
    },
  });
  tank.run(SECOND_US);
  return tank;
}

const claims = (tank: TestTank<World>) => tank.all<ResourceClaim>('ResourceClaim');

const ALLOCATION = { devices: { results: [{ request: 'gpu', driver: 'd.example.com', pool: 'p', device: 'a' }] } };

/** What the scheduler would write: devices, a finalizer, and who they are for. */
function allocate(tank: TestTank<World>, name: string, users: readonly Pod[]): void {
  tank.patch('ResourceClaim', name, { metadata: { finalizers: [ALLOCATED_FINALIZER] } });
  const reservedFor = users.map(({ metadata }) => ({ resource: 'pods', name: metadata.name, uid: metadata.uid }));
  const body = { status: { allocation: ALLOCATION, ...(users.length === 0 ? {} : { reservedFor }) } };
  tank.ask({ verb: 'patch', kind: 'ResourceClaim', namespace: 'default', name, subresource: 'status', body });
}

function end(tank: TestTank<World>, name: string): void {
  const body = { status: { phase: 'Succeeded' } };
  tank.ask({ verb: 'patch', kind: 'Pod', namespace: 'default', name, subresource: 'status', body });
}

describe('claims from templates', () => {
  it('are made once for each pod, belong to it, and stand in its status', () => {
    const tank = newTank();
    tank.create(TEMPLATE);
    tank.create(pod('train', [...FROM_TEMPLATE, { name: 'nic', resourceClaimTemplateName: 'one' }]));
    tank.run(5 * SECOND_US);
    const { metadata, status } = tank.get<Pod>('Pod', 'train')!;
    const [gpu, nic] = claims(tank);
    expect(claims(tank)).toHaveLength(2);
    expect(gpu!.metadata.name).toMatch(/^train-gpu-[a-z0-9]{5}$/);
    expect(gpu).toMatchObject({
      metadata: {
        generateName: 'train-gpu-',
        labels: { kind: 'gpu' },
        annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
        ownerReferences: [{ kind: 'Pod', name: 'train', uid: metadata.uid, controller: true }],
      },
      spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu', count: 1 } }] } },
    });
    expect(status.resourceClaimStatuses).toEqual([
      { name: 'gpu', resourceClaimName: gpu!.metadata.name },
      { name: 'nic', resourceClaimName: nic!.metadata.name },
    ]);
  });

  it('have names of 63 characters at most', () => {
    const tank = newTank();
    tank.create(TEMPLATE);
    tank.create(pod('t'.repeat(60), FROM_TEMPLATE));
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.metadata.generateName).toBe(`${'t'.repeat(52)}-gp`);
  });

  it('wait for their template, of which an event tells', () => {
    const tank = newTank();
    tank.create(pod('train', FROM_TEMPLATE));
    tank.run(SECOND_US);
    expect(claims(tank)).toEqual([]);
    expect(tank.events('FailedResourceClaimCreation')[0]!.message).toBe(
      'PodResourceClaim gpu: resource claim template "one": resourceclaimtemplate.resource.k8s.io "one" not found',
    );
    tank.create(TEMPLATE);
    tank.run(30 * SECOND_US);
    expect(claims(tank)).toHaveLength(1);
  });

  it('are not made twice although another one cannot be made, and the informer is late', () => {
    const tank = newTank({ ...API_PRESETS['bare-metal'], watchDelivery: constant(SECOND_US) });
    tank.create(TEMPLATE);
    tank.create(pod('train', [...FROM_TEMPLATE, { name: 'nic', resourceClaimTemplateName: 'two' }]));
    tank.run(5 * SECOND_US);
    expect(claims(tank)).toHaveLength(1);
    expect(tank.get<Pod>('Pod', 'train')!.status.resourceClaimStatuses).toBeUndefined();
  });

  it('are made again when they are deleted before their pod has a node', () => {
    const tank = newTank();
    tank.create(TEMPLATE);
    tank.create(pod('train', FROM_TEMPLATE));
    tank.run(SECOND_US);
    const { name } = claims(tank)[0]!.metadata;
    tank.delete('ResourceClaim', name);
    tank.run(SECOND_US);
    const made = claims(tank)[0]!.metadata.name;
    expect(made).not.toBe(name);
    expect(tank.get<Pod>('Pod', 'train')!.status.resourceClaimStatuses).toEqual([
      { name: 'gpu', resourceClaimName: made },
    ]);
  });

  it('go with their pod when it has ended, after their devices', () => {
    const tank = newTank();
    tank.create(TEMPLATE);
    const train = tank.create(pod('train', FROM_TEMPLATE, { nodeName: 'n1' })) as Pod;
    tank.run(SECOND_US);
    allocate(tank, claims(tank)[0]!.metadata.name, [train]);
    tank.run(SECOND_US);
    expect(claims(tank)).toHaveLength(1);
    end(tank, 'train');
    tank.run(10 * SECOND_US);
    expect(claims(tank)).toEqual([]);
    expect(tank.requests('resource-claim-controller', 'create')).toBe(1);
  });
});

describe('claims that pods name', () => {
  it('keep their devices until the last of their pods has ended', () => {
    const tank = newTank();
    tank.create(CLAIM);
    const [one, two] = ['one', 'two'].map((name) => tank.create(pod(name, SHARED, { nodeName: 'n1' })) as Pod);
    allocate(tank, 'shared', [one!, two!]);
    end(tank, 'one');
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.status.reservedFor?.map(({ name }) => name)).toEqual(['two']);
    expect(claims(tank)[0]!.status.allocation).toEqual(ALLOCATION);
    end(tank, 'two');
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.status).toEqual({});
    expect(claims(tank)[0]!.metadata.finalizers ?? []).toEqual([]);
  });

  it('are free of pods that the controller has never seen, after a question', () => {
    const tank = newTank();
    tank.create(CLAIM);
    const gone = { ...(pod('gone', SHARED) as Pod), metadata: { name: 'gone', uid: 'gone' } } as unknown as Pod;
    allocate(tank, 'shared', [gone]);
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.status).toEqual({});
  });

  it('are free of a pod whose name another one has by now', () => {
    const tank = newTank({ ...API_PRESETS['bare-metal'], watchDelivery: constant(SECOND_US) });
    tank.create(CLAIM);
    allocate(tank, 'shared', [{ metadata: { name: 'train', uid: 'gone' } } as unknown as Pod]);
    tank.run(SECOND_US / 2);
    tank.create(pod('train', []));
    tank.run(5 * SECOND_US);
    expect(claims(tank)[0]!.status).toEqual({});
  });

  it('are reserved for pods that came to their node without the scheduler', () => {
    const tank = newTank();
    tank.create(CLAIM);
    allocate(tank, 'shared', []);
    tank.create(pod('placed', SHARED, { nodeName: 'n1' }));
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.status.reservedFor?.map(({ name }) => name)).toEqual(['placed']);
  });

  it('that are deleted go when nobody uses them', () => {
    const tank = newTank();
    tank.create(CLAIM);
    const one = tank.create(pod('one', SHARED, { nodeName: 'n1' })) as Pod;
    allocate(tank, 'shared', [one]);
    tank.delete('ResourceClaim', 'shared');
    tank.run(SECOND_US);
    expect(claims(tank)[0]!.metadata.deletionTimestamp).toBeDefined();
    end(tank, 'one');
    tank.run(SECOND_US);
    expect(claims(tank)).toEqual([]);
  });
});
