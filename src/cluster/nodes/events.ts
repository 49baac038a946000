import { defineEvents } from '../../kernel/events.js';

/**
 * Event kinds of the nodes. a = pod, b = its epoch for all up to Drained: an event of an earlier epoch is stale and
 * ignored. StatusSent, StatusAnswered: a = node. PullEnded: a = node, b = ticket of the pull.
 */
export const NodesEvent = defineEvents('nodes', 700, [
  'FirstSync',
  'VolumesMounted',
  'SandboxReady',
  'ContainerStarted',
  'Relisted',
  'WorkloadListening',
  'ContainerExited',
  'ProbeDue',
  'RestartDue',
  'PreStopEnded',
  'KillDue',
  'Drained',
  'WorkerTick',
  'StatusTurn',
  'StatusAnswered',
  'PullEnded',
  'ReconcileDue',
  'KubeletStarted',
]);
