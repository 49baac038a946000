/** Kinds that commands and expectations may name, as kubectl knows them. */
export interface KindInfo {
  readonly kind: string;
  readonly plural: string;
  readonly short: readonly string[];
  readonly namespaced: boolean;
  /** API group, empty for the core group. */
  readonly group: string;
}

const TABLE: readonly KindInfo[] = [
  { kind: 'Pod', plural: 'pods', short: ['po'], namespaced: true, group: '' },
  { kind: 'Service', plural: 'services', short: ['svc'], namespaced: true, group: '' },
  { kind: 'Node', plural: 'nodes', short: ['no'], namespaced: false, group: '' },
  { kind: 'Namespace', plural: 'namespaces', short: ['ns'], namespaced: false, group: '' },
  { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'], namespaced: true, group: '' },
  { kind: 'Secret', plural: 'secrets', short: [], namespaced: true, group: '' },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'], namespaced: true, group: '' },
  { kind: 'Event', plural: 'events', short: ['ev'], namespaced: true, group: '' },
  { kind: 'PersistentVolume', plural: 'persistentvolumes', short: ['pv'], namespaced: false, group: '' },
  { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', short: ['pvc'], namespaced: true, group: '' },
  { kind: 'ReplicationController', plural: 'replicationcontrollers', short: ['rc'], namespaced: true, group: '' },
  { kind: 'ResourceQuota', plural: 'resourcequotas', short: ['quota'], namespaced: true, group: '' },
  { kind: 'LimitRange', plural: 'limitranges', short: ['limits'], namespaced: true, group: '' },
  { kind: 'Deployment', plural: 'deployments', short: ['deploy'], namespaced: true, group: 'apps' },
  { kind: 'ReplicaSet', plural: 'replicasets', short: ['rs'], namespaced: true, group: 'apps' },
  { kind: 'StatefulSet', plural: 'statefulsets', short: ['sts'], namespaced: true, group: 'apps' },
  { kind: 'DaemonSet', plural: 'daemonsets', short: ['ds'], namespaced: true, group: 'apps' },
  { kind: 'Job', plural: 'jobs', short: [], namespaced: true, group: 'batch' },
  { kind: 'CronJob', plural: 'cronjobs', short: ['cj'], namespaced: true, group: 'batch' },
  {
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    short: ['hpa'],
    namespaced: true,
    group: 'autoscaling',
  },
  { kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', short: ['pdb'], namespaced: true, group: 'policy' },
  { kind: 'Ingress', plural: 'ingresses', short: ['ing'], namespaced: true, group: 'networking.k8s.io' },
  { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], namespaced: true, group: 'networking.k8s.io' },
  { kind: 'EndpointSlice', plural: 'endpointslices', short: [], namespaced: true, group: 'discovery.k8s.io' },
  { kind: 'Lease', plural: 'leases', short: [], namespaced: true, group: 'coordination.k8s.io' },
];

const BY_WORD: ReadonlyMap<string, KindInfo> = new Map(
  TABLE.flatMap((info) => {
    const words = [info.kind.toLowerCase(), info.plural, ...info.short];
    const qualified = info.group === '' ? [] : words.map((word) => `${word}.${info.group}`);
    return [...words, ...qualified].map((word) => [word, info] as const);
  }),
);

/** The kind that a word such as `deploy`, `deployments` or `Deployment` means. */
export function kindOfWord(word: string): KindInfo | undefined {
  return BY_WORD.get(word.toLowerCase());
}

/** Words that name kinds, for suggestions. */
export function kindWords(): string[] {
  return TABLE.map((info) => info.kind.toLowerCase());
}
