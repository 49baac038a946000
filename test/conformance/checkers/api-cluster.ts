import type { AdmissionView } from '../../../src/cluster/api/admission/pod.js';

const CLASSES = new Map([
  ['high', { name: 'high', value: 1000, preemptionPolicy: 'PreemptLowerPriority' as const }],
  ['low', { name: 'low', value: -10, preemptionPolicy: 'PreemptLowerPriority' as const }],
]);

/** What there was in the cluster whose API server answered for the vectors, as its README says. */
export const VECTOR_CLUSTER: AdmissionView = {
  priorityClass: (name) => CLASSES.get(name),
  defaultPriorityClass: () => undefined,
  hasServiceAccount: (namespace, name) =>
    (name === 'default' && ['lab', 'default', 'kube-system'].includes(namespace)) ||
    (namespace === 'lab' && name === 'builder'),
};
