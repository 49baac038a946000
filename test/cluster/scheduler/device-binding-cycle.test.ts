import { describe, expect, it } from 'vitest';
import type { ResourceClaim } from '../../../src/cluster/api/objects/devices.js';
import { seeClaim } from '../../../src/cluster/scheduler/device-binding-cycle.js';
import { deviceId } from '../../../src/cluster/scheduler/devices/device-state.js';
import { claim, DRIVER } from './device-objects.js';
import { schedulerWorld } from './scheduler-world.js';

const KEY = 'default/c';
const GPU = deviceId(DRIVER, 'n-1', 'gpu-0');

/** The claim `c` in a version, with or without its device. */
function version(resourceVersion: number, hasDevice: boolean): ResourceClaim {
  const { metadata, ...rest } = claim('c');
  const results = [{ request: 'req', driver: DRIVER, pool: 'n-1', device: 'gpu-0' }];
  const status = hasDevice ? { allocation: { devices: { results } } } : {};
  return { ...rest, metadata: { ...metadata, resourceVersion }, status };
}

describe('what the scheduler knows of a claim', () => {
  it('stays as it was written when its informer is late, so that the device is not given twice', () => {
    const { world } = schedulerWorld();
    const { devices } = world.scheduler.cluster;
    seeClaim(world, version(2, false));
    seeClaim(world, version(4, true)); // the answer to its own write
    seeClaim(world, version(3, false)); // what the informer shows of the write before
    expect(devices.claims.get(KEY)!.metadata.resourceVersion).toBe(4);
    expect(devices.owners.get(GPU)).toBe(1);
    seeClaim(world, version(4, true)); // and of this one
    expect(devices.owners.get(GPU)).toBe(1);
    seeClaim(world, version(5, false));
    expect(devices.owners.get(GPU) ?? 0).toBe(0);
  });
});
