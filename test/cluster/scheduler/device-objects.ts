import type {
  Device,
  DeviceClass,
  DeviceRequest,
  DeviceWish,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceSlice,
} from '../../../src/cluster/api/objects/devices.js';

/** Objects of dynamic resource allocation, as the API server stores them. */

const META = { resourceVersion: 1, generation: 1, creationTimestamp: 0 };
export const DRIVER = 'gpu.example.com';

function metaOf(name: string, namespace = '') {
  return { ...META, name, namespace, uid: `${namespace}/${name}` };
}

export function deviceClass(name = 'gpu', expression = `device.driver == "${DRIVER}"`): DeviceClass {
  const spec = { selectors: [{ cel: { expression } }] };
  return { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: metaOf(name), spec };
}

type SliceSpec = Partial<Omit<ResourceSlice['spec'], 'pool' | 'driver'>> & {
  readonly pool?: Partial<ResourceSlice['spec']['pool']>;
};

/** The devices of one node, unless `spec` says otherwise. */
export function slice(nodeName: string, devices: readonly (string | Device)[], spec: SliceSpec = {}): ResourceSlice {
  const { pool, ...rest } = spec;
  const choice = 'nodeSelector' in rest || 'allNodes' in rest || 'perDeviceNodeSelection' in rest ? {} : { nodeName };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: metaOf(`slice-${nodeName}`),
    spec: {
      driver: DRIVER,
      ...choice,
      devices: devices.map((device) => (typeof device === 'string' ? { name: device } : device)),
      ...rest,
      pool: { name: nodeName, generation: 1, resourceSliceCount: 1, ...pool },
    },
  };
}

export function wish(more: Partial<DeviceWish> = {}): DeviceWish {
  const mode = more.allocationMode === 'All' ? {} : { count: 1 };
  return { deviceClassName: 'gpu', allocationMode: 'ExactCount', ...mode, ...more };
}

export function request(name: string, more: Partial<DeviceWish> = {}): DeviceRequest {
  return { name, exactly: wish(more) };
}

export function firstOf(name: string, ...alternatives: Partial<DeviceWish>[]): DeviceRequest {
  return { name, firstAvailable: alternatives.map((more, index) => ({ name: `sub-${index}`, ...wish(more) })) };
}

export function claim(
  name: string,
  requests: readonly DeviceRequest[] = [request('req')],
  more: Partial<ResourceClaimSpec['devices']> = {},
): ResourceClaim {
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: metaOf(name, 'default'),
    spec: { devices: { requests, ...more } },
    status: {},
  };
}
