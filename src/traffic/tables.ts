import type { TableDefinition } from '../kernel/probe.js';

/** What each source sent and each service answered, by interval */
export const TRAFFIC_TABLE: TableDefinition = {
  name: 'traffic',
  description: 'What each source sent and each service answered, by interval',
  columns: [
    { name: 'start_s', type: 'number', unit: 's', description: 'start of the interval' },
    { name: 'end_s', type: 'number', unit: 's', description: 'end of the interval' },
    {
      name: 'side',
      type: 'text',
      unit: '',
      description: '"source" (seen by the client, retries inside) or "service" (one attempt, seen by its caller)',
    },
    { name: 'name', type: 'text', unit: '', description: 'traffic source or service' },
    { name: 'finished', type: 'integer', unit: '', description: 'requests that ended in the interval, lost ones too' },
    { name: 'lost', type: 'integer', unit: '', description: 'requests without a good answer' },
    { name: 'retries', type: 'integer', unit: '', description: 'attempts after the first' },
    { name: 'mean_s', type: 'number', unit: 's', description: 'mean latency of answered requests' },
    { name: 'p50_s', type: 'number', unit: 's', description: 'median' },
    { name: 'p90_s', type: 'number', unit: 's', description: '90th percentile' },
    { name: 'p99_s', type: 'number', unit: 's', description: '99th percentile' },
  ],
};

/** Latency histograms of answered requests, mergeable by adding counts */
export const LATENCY_TABLE: TableDefinition = {
  name: 'latency',
  description: 'Latency histograms of answered requests, mergeable by adding counts',
  columns: [
    { name: 'side', type: 'text', unit: '', description: 'source or service' },
    { name: 'name', type: 'text', unit: '', description: 'traffic source or service' },
    { name: 'start_s', type: 'number', unit: 's', description: 'start of the interval' },
    { name: 'low_s', type: 'number', unit: 's', description: 'lower bound of the cell, inclusive' },
    { name: 'high_s', type: 'number', unit: 's', description: 'upper bound of the cell, exclusive' },
    { name: 'count', type: 'integer', unit: '', description: 'answered requests in the cell' },
  ],
};

/** Lost requests by reason */
export const LOSS_TABLE: TableDefinition = {
  name: 'losses',
  description: 'Lost requests by reason',
  columns: [
    { name: 'start_s', type: 'number', unit: 's', description: 'start of the interval' },
    { name: 'side', type: 'text', unit: '', description: 'source or service' },
    { name: 'name', type: 'text', unit: '', description: 'traffic source or service' },
    {
      name: 'reason',
      type: 'text',
      unit: '',
      description: 'refused, timeout, reset, queue-full, no-endpoints, upstream',
    },
    { name: 'count', type: 'integer', unit: '', description: 'requests' },
  ],
};

/** Requests answered by each pod, by interval */
export const BALANCE_TABLE: TableDefinition = {
  name: 'balance',
  description: 'Requests answered by each pod, by interval',
  columns: [
    { name: 'start_s', type: 'number', unit: 's', description: 'start of the interval' },
    { name: 'service', type: 'text', unit: '', description: 'service' },
    { name: 'pod', type: 'text', unit: '', description: 'namespace/name of the pod' },
    { name: 'count', type: 'integer', unit: '', description: 'requests the pod answered' },
  ],
};

/** Kept traces: a sample and the slowest, one row a call */
export const SPAN_TABLE: TableDefinition = {
  name: 'spans',
  description: 'Kept traces: a sample and the slowest, one row a call',
  columns: [
    { name: 'trace', type: 'integer', unit: '', description: 'number of the trace' },
    { name: 'span', type: 'integer', unit: '', description: 'number of the call within the trace, 0 is the root' },
    { name: 'parent', type: 'integer', unit: '', description: 'span that made the call, -1 for the root' },
    { name: 'kept', type: 'text', unit: '', description: 'sample or slowest' },
    { name: 'source', type: 'text', unit: '', description: 'traffic source of the trace' },
    { name: 'service', type: 'text', unit: '', description: 'called service' },
    { name: 'request', type: 'text', unit: '', description: 'request kind' },
    { name: 'pod', type: 'text', unit: '', description: 'answering pod, empty if none' },
    { name: 'node', type: 'text', unit: '', description: 'its node' },
    { name: 'start_s', type: 'number', unit: 's', description: 'when the caller sent it' },
    { name: 'network_s', type: 'number', unit: 's', description: 'links, both ways' },
    { name: 'queue_s', type: 'number', unit: 's', description: 'waiting for a slot in the pod' },
    { name: 'service_s', type: 'number', unit: 's', description: 'on the CPU, shared with others' },
    { name: 'calls_s', type: 'number', unit: 's', description: 'waiting for calls to others' },
    { name: 'duration_s', type: 'number', unit: 's', description: 'from sending to the answer or the loss' },
    { name: 'attempts', type: 'integer', unit: '', description: 'attempts made' },
    { name: 'outcome', type: 'text', unit: '', description: 'ok, or the reason of the loss' },
  ],
};
