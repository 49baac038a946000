import { defineEvents } from '../../kernel/events.js';

/**
 * Event kinds of the API server. RequestArrived and RequestCommitted: a = call. RequestServed: a = plan of the cores. WatchDelivered: a = informer.
 * SyncStarted, DelayedKeyDue: a = controller, b = sync slot (SyncStarted). SyncCallDone: a = sync slot, b = call.
 * SyncPauseOver: a = sync slot. EventAnswered: a = client, b = call.
 */
export const ApiEvent = defineEvents('api', 100, [
  'RequestArrived',
  'RequestCommitted',
  'WatchDelivered',
  'SyncStarted',
  'DelayedKeyDue',
  'SyncCallDone',
  'RequestServed',
  'EventAnswered',
  'SyncPauseOver',
]);
