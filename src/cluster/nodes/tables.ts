import type { TableDefinition } from '../../kernel/probe.js';

/** Every pod with its waterfall; a point that was not reached is null */
export const POD_TABLE: TableDefinition = {
  name: 'pods',
  description: 'Every pod with its waterfall; a point that was not reached is null',
  columns: [
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'name', type: 'text', unit: '', description: 'name' },
    {
      name: 'workload',
      type: 'text',
      unit: '',
      description: 'top owner, for example deployment/web; pod/NAME without one',
    },
    { name: 'revision', type: 'text', unit: '', description: 'owning ReplicaSet or empty' },
    { name: 'node', type: 'text', unit: '', description: 'node or empty' },
    { name: 'zone', type: 'text', unit: '', description: 'zone of the node' },
    { name: 'created_s', type: 'number', unit: 's', description: 'stored by the API server' },
    { name: 'scheduled_s', type: 'number', unit: 's', description: 'binding stored' },
    { name: 'admitted_s', type: 'number', unit: 's', description: 'first kubelet sync' },
    { name: 'sandbox_s', type: 'number', unit: 's', description: 'sandbox and network ready' },
    { name: 'pulled_s', type: 'number', unit: 's', description: 'images of all containers present' },
    { name: 'started_s', type: 'number', unit: 's', description: 'all containers started' },
    { name: 'running_s', type: 'number', unit: 's', description: 'Running seen by the API server' },
    { name: 'ready_s', type: 'number', unit: 's', description: 'first Ready seen by the API server' },
    { name: 'endpoint_s', type: 'number', unit: 's', description: 'first listed ready in an EndpointSlice' },
    { name: 'first_request_s', type: 'number', unit: 's', description: 'first request answered' },
    { name: 'deleted_s', type: 'number', unit: 's', description: 'deletionTimestamp set' },
    { name: 'stopped_s', type: 'number', unit: 's', description: 'all containers ended' },
    { name: 'removed_s', type: 'number', unit: 's', description: 'object gone' },
    { name: 'restarts', type: 'integer', unit: '', description: 'container restarts' },
    { name: 'requests', type: 'integer', unit: '', description: 'requests answered' },
    { name: 'cpu_s', type: 'number', unit: 's', description: 'CPU time used' },
    { name: 'phase', type: 'text', unit: '', description: 'last phase' },
    { name: 'reason', type: 'text', unit: '', description: 'why it ended or waits' },
    { name: 'uid', type: 'text', unit: '', description: 'as Events about other pods name it' },
  ],
};

/** Spans of what each pod was doing, for the Gantt chart */
export const PHASE_TABLE: TableDefinition = {
  name: 'pod_phases',
  description: 'Spans of what each pod was doing, for the Gantt chart',
  columns: [
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'workload', type: 'text', unit: '', description: 'top owner' },
    { name: 'revision', type: 'text', unit: '', description: 'owning ReplicaSet or empty' },
    { name: 'node', type: 'text', unit: '', description: 'node, empty while unscheduled' },
    {
      name: 'phase',
      type: 'text',
      unit: '',
      description: 'pending, creating, starting, ready, not-ready, crash-loop, terminating, unknown',
    },
    { name: 'from_s', type: 'number', unit: 's', description: 'start of the span' },
    { name: 'to_s', type: 'number', unit: 's', description: 'end of the span' },
  ],
};

/** Use of every node by interval */
export const NODE_TABLE: TableDefinition = {
  name: 'nodes',
  description: 'Use of every node by interval',
  columns: [
    { name: 'start_s', type: 'number', unit: 's', description: 'start of the interval' },
    { name: 'end_s', type: 'number', unit: 's', description: 'end of the interval' },
    { name: 'node', type: 'text', unit: '', description: 'name' },
    { name: 'pool', type: 'text', unit: '', description: 'node pool' },
    { name: 'zone', type: 'text', unit: '', description: 'zone' },
    { name: 'ready', type: 'boolean', unit: '', description: 'Ready condition True at the end' },
    { name: 'cpu_used', type: 'number', unit: 'cores', description: 'mean CPU used by requests' },
    {
      name: 'cpu_requested',
      type: 'number',
      unit: 'cores',
      description: 'requests of the pods on it that have not ended',
    },
    { name: 'cpu_allocatable', type: 'number', unit: 'cores', description: 'allocatable' },
    {
      name: 'memory_requested',
      type: 'number',
      unit: 'bytes',
      description: 'requests of the pods on it that have not ended',
    },
    { name: 'memory_allocatable', type: 'number', unit: 'bytes', description: 'allocatable' },
    { name: 'pods', type: 'integer', unit: '', description: 'pods bound to it that have not ended' },
  ],
};
