import type { TableDefinition } from '../kernel/probe.js';

/** What the operator and fate did, as the timeline says */
export const ACTION_TABLE: TableDefinition = {
  name: 'actions',
  description: 'What the operator and fate did, as the timeline says',
  columns: [
    { name: 'time_s', type: 'number', unit: 's', description: 'when it was due' },
    { name: 'done_s', type: 'number', unit: 's', description: 'when it had its effect, null if it failed' },
    { name: 'command', type: 'text', unit: '', description: 'as written in the timeline' },
    { name: 'outcome', type: 'text', unit: '', description: 'ok or the error message' },
  ],
};

/** Every rollout of a workload */
export const ROLLOUT_TABLE: TableDefinition = {
  name: 'rollouts',
  description: 'Every rollout of a Deployment, StatefulSet or DaemonSet',
  columns: [
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'workload', type: 'text', unit: '', description: 'for example deployment/web' },
    { name: 'revision', type: 'integer', unit: '', description: 'revision rolled out' },
    { name: 'start_s', type: 'number', unit: 's', description: 'new template stored' },
    { name: 'end_s', type: 'number', unit: 's', description: 'complete, null if not within the run' },
    { name: 'outcome', type: 'text', unit: '', description: 'complete, superseded, failed or unfinished' },
  ],
};

/** Every failure of a node or zone and how the cluster came back */
export const RECOVERY_TABLE: TableDefinition = {
  name: 'recoveries',
  description: 'Every failure of a node or zone and how the cluster came back',
  columns: [
    { name: 'subject', type: 'text', unit: '', description: 'for example node general-2' },
    { name: 'start_s', type: 'number', unit: 's', description: 'the fault' },
    {
      name: 'detected_s',
      type: 'number',
      unit: 's',
      description: 'node NotReady or Unknown in the API, null if never',
    },
    {
      name: 'restored_s',
      type: 'number',
      unit: 's',
      description:
        'all workloads that had their desired replicas ready have them again (where none fell below them: every node is Ready again or gone), null if not within the run',
    },
    { name: 'returned_s', type: 'number', unit: 's', description: 'node Ready again, null if not within the run' },
  ],
};

/** Cost of every node pool over the run */
export const COST_TABLE: TableDefinition = {
  name: 'costs',
  description: 'Cost of every node pool over the run',
  columns: [
    { name: 'pool', type: 'text', unit: '', description: 'node pool' },
    { name: 'nodes', type: 'integer', unit: '', description: 'nodes' },
    { name: 'node_hours', type: 'number', unit: 'h', description: 'summed node time' },
    { name: 'price_per_hour', type: 'number', unit: 'USD', description: 'price of a node' },
    { name: 'cost', type: 'number', unit: 'USD', description: 'node hours times price' },
  ],
};

/** What keeps pods from a node, in the words of their condition PodScheduled */
export const WAIT_TABLE: TableDefinition = {
  name: 'pod_waits',
  description: 'What keeps pods from a node, in the words of their condition PodScheduled: a row at every change',
  columns: [
    {
      name: 'time_s',
      type: 'number',
      unit: 's',
      description: 'since when it said so; of a pod kept out: when it went or the run ended',
    },
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'uid', type: 'text', unit: '', description: 'uid: a pod that is made again has another' },
    { name: 'message', type: 'text', unit: '', description: 'why it has no node, uncut' },
    {
      name: 'held',
      type: 'boolean',
      unit: '',
      description: 'kept out of the queue and never tried: no condition says so',
    },
  ],
};
