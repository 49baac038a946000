import { describe, expect, it } from 'vitest';
import { API_PRESETS } from '../../../../src/cluster/api/parameters.js';
import type { Endpoint, EndpointSlice } from '../../../../src/cluster/api/objects/network.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { registerEndpointSlice } from '../../../../src/cluster/controllers/endpoint-slice/controller.js';
import {
  createEndpointSliceState,
  type EndpointSliceWorld,
} from '../../../../src/cluster/controllers/endpoint-slice/state.js';
import { constant } from '../../../../src/kernel/distributions.js';
import { MILLISECOND_US, SECOND_US } from '../../../../src/kernel/time.js';
import { type FakeKubelet, TestTank, type TestWorld, webTemplate } from '../../test-world.js';

type World = TestWorld & EndpointSliceWorld;

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};

function tankWith(kubelet: FakeKubelet = {}, watchDeliveryUs?: number): TestTank<World> {
  const parameters = API_PRESETS['bare-metal'];
  const tank = new TestTank<World>({
    controllers: { endpointSlice: createEndpointSliceState() },
    register: registerEndpointSlice,
    kubelet,
    parameters:
      watchDeliveryUs === undefined ? parameters : { ...parameters, watchDelivery: constant(watchDeliveryUs) },
  });
  tank.run(SECOND_US);
  return tank;
}

function pod(name: string, app = 'web'): unknown {
  const { spec } = webTemplate() as { spec: unknown };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app } }, spec };
}

function endpoints(tank: TestTank<World>): readonly Endpoint[] {
  return tank.all<EndpointSlice>('EndpointSlice').flatMap((slice) => slice.endpoints);
}

const namesOf = (list: readonly Endpoint[]): string[] => list.map(({ targetRef }) => targetRef!.name);

describe('the slices of a Service', () => {
  it('name its ready pods with node, zone and port, and no others', () => {
    const tank = tankWith({ nodes: ['n1', 'n2'] });
    tank.create(pod('a'));
    tank.create(SERVICE);
    tank.create(pod('b'));
    tank.create(pod('other', 'db'));
    tank.run(3 * SECOND_US);
    expect(namesOf(endpoints(tank))).toEqual(['a', 'b']);
    expect(endpoints(tank)[1]).toMatchObject({
      nodeName: 'n2',
      zone: 'zone-n2',
      conditions: { ready: true, serving: true, terminating: false },
    });
    expect(tank.all<EndpointSlice>('EndpointSlice')[0]!.ports).toMatchObject([{ name: 'http', port: 8080 }]);
  });

  it('leave out a pod whose node has gone, and say so', () => {
    const tank = tankWith({ nodes: ['n1'] });
    tank.ask({ verb: 'delete', kind: 'Node', namespace: '', name: 'n1' });
    tank.create(SERVICE);
    tank.create(pod('a'));
    tank.run(3 * SECOND_US);
    expect(endpoints(tank)).toEqual([]);
    const why = 'skipping Pod a for Service default/web: Node n1 Not Found';
    expect(tank.events('FailedToUpdateEndpointSlices')[0]).toMatchObject({
      message: `Error updating Endpoint Slices for Service default/web: ${why}`,
    });
  });

  it('keep a pod that ends, as terminating, until it is gone', () => {
    const tank = tankWith({ stopAfterUs: 3 * SECOND_US });
    tank.create(SERVICE);
    tank.create(pod('a'));
    tank.run(3 * SECOND_US);
    tank.delete('Pod', 'a');
    tank.run(SECOND_US);
    expect(endpoints(tank)[0]!.conditions).toEqual({ ready: false, serving: true, terminating: true });
    tank.run(4 * SECOND_US);
    expect(endpoints(tank)).toEqual([]);
    expect(tank.all('EndpointSlice')).toHaveLength(1);
  });

  it('follow a pod that is relabelled, and a selector that changes', () => {
    const tank = tankWith();
    tank.create(SERVICE);
    tank.create(pod('a'));
    tank.create(pod('b', 'db'));
    tank.run(3 * SECOND_US);
    tank.patch('Pod', 'a', { metadata: { labels: { app: 'none' } } });
    tank.run(3 * SECOND_US);
    expect(namesOf(endpoints(tank))).toEqual([]);
    tank.patch('Service', 'web', { spec: { selector: { app: 'db' } } });
    tank.run(3 * SECOND_US);
    expect(namesOf(endpoints(tank))).toEqual(['b']);
  });

  it('come a second late when the informer lags behind the last write', () => {
    const lag = 100 * MILLISECOND_US;
    const tank = tankWith({}, lag);
    tank.create(SERVICE);
    tank.run(3 * SECOND_US);
    const published = new Map<string, number>();
    const readyAt = new Map<string, number>();
    tank.listeners.on<Pod>('probe', 'Pod', (world, { object }) => {
      if (object.status.podIP !== undefined) readyAt.set(object.metadata.name, world.kernel.now);
    });
    tank.create(pod('a'));
    tank.run(20 * MILLISECOND_US);
    tank.create(pod('b'));
    for (let step = 0; step < 4_000; step++) {
      tank.run(MILLISECOND_US);
      for (const name of namesOf(endpoints(tank))) {
        if (!published.has(name)) published.set(name, tank.world.kernel.now);
      }
    }
    const delay = (name: string): number => (published.get(name)! - readyAt.get(name)!) / MILLISECOND_US;
    expect(delay('a')).toBeLessThan(200);
    expect(delay('b')).toBeGreaterThan(1_000);
    expect(delay('b')).toBeLessThan(1_300);
  });

  it('are meant for the zones by their CPU where the Service wants that, and again when a zone grows', () => {
    const tank = tankWith({ nodes: ['n1', 'n2'] });
    const ofNode = (name: string, body: unknown, subresource?: 'status'): void => {
      tank.ask({ verb: 'patch', kind: 'Node', namespace: '', name, body, ...(subresource && { subresource }) });
    };
    for (const name of ['n1', 'n2']) {
      const conditions = [{ type: 'Ready', status: 'True' }];
      ofNode(name, { status: { allocatable: { cpu: '4' }, conditions } }, 'status');
    }
    for (const name of ['a', 'b', 'c', 'd']) tank.create(pod(name));
    tank.run(3 * SECOND_US);
    tank.create({
      ...SERVICE,
      metadata: { ...SERVICE.metadata, annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } },
    });
    tank.run(3 * SECOND_US);
    const hinted = (): string[] => endpoints(tank).map(({ hints }) => hints?.forZones?.[0]?.name ?? 'none');
    expect(hinted().sort()).toEqual(['zone-n1', 'zone-n1', 'zone-n2', 'zone-n2']);
    expect(tank.events('TopologyAwareHintsEnabled')).toHaveLength(1);
    ofNode('n1', { metadata: { labels: { 'topology.kubernetes.io/zone': 'zone-n2' } } });
    tank.run(3 * SECOND_US);
    expect(hinted()).toEqual(['none', 'none', 'none', 'none']);
  });

  it('hold 100 endpoints each', () => {
    const tank = tankWith();
    for (let index = 0; index < 130; index++) tank.create(pod(`p${index}`));
    tank.run(3 * SECOND_US);
    tank.create(SERVICE);
    tank.run(3 * SECOND_US);
    expect(tank.all<EndpointSlice>('EndpointSlice').map((slice) => slice.endpoints.length)).toEqual([100, 30]);
  });

  it('hold all pods as soon as a quota that refused them is gone', () => {
    const tank = tankWith();
    const hard = { 'count/endpointslices.discovery.k8s.io': '0' };
    const metadata = { name: 'none', namespace: 'default' };
    tank.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
    const body = { status: { hard, used: hard } };
    tank.ask({ verb: 'patch', kind: 'ResourceQuota', ...metadata, subresource: 'status', body });
    tank.create(pod('a'));
    tank.run(SECOND_US);
    tank.create(SERVICE);
    tank.run(SECOND_US);
    expect(tank.all('EndpointSlice')).toEqual([]);
    tank.delete('ResourceQuota', 'none');
    tank.run(60 * SECOND_US);
    expect(namesOf(endpoints(tank))).toEqual(['a']);
  });

  it('come out the same whether a sync looks at what changed or at all pods', () => {
    const play = (looksAtAll: boolean): TestTank<World> => {
      const tank = tankWith({ nodes: ['n1', 'n2', 'n3'] });
      tank.listeners.on('kube-controller-manager', 'Pod', ({ controllers }) => {
        if (looksAtAll)
          for (const followed of controllers.endpointSlice.followed.values()) followed.changed = undefined;
      });
      tank.create(SERVICE);
      for (let index = 0; index < 250; index++) tank.create(pod(`p${index}`));
      tank.run(3 * SECOND_US);
      for (let index = 0; index < 120; index++) {
        tank.delete('Pod', `p${(index * 7) % 250}`);
        if (index % 3 > 0) tank.create(pod(`late${index}`));
        if (index % 10 === 0) {
          tank.patch('Pod', `p${(index * 7 + 1) % 250}`, { metadata: { labels: { app: 'db' } } });
          const body = { metadata: { labels: { 'topology.kubernetes.io/zone': `zone-${index}` } } };
          tank.ask({ verb: 'patch', kind: 'Node', namespace: '', name: 'n2', body });
        }
        if (index % 25 === 0) {
          // Somebody else empties a slice.
          const [slice] = tank.all<EndpointSlice>('EndpointSlice').filter((one) => one.endpoints.length > 1);
          const { name } = slice!.metadata;
          tank.ask({
            verb: 'update',
            kind: 'EndpointSlice',
            namespace: 'default',
            name,
            body: { ...slice, endpoints: [] },
          });
        }
        if (index === 60) tank.patch('Service', 'web', { spec: { trafficDistribution: 'PreferSameZone' } });
        tank.run(200 * MILLISECOND_US);
      }
      tank.run(10 * SECOND_US);
      return tank;
    };
    const [ofChanges, ofAll] = [play(false), play(true)];
    expect(ofChanges.all('EndpointSlice')).toEqual(ofAll.all('EndpointSlice'));
    expect(ofChanges.world.kernel.digest).toEqual(ofAll.world.kernel.digest);
    expect(endpoints(ofChanges).length).toBeGreaterThan(150);
  });
});
