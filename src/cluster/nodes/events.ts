import { defineEvents } from '../../kernel/events.js';

/**
 * Event kinds of the nodes. From FirstSync to PodTornDown: a = pod, b = its plan; from ContainerStarted to LivenessFailed:
 * a = pod, b = plan and container (`containerSubject`). An event of an earlier plan is stale and ignored. Drained: a = pod,
 * b = its epoch. StatusAnswered: a = node, b = call. PullEnded: a = node, b = ticket. MachineDown, MachineUp, KubeletUp: a = node,
 * b = its boot. ReconcileDue, MountTimedOut, MountFailed, MountRetried: a = pod, b = its plan.
 */
export const NodesEvent = defineEvents('nodes', 700, [
  'FirstSync',
  'VolumesMounted',
  'SandboxReady',
  'Relisted',
  'RetryDue',
  'PreStopEnded',
  'KillDue',
  'PodTornDown',
  'ContainerStarted',
  'WorkloadListening',
  'ContainerExited',
  'StartupPassed',
  'ReadinessPassed',
  'LivenessFailed',
  'Drained',
  'StatusAnswered',
  'PullEnded',
  'MachineDown',
  'MachineUp',
  'KubeletUp',
  'ReconcileDue',
  'MetricsRound',
  'MountTimedOut',
  'MountFailed',
  'MountRetried',
]);
