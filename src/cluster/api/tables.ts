import type { TableDefinition } from '../../kernel/probe.js';

/** Kubernetes Events, one row each time one is written */
export const EVENT_TABLE: TableDefinition = {
  name: 'events',
  description: 'Kubernetes Events, one row each time one is written: created, or counted up',
  columns: [
    { name: 'time_s', type: 'number', unit: 's', description: 'when it happened' },
    { name: 'source', type: 'text', unit: '', description: 'component that recorded it' },
    { name: 'kind', type: 'text', unit: '', description: 'kind of the object' },
    { name: 'namespace', type: 'text', unit: '', description: 'its namespace' },
    { name: 'name', type: 'text', unit: '', description: 'its name' },
    { name: 'type', type: 'text', unit: '', description: 'Normal or Warning' },
    { name: 'reason', type: 'text', unit: '', description: 'for example FailedScheduling' },
    { name: 'message', type: 'text', unit: '', description: 'as kubectl describe shows it' },
    {
      name: 'count',
      type: 'integer',
      unit: '',
      description: 'how often it happened so far; above 1: an Event counted up',
    },
    { name: 'stored_s', type: 'number', unit: 's', description: 'when the API server stored it' },
  ],
};

/** Replica counts of every Deployment and ReplicaSet, a row at every change */
export const REPLICA_TABLE: TableDefinition = {
  name: 'replicas',
  description: 'Replica counts of every workload, a row at every change',
  columns: [
    { name: 'time_s', type: 'number', unit: 's', description: 'when the API server stored the change' },
    { name: 'kind', type: 'text', unit: '', description: 'for example Deployment or DaemonSet' },
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'name', type: 'text', unit: '', description: 'name' },
    { name: 'owner', type: 'text', unit: '', description: 'owning Deployment of a ReplicaSet, else empty' },
    {
      name: 'revision',
      type: 'integer',
      unit: '',
      description: 'revision of a ReplicaSet, of the newest one for a Deployment',
    },
    {
      name: 'desired',
      type: 'integer',
      unit: '',
      description: 'spec.replicas; of a DaemonSet, nodes that should have a pod',
    },
    { name: 'current', type: 'integer', unit: '', description: 'status.replicas' },
    { name: 'updated', type: 'integer', unit: '', description: 'status.updatedReplicas' },
    { name: 'ready', type: 'integer', unit: '', description: 'status.readyReplicas' },
    { name: 'available', type: 'integer', unit: '', description: 'status.availableReplicas' },
  ],
};

/** Requests to the API server, one row a client, verb and kind at the end of the run */
export const API_TABLE: TableDefinition = {
  name: 'api',
  description: 'Requests to the API server, one row a client, verb and kind at the end of the run',
  columns: [
    { name: 'client', type: 'text', unit: '', description: 'component' },
    { name: 'verb', type: 'text', unit: '', description: 'create, update, patch, delete, get or list' },
    { name: 'kind', type: 'text', unit: '', description: 'kind' },
    { name: 'count', type: 'integer', unit: '', description: 'requests' },
    { name: 'failed', type: 'integer', unit: '', description: 'answered with 4xx or 5xx' },
    { name: 'mean_s', type: 'number', unit: 's', description: 'mean latency without the wait for the client limit' },
    { name: 'p99_s', type: 'number', unit: 's', description: '99th percentile' },
    { name: 'throttled_s', type: 'number', unit: 's', description: 'summed wait for the client-side limit' },
  ],
};
