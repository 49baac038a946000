import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../src/cluster/api/calls.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { ResourceQuota } from '../../../../src/cluster/api/objects/quota.js';
import { quantity } from '../../../../src/cluster/api/quantity.js';
import { countsForQuota } from '../../../../src/cluster/api/quota/usage.js';
import { objectKey } from '../../../../src/cluster/api/store.js';
import { registerResourceQuota } from '../../../../src/cluster/controllers/resource-quota/controller.js';
import {
  createResourceQuotaState,
  type QuotaTally,
  type ResourceQuotaWorld,
  tallyOf,
  usedNow,
} from '../../../../src/cluster/controllers/resource-quota/tally.js';
import { MINUTE_US, SECOND_US } from '../../../../src/kernel/time.js';
import { TestTank, type TestWorld } from '../../test-world.js';

const QUOTA = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'default' },
  spec: { hard: { pods: '2', 'requests.cpu': '1' } },
};

function pod(name: string, cpu = '300m'): unknown {
  const container = { name: 'c', image: 'c', resources: { requests: { cpu } } };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [container] } };
}

type QuotaWorld = TestWorld & ResourceQuotaWorld;

function quotaTank(before: readonly unknown[] = [], quota: unknown = QUOTA): TestTank<QuotaWorld> {
  const tank = new TestTank<QuotaWorld>({
    controllers: { resourceQuota: createResourceQuotaState() },
    register: (controllers, listeners) => registerResourceQuota(controllers, listeners),
  });
  tank.run(SECOND_US);
  for (const object of before) tank.create(object);
  tank.create(quota);
  tank.run(SECOND_US);
  return tank;
}

function statusOf(tank: Pick<TestTank<TestWorld>, 'get'>): ResourceQuota['status'] {
  return tank.get<ResourceQuota>('ResourceQuota', 'q')!.status;
}

/** One thing that may happen to a pod, or to a Service of its name. */
function change(tank: TestTank<QuotaWorld>, step: number, name: string): void {
  const about = { kind: 'Pod', namespace: 'default', name } as const;
  switch (step) {
    case 0:
      tank.ask({ ...about, verb: 'create', body: pod(name) });
      break;
    case 1:
      tank.ask({ ...about, verb: 'delete', gracePeriodSeconds: 0 });
      break;
    case 2:
      tank.ask({ ...about, verb: 'delete', gracePeriodSeconds: 2 });
      break;
    case 3:
      tank.ask({ ...about, verb: 'patch', subresource: 'status', body: { status: { phase: 'Failed' } } });
      break;
    case 4:
      tank.ask({ ...about, verb: 'patch', body: { spec: { activeDeadlineSeconds: 9 } } });
      break;
    default: {
      const body = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } };
      tank.ask({ ...about, kind: 'Service', verb: 'create', body });
    }
  }
}

describe('a ResourceQuota', () => {
  it('starts from what is there', () => {
    expect(statusOf(quotaTank([pod('old')]))).toEqual({
      hard: { pods: '2', 'requests.cpu': '1' },
      used: { pods: '1', 'requests.cpu': '300m' },
    });
  });

  it('is charged before the object is stored, and refuses what does not fit', () => {
    const tank = quotaTank();
    tank.create(pod('first'));
    expect(statusOf(tank).used).toEqual({ pods: '1', 'requests.cpu': '300m' });
    expect(() => tank.create(pod('large', '800m'))).toThrow(
      'pods "large" is forbidden: exceeded quota: q, requested: requests.cpu=800m, used: requests.cpu=300m, limited: requests.cpu=1',
    );
    expect(statusOf(tank).used).toEqual({ pods: '1', 'requests.cpu': '300m' });
  });

  it('is free again when a pod has gone or has ended', () => {
    const tank = quotaTank();
    tank.create(pod('first'));
    tank.create(pod('second'));
    tank.run(3 * SECOND_US);
    expect(() => tank.create(pod('third'))).toThrow(
      'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    );
    const body = { status: { phase: 'Succeeded' } };
    tank.ask({ verb: 'patch', kind: 'Pod', namespace: 'default', name: 'first', subresource: 'status', body });
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toEqual({ pods: '1', 'requests.cpu': '300m' });
    tank.create(pod('third'));
    tank.ask({ verb: 'delete', kind: 'Pod', namespace: 'default', name: 'second', gracePeriodSeconds: 0 });
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toEqual({ pods: '1', 'requests.cpu': '300m' });
  });

  it('follows its own spec at once', () => {
    const tank = quotaTank();
    tank.patch('ResourceQuota', 'q', { spec: { hard: { pods: '5', 'requests.cpu': null } } });
    tank.run(SECOND_US);
    expect(statusOf(tank)).toEqual({ hard: { pods: '5' }, used: { pods: '0' } });
  });

  it('gets back within five minutes what was charged for nothing', () => {
    const tank = quotaTank();
    const status = { used: { pods: '2', 'requests.cpu': '600m' } };
    tank.ask({
      verb: 'patch',
      kind: 'ResourceQuota',
      namespace: 'default',
      name: 'q',
      subresource: 'status',
      body: { status },
    });
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toEqual({ pods: '2', 'requests.cpu': '600m' });
    tank.run(5 * MINUTE_US);
    expect(statusOf(tank).used).toEqual({ pods: '0', 'requests.cpu': '0' });
  });

  it('is counted again when a container runs, and when a pod gets a deadline', () => {
    const tank = quotaTank();
    tank.create(pod('first'));
    const patchStatus = (kind: string, name: string, status: unknown): unknown =>
      tank.ask({ verb: 'patch', kind, namespace: 'default', name, subresource: 'status', body: { status } });
    const misleads = (): unknown => patchStatus('ResourceQuota', 'q', { used: { pods: '2' } });
    const containerStatuses = (state: unknown): unknown => [{ name: 'c', ready: false, restartCount: 0, state }];
    patchStatus('Pod', 'first', { containerStatuses: containerStatuses({ waiting: {} }) });
    misleads();
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toMatchObject({ pods: '2' });
    patchStatus('Pod', 'first', { containerStatuses: containerStatuses({ running: {} }) });
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toMatchObject({ pods: '1' });
    misleads();
    tank.run(SECOND_US);
    tank.patch('Pod', 'first', { spec: { activeDeadlineSeconds: 60 } });
    tank.run(SECOND_US);
    expect(statusOf(tank).used).toMatchObject({ pods: '1' });
  });

  it('is counted without a pod that is charged and not seen yet, so that now and then one too many comes', () => {
    const tank = quotaTank();
    const create = (name: string): ApiRequest => {
      return { verb: 'create', kind: 'Pod', namespace: 'default', name, body: pod(name) };
    };
    const remove = (name: string): ApiRequest => {
      return { verb: 'delete', kind: 'Pod', namespace: 'default', name, gracePeriodSeconds: 0 };
    };
    const counts = new Set<number>();
    for (let round = 0; round < 40; round++) {
      tank.create(pod('old'));
      tank.run(SECOND_US);
      tank.askAll([remove('old'), create('first')]);
      tank.run(SECOND_US);
      tank.askAll([create('second'), create('third')]);
      const names = tank.all<Pod>('Pod').map(({ metadata }) => metadata.name);
      counts.add(names.length);
      tank.run(5 * MINUTE_US + SECOND_US);
      expect(statusOf(tank).used).toMatchObject({ pods: String(names.length) });
      tank.askAll(names.map(remove));
      tank.run(SECOND_US);
    }
    expect(Math.max(...counts)).toBe(3);
    expect(counts).toContain(2);
  });

  it('keeps the count that counting all anew would give', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 30 }), (steps) => {
        const hard = { pods: '100', 'count/pods': '100', 'requests.cpu': '100', services: '100' };
        const tank = quotaTank([], { ...QUOTA, spec: { hard, scopes: ['NotTerminating'] } });
        const { world } = tank;
        for (const [step, number] of steps) {
          change(tank, step, `p${number}`);
          tank.run((1 + number) * SECOND_US);
          const quota = tank.get<ResourceQuota>('ResourceQuota', 'q')!;
          const { tallies } = world.controllers.resourceQuota;
          const kept = tallyOf(world, quota);
          tallies.clear();
          const anew = tallyOf(world, quota);
          tallies.set(objectKey(quota), kept);
          const amounts = (tally: QuotaTally) =>
            [...usedNow(tally, world.kernel.now)].map(([name, { nano }]) => [name, nano]);
          expect(amounts(kept)).toEqual(amounts(anew));
          const inScope = tank.all<Pod>('Pod').filter(({ spec }) => spec.activeDeadlineSeconds === undefined);
          const counted = inScope.filter((one) => countsForQuota(one, world.kernel.now));
          expect(usedNow(kept, world.kernel.now).get('pods')).toMatchObject(quantity(counted.length));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of several creations at once lets in as many as fit', () => {
    const tank = quotaTank();
    const answers = tank.askAll(
      ['a', 'b', 'c', 'd'].map((name) => ({
        verb: 'create' as const,
        kind: 'Pod',
        namespace: 'default',
        name,
        body: pod(name),
      })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 403, 403]);
    expect(tank.all<Pod>('Pod')).toHaveLength(2);
  });
});

describe('charges', () => {
  it('that wait for one another share a write of their own', () => {
    const wide = { ...QUOTA, spec: { hard: { pods: '100' } } };
    const tank = new TestTank<TestWorld>({ controllers: {}, register: () => {} });
    tank.run(SECOND_US);
    tank.create(wide);
    tank.ask({
      verb: 'update',
      kind: 'ResourceQuota',
      namespace: 'default',
      name: 'q',
      subresource: 'status',
      body: { ...wide, status: { hard: wide.spec.hard, used: { pods: '0' } } },
    });
    const took = (count: number): number => {
      const from = tank.world.kernel.now;
      const names = Array.from({ length: count }, (_, index) => `of-${count}-${index}`);
      tank.askAll(
        names.map((name) => ({ verb: 'create' as const, kind: 'Pod', namespace: 'default', name, body: pod(name) })),
      );
      return tank.world.kernel.now - from;
    };
    const one = took(1);
    expect(took(50)).toBeLessThan(4 * one);
    expect(statusOf(tank).used).toEqual({ pods: '51' });
  });
});

describe('a LimitRange', () => {
  it('fills in requests and limits and is looked at for each pod of a template', () => {
    const tank = quotaTank();
    const spec = { containers: [{ name: 'c', image: 'c' }] };
    const bare = (name: string): unknown => ({ ...(pod(name) as object), spec });
    expect(() => tank.create(bare('before'))).toThrow('failed quota: q: must specify requests.cpu for: c');
    tank.create({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'limits', namespace: 'default' },
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' }, default: { cpu: '200m' } }] },
    });
    const filled = tank.create(bare('after')) as Pod;
    expect(filled.spec.containers[0]!.resources).toEqual({ requests: { cpu: '100m' }, limits: { cpu: '200m' } });
    expect(filled.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
    });
    tank.patch('LimitRange', 'limits', { spec: { limits: [{ type: 'Container', default: { cpu: '50m' } }] } });
    const later = tank.create(bare('later')) as Pod;
    expect(later.spec.containers[0]!.resources).toMatchObject({ limits: { cpu: '50m' } });
  });
});
