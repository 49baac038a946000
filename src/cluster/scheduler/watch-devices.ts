import type { Listeners } from '../api/informers.js';
import type { DeviceClass, ResourceClaim, ResourceSlice } from '../api/objects/devices.js';
import { objectKey } from '../api/store.js';
import { proceed } from './cycle.js';
import { seeClaim } from './device-binding-cycle.js';
import { addSlice, removeSlice, setClaim } from './devices/device-state.js';
import { happen } from './happen.js';
import { SCHEDULER, type SchedulerWorld } from './world.js';

/** Kinds that DynamicResources looks at. It does not listen to deletions of these, which help nobody. */
export function listenToDevices<W extends SchedulerWorld>(listeners: Listeners<W>): void {
  listeners.on<ResourceClaim>(SCHEDULER, 'ResourceClaim', (world, { type, object }) => {
    if (type === 'deleted') setClaim(world.scheduler.cluster.devices, objectKey(object), undefined);
    else seeClaim(world, object);
    proceed(world);
  });
  listeners.on<DeviceClass>(SCHEDULER, 'DeviceClass', (world, { type, object, before }) => {
    const { classes } = world.scheduler.cluster.devices;
    if (type === 'deleted') classes.delete(object.metadata.name);
    else {
      classes.set(object.metadata.name, object);
      happen(world, { type: 'DeviceClass', before, object });
    }
    proceed(world);
  });
  listeners.on<ResourceSlice>(SCHEDULER, 'ResourceSlice', (world, { type, object, before }) => {
    const { devices } = world.scheduler.cluster;
    if (before !== undefined) removeSlice(devices, before);
    if (type !== 'deleted') {
      addSlice(devices, object);
      happen(world, { type: 'ResourceSlice', before, object });
    }
    proceed(world);
  });
}
