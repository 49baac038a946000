import { defineEvents } from '../kernel/events.js';

/**
 * Event kinds of the experiment. TimelineDue: a = timeline entry. FaultEnded: a = timeline entry. MonitorDue: a =
 * expectation. IntervalEnded: no subject.
 */
export const ExperimentEvent = defineEvents('experiment', 1000, [
  'TimelineDue',
  'FaultEnded',
  'MonitorDue',
  'IntervalEnded',
]);
