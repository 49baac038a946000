import { defineEvents } from '../kernel/events.js';

export const TrafficEvent = defineEvents('traffic', 900, [
  /** An open source sends its next request: (source, 0). */
  'SourceDue',
  /** A user of a closed source has thought enough: (source, user). */
  'UserDue',
  /** A request reaches its pod: (request, 0). */
  'PodReached',
  /** The next request of a pod has had its CPU time: (podIndex, 0). */
  'CpuDone',
  /** A called service's answer reaches the caller: (request, 0). */
  'AnswerReached',
  /** The client learns that its attempt is lost: (request, 0). */
  'LossReached',
  /** The oldest request with this time-out may have waited long enough: (time-out class, 0). */
  'TimeoutDue',
  /** The client tries again: (request, 0). */
  'RetryDue',
]);
