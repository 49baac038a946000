import type { TableDefinition } from '../../kernel/probe.js';

/** Every attempt to schedule the pods that a run was asked to explain. */
export const ATTEMPT_TABLE: TableDefinition = {
  name: 'scheduling_attempts',
  description: 'Every attempt to schedule the pods that a run was asked to explain',
  columns: [
    { name: 'time_s', type: 'number', unit: 's', description: 'the scheduler took the pod from its queue' },
    { name: 'end_s', type: 'number', unit: 's', description: 'the decision stood' },
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'uid', type: 'text', unit: '', description: 'uid: a pod that is made again has another' },
    { name: 'workload', type: 'text', unit: '', description: 'top owner, for example deployment/web' },
    { name: 'attempt', type: 'integer', unit: '', description: 'number of the attempt, from 1' },
    {
      name: 'outcome',
      type: 'text',
      unit: '',
      description: 'scheduled, unschedulable, error, or unbound (the binding failed later)',
    },
    { name: 'node', type: 'text', unit: '', description: 'node chosen, or empty' },
    { name: 'nodes', type: 'integer', unit: '', description: 'nodes of the cluster' },
    { name: 'evaluated', type: 'integer', unit: '', description: 'nodes looked at before enough were found' },
    { name: 'feasible', type: 'integer', unit: '', description: 'nodes that every filter let pass' },
    { name: 'tied', type: 'integer', unit: '', description: 'nodes with the highest total; 0 without scores' },
    {
      name: 'tie',
      type: 'text',
      unit: '',
      description: 'what decided between them: order or draw; empty without a tie',
    },
    { name: 'nominated', type: 'text', unit: '', description: 'node that is kept for the pod, or empty' },
    { name: 'victims', type: 'text', unit: '', description: 'pods to be evicted for it, or empty' },
    { name: 'choices', type: 'integer', unit: '', description: 'nodes where evictions would help, of those tried' },
    {
      name: 'chosen_by',
      type: 'text',
      unit: '',
      description: 'what told that node from them: only, budgets, priority, priority-sum, victims, start, first',
    },
    { name: 'overdrawn', type: 'text', unit: '', description: 'disruption budgets that the evictions overdraw' },
    { name: 'waits', type: 'text', unit: '', description: 'queue of a pod that failed: unschedulable or backoff' },
    { name: 'message', type: 'text', unit: '', description: 'why it failed, as in FailedScheduling, uncut' },
  ],
};

/** What the plugins said of the nodes in those attempts. */
export const JUDGEMENT_TABLE: TableDefinition = {
  name: 'scheduling_judgements',
  description: 'What the plugins said of the nodes: reasons of the filters with their nodes, scores of the best nodes',
  columns: [
    { name: 'time_s', type: 'number', unit: 's', description: 'start of the attempt' },
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'uid', type: 'text', unit: '', description: 'uid: a pod that is made again has another' },
    { name: 'attempt', type: 'integer', unit: '', description: 'number of the attempt, from 1' },
    { name: 'plugin', type: 'text', unit: '', description: 'plugin that filtered or scored' },
    { name: 'reason', type: 'text', unit: '', description: 'why it filtered the nodes out; empty for a score' },
    { name: 'nodes', type: 'integer', unit: '', description: 'nodes of which it said so' },
    { name: 'names', type: 'text', unit: '', description: 'their names, of many the first' },
    { name: 'rank', type: 'integer', unit: '', description: 'place of the node, 1 = chosen; null for a filter' },
    { name: 'raw', type: 'number', unit: '', description: 'score before it was normalised' },
    { name: 'score', type: 'number', unit: '', description: 'normalised score, 0 to 100' },
    { name: 'weight', type: 'integer', unit: '', description: 'weight of the plugin' },
  ],
};

/** Pods that a run was asked to explain and that no scheduler tried to place, and what kept them from it. */
export const UNTRIED_TABLE: TableDefinition = {
  name: 'scheduling_untried',
  description:
    'Pods that a run was asked to explain and that no scheduler tried to place, as they were when they went or the run ended',
  columns: [
    { name: 'namespace', type: 'text', unit: '', description: 'namespace' },
    { name: 'pod', type: 'text', unit: '', description: 'name' },
    { name: 'uid', type: 'text', unit: '', description: 'uid' },
    { name: 'workload', type: 'text', unit: '', description: 'top owner, for example deployment/web' },
    { name: 'gates', type: 'text', unit: '', description: 'scheduling gates that it had left' },
    { name: 'node', type: 'text', unit: '', description: 'node that it named itself' },
    { name: 'scheduler', type: 'text', unit: '', description: 'scheduler that it asked for, where there is none such' },
    { name: 'schedulers', type: 'text', unit: '', description: 'those that there are' },
    {
      name: 'lacks',
      type: 'text',
      unit: '',
      description: 'what its claims for devices lacked (DynamicResources), or empty',
    },
  ],
};
