import { defineEvents } from '../../kernel/events.js';

/**
 * Event kinds of the scheduler. CycleEnded: the pod in the cycle has its verdict. BindingReady, BindingDone: a = number
 * of the binding, as in VolumeWritten, VolumesLookedAt; BindingDone, StatusPatched, VolumeWritten: b = call. BackoffFlushed, LeftoversFlushed: timers of the queue.
 * ClaimWritten: as VolumeWritten, for devices; ClaimFreed: a claim gives its devices back for the pod in the cycle, b = call.
 * NominationCleared: a = number of the preemption; VictimPatched, VictimDeleted: a = number of the eviction; b = call.
 */
export const SchedulerEvent = defineEvents('scheduler', 600, [
  'CycleEnded',
  'BindingReady',
  'BindingDone',
  'StatusPatched',
  'BackoffFlushed',
  'LeftoversFlushed',
  'VolumeWritten',
  'VolumesLookedAt',
  'NominationCleared',
  'VictimPatched',
  'VictimDeleted',
  'ClaimWritten',
  'ClaimFreed',
]);
