import { describe, expect, it, test } from 'vitest';
import type { Device, ResourceClaim, ResourceSlice } from '../../../../src/cluster/api/objects/devices.js';
import { allocate } from '../../../../src/cluster/scheduler/devices/allocator.js';
import {
  addSlice,
  createDeviceState,
  type DeviceState,
  setClaim,
} from '../../../../src/cluster/scheduler/devices/device-state.js';
import { claim, deviceClass, firstOf, request, slice } from '../device-objects.js';
import { node } from '../scheduler-world.js';

function stateOf(...slices: ResourceSlice[]): DeviceState {
  const state = createDeviceState();
  for (const one of [deviceClass(), deviceClass('none', 'device.driver == "nobody"')]) {
    state.classes.set(one.metadata.name, one);
  }
  for (const one of slices) addSlice(state, one);
  return state;
}

/** Devices by claim as `request=device`, or why there are none. */
function devicesOf(state: DeviceState, ...claims: ResourceClaim[]) {
  const allocated = allocate(state, node('n1'), claims);
  if (typeof allocated === 'string') return allocated;
  if ('error' in allocated) return allocated.error;
  return allocated.map(({ devices }) =>
    devices.results.map(({ request: name, device }) => `${name}=${device}`).join(' '),
  );
}

function allocateTo(state: DeviceState, one: ResourceClaim): void {
  const [allocation] = allocate(state, node('n1'), [one]) as never as [
    NonNullable<ResourceClaim['status']['allocation']>,
  ];
  setClaim(state, one.metadata.name, { ...one, status: { allocation } });
}

const named = (name: string, more: Partial<Device>): Device => ({ name, ...more });
const attribute = (name: string, value: string): Device => named(name, { attributes: { board: { string: value } } });

describe('devices', () => {
  it('are the first free ones of the node, in the order of pools and slices', () => {
    const state = stateOf(slice('n1', ['b', 'a']), slice('n2', ['c']));
    expect(devicesOf(state, claim('x', [request('r', { count: 2 })]))).toEqual(['r=b r=a']);
    expect(devicesOf(state, claim('x', [request('r', { count: 3 })]))).toBe('none');
    allocateTo(state, claim('y'));
    expect(devicesOf(state, claim('x'), claim('z'))).toBe('none');
    expect(devicesOf(state, claim('x'))).toEqual(['req=a']);
  });

  it('that are only watched over are taken from nobody', () => {
    const state = stateOf(slice('n1', ['a']));
    allocateTo(state, claim('y'));
    expect(devicesOf(state, claim('x', [request('r', { adminAccess: true })]))).toEqual(['r=a']);
    allocateTo(state, claim('x', [request('r', { adminAccess: true })]));
    expect(state.owners.size).toBe(1);
  });

  it('are all that match, where all are wanted', () => {
    const state = stateOf(slice('n1', ['a', 'b']));
    const all = request('r', { allocationMode: 'All' });
    expect(devicesOf(state, claim('x', [all]))).toEqual(['r=a r=b']);
    expect(devicesOf(state, claim('x', [request('r', { allocationMode: 'All', deviceClassName: 'none' })]))).toBe(
      'none',
    );
    allocateTo(state, claim('y'));
    expect(devicesOf(state, claim('x', [all]))).toBe('none');
  });

  it('of a taint go only to those that tolerate it', () => {
    const taints = [{ key: 'broken', value: 'yes', effect: 'NoSchedule' }];
    const state = stateOf(slice('n1', [named('a', { taints })]));
    expect(devicesOf(state, claim('x'))).toBe('none');
    const ask = (toleration: object) => claim('x', [request('r', { tolerations: [toleration] })]);
    expect(devicesOf(state, ask({ key: 'broken', operator: 'Exists' }))).toEqual(['r=a']);
    expect(devicesOf(state, ask({ key: 'broken', operator: 'Equal', value: 'yes' }))).toEqual(['r=a']);
    expect(devicesOf(state, ask({ key: 'broken', operator: 'Equal', value: 'no' }))).toBe('none');
    expect(devicesOf(state, ask({ operator: 'Exists', effect: 'NoExecute' }))).toBe('none');
  });
});

describe('alternatives', () => {
  it('are tried in their order', () => {
    const state = stateOf(slice('n1', ['a', 'b']));
    const best = firstOf('r', { deviceClassName: 'none' }, { count: 3 }, { count: 2 }, {});
    expect(devicesOf(state, claim('x', [best]))).toEqual(['r/sub-2=a r/sub-2=b']);
  });

  it('give way to what comes after them', () => {
    const state = stateOf(slice('n1', ['a', 'b']));
    expect(devicesOf(state, claim('x', [firstOf('r', { count: 2 }, {}), request('s')]))).toEqual(['r/sub-1=a s=b']);
  });

  it('may be more than a claim can hold, if another one is not', () => {
    const names = Array.from({ length: 40 }, (_unused, index) => `d${index}`);
    const state = stateOf(slice('n1', names));
    const mixed = claim('x', [firstOf('r', { count: 32 }, { count: 1 }), request('s')]);
    expect(devicesOf(state, mixed)).toEqual(['r/sub-1=d0 s=d1']);
    const text = 'claim default/x: number of requested devices 33 exceeds the claim limit of 32';
    expect(devicesOf(state, claim('x', [request('r', { count: 33 })]))).toBe(text);
  });
});

describe('constraints', () => {
  const boards = slice('n1', [attribute('a', 'one'), attribute('b', 'two'), attribute('c', 'two'), 'd']);

  it('let devices with one value of an attribute be taken together', () => {
    const state = stateOf(boards);
    const constraints = [{ matchAttribute: 'gpu.example.com/board' }];
    expect(devicesOf(state, claim('x', [request('r', { count: 2 })], { constraints }))).toEqual(['r=b r=c']);
    expect(devicesOf(state, claim('x', [request('r', { count: 3 })], { constraints }))).toBe('none');
    const ofOthers = [{ matchAttribute: 'gpu.example.com/board', requests: ['s'] }];
    expect(devicesOf(state, claim('x', [request('r', { count: 3 })], { constraints: ofOthers }))).toEqual([
      'r=a r=b r=c',
    ]);
  });

  it('keep equal values apart', () => {
    const constraints = [{ distinctAttribute: 'gpu.example.com/board' }];
    const both = claim('x', [request('r'), request('s')], { constraints });
    expect(devicesOf(stateOf(boards), both)).toEqual(['r=a s=b']);
    const three = claim('x', [request('r'), request('s'), request('t')], { constraints });
    expect(devicesOf(stateOf(boards), three)).toBe('none');
  });

  it('fail a claim for all devices with an error', () => {
    const constraints = [{ matchAttribute: 'gpu.example.com/board' }];
    const text =
      'claim default/x, request r: cannot add device gpu.example.com/n1/b because a claim constraint would not be satisfied';
    expect(devicesOf(stateOf(boards), claim('x', [request('r', { allocationMode: 'All' })], { constraints }))).toBe(
      text,
    );
  });
});

describe('pools', () => {
  const two = { pool: { resourceSliceCount: 2 } };

  it('count once all their slices are there', () => {
    const first = slice('n1', ['a'], two);
    const second = { ...slice('n1', ['b'], two), metadata: { ...first.metadata, name: 'slice-more' } };
    expect(devicesOf(stateOf(first), claim('x'))).toBe('none');
    const all = claim('x', [request('r', { allocationMode: 'All' })]);
    const text =
      'claim default/x, request r: asks for all devices, but resource pool gpu.example.com/n1 is currently being updated';
    expect(devicesOf(stateOf(first), all)).toBe(text);
    expect(devicesOf(stateOf(second, first), all)).toEqual(['r=b r=a']);
  });

  it('are of their newest generation', () => {
    const old = slice('n1', ['a']);
    const renewed = slice('n1', ['b'], { pool: { generation: 2 } });
    const newer = { ...renewed, metadata: { ...renewed.metadata, name: 'newer' } };
    expect(devicesOf(stateOf(old, newer), claim('x'))).toEqual(['req=b']);
  });

  it('with one name twice are invalid', () => {
    expect(devicesOf(stateOf(slice('n1', ['a', 'a'])), claim('x'))).toBe('pools');
  });

  test.each([
    [{ allNodes: true }, ['req=a']],
    [
      { nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'Exists' } as const] }] } },
      'none',
    ],
    [
      {
        nodeSelector: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' } as const] }],
        },
      },
      ['req=a'],
    ],
  ])('of several nodes: %j', (choice, expected) => {
    expect(devicesOf(stateOf(slice('all', ['a'], choice)), claim('x'))).toEqual(expected);
  });

  it('may leave the choice of nodes to their devices', () => {
    const devices = [named('a', { nodeName: 'n2' }), named('b', { allNodes: true })];
    const state = stateOf(slice('all', devices, { perDeviceNodeSelection: true }));
    expect(devicesOf(state, claim('x'))).toEqual(['req=b']);
  });
});

describe('counters', () => {
  const counters = (amount: string) => ({ memory: { value: amount } });
  const part = (name: string, amount: string): Device =>
    named(name, { consumesCounters: [{ counterSet: 'card', counters: counters(amount) }] });
  const shared = {
    ...slice('n1', [], {
      pool: { resourceSliceCount: 2 },
      sharedCounters: [{ name: 'card', counters: counters('8Gi') }],
    }),
    metadata: { ...slice('n1', []).metadata, name: 'counters' },
  };

  it('are shared by the parts of a device', () => {
    const parts = slice('n1', [part('whole', '8Gi'), part('half', '4Gi'), part('other', '4Gi')], {
      pool: { resourceSliceCount: 2 },
    });
    const state = stateOf(shared, parts);
    expect(devicesOf(state, claim('x', [request('r', { count: 2 })]))).toEqual(['r=half r=other']);
    allocateTo(state, claim('y', [request('r', { count: 2 })]));
    expect(devicesOf(state, claim('x'))).toBe('none');
  });

  it('that nobody has make the pool invalid', () => {
    const devices = [named('a', { consumesCounters: [{ counterSet: 'unknown', counters: counters('1') }] })];
    expect(devicesOf(stateOf(shared, slice('n1', devices, { pool: { resourceSliceCount: 2 } })), claim('x'))).toBe(
      'pools',
    );
  });
});

describe('capacity', () => {
  const link = named('link', {
    allowMultipleAllocations: true,
    capacity: { bandwidth: { value: '10G', requestPolicy: { default: '1G', validRange: { min: '1G', step: '1G' } } } },
  });
  const asking = (name: string, bandwidth?: string) =>
    claim(name, [request('r', bandwidth === undefined ? {} : { capacity: { requests: { bandwidth } } })]);

  it('is shared, rounded up to what may be asked for', () => {
    const state = stateOf(slice('n1', [link]));
    allocateTo(state, asking('a', '3500M'));
    expect(state.shares.get('gpu.example.com/n1/link')?.get('bandwidth')).toBe(4_000_000_000n * 1_000_000_000n);
    expect(devicesOf(state, asking('x', '6G'))).toEqual(['r=link']);
    expect(devicesOf(state, asking('x', '6500M'))).toBe('none');
    expect(devicesOf(state, asking('x', '5G'), asking('y'))).toEqual(['r=link', 'r=link']);
    expect(devicesOf(state, asking('x', '5G'), asking('y', '2G'))).toBe('none');
  });

  it('of a device that is not shared only has to be enough', () => {
    const state = stateOf(slice('n1', [named('a', { capacity: { memory: { value: '8Gi' } } })]));
    const of = (memory: string) => claim('x', [request('r', { capacity: { requests: { memory } } })]);
    expect(devicesOf(state, of('8Gi'))).toEqual(['r=a']);
    expect(devicesOf(state, of('9Gi'))).toBe('none');
    expect(devicesOf(state, claim('x', [request('r', { capacity: { requests: { cores: '1' } } })]))).toBe('none');
  });
});

describe('an allocation', () => {
  const allocationOf = (state: DeviceState, one: ResourceClaim) => {
    const allocated = allocate(state, node('n1'), [one]);
    if (typeof allocated === 'string' || 'error' in allocated) throw new Error('not allocated');
    return allocated[0]!;
  };

  it('holds for the nodes that can use its devices', () => {
    const { nodeSelector } = allocationOf(stateOf(slice('n1', ['a'])), claim('x'));
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n1'] }];
    expect(nodeSelector).toEqual({ nodeSelectorTerms: [{ matchFields }] });
    expect(allocationOf(stateOf(slice('all', ['a'], { allNodes: true })), claim('x')).nodeSelector).toBeUndefined();
  });

  it('carries the configuration of classes and claim', () => {
    const state = stateOf(slice('n1', ['a', 'b']));
    const opaque = (parameters: string) => ({ opaque: { driver: 'd', parameters } });
    const { spec, ...rest } = deviceClass();
    state.classes.set('gpu', { ...rest, spec: { ...spec, config: [opaque('class')] } });
    const config = [opaque('all'), { ...opaque('one'), requests: ['s'] }, { ...opaque('none'), requests: ['t'] }];
    const { devices } = allocationOf(state, claim('x', [request('r'), request('s')], { config }));
    expect(devices.config).toEqual([
      { source: 'FromClass', requests: ['r', 's'], ...opaque('class') },
      { source: 'FromClaim', requests: [], ...opaque('all') },
      { source: 'FromClaim', requests: ['s'], ...opaque('one') },
    ]);
  });
});

it('tells mistakes in selectors, whoever made them', () => {
  const state = stateOf(slice('n1', ['a']));
  const selectors = [{ cel: { expression: 'device.attributes["gpu.example.com"].model == "x"' } }];
  const text = 'claim default/x: selector #0: CEL runtime error: no such key: model';
  expect(devicesOf(state, claim('x', [request('r', { selectors })]))).toBe(text);
  state.classes.set('gpu', deviceClass('gpu', 'device.driver'));
  const ofClass = 'class gpu: selector #0: CEL compile error: must evaluate to bool or the unknown type, not string';
  expect(devicesOf(state, claim('x'))).toBe(ofClass);
});
