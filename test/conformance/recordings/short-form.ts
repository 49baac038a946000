import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import type { Line, ShortCondition } from './timeline.js';

/** Any object: kinds differ only in which of these fields they have. */
interface Loose extends KubernetesObject {
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly [field: string]: unknown;
}
type Fields = Readonly<Record<string, any>>;

/** An object as a recording's timeline shows it (recordings/README.md, files of a scenario). */
export function shortForm(object: KubernetesObject): Omit<Line, 't' | 'ev'> {
  const loose = object as Loose;
  const { metadata, kind } = loose;
  return compact({
    kind,
    name: metadata.name,
    gen: metadata.generation,
    owners: present(metadata.ownerReferences)?.map((owner) => `${owner.kind}/${owner.name}`),
    finalizers: present(metadata.finalizers),
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGrace: metadata.deletionGracePeriodSeconds,
    ...SHORT_FORMS[kind]?.(loose, loose.spec ?? {}, loose.status ?? {}),
  }) as Omit<Line, 't' | 'ev'>;
}

const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAXIMUM = 'deployment.kubernetes.io/max-replicas';

/** Statuses of ReplicaSets and ReplicationControllers. */
function replicaStatus(status: Fields): object {
  return {
    available: status['availableReplicas'] ?? 0,
    conditions: conditions(status),
    fullyLabeled: status['fullyLabeledReplicas'] ?? 0,
    observedGen: status['observedGeneration'] ?? 0,
    ready: status['readyReplicas'] ?? 0,
    replicas: status['replicas'] ?? 0,
    terminating: status['terminatingReplicas'],
  };
}

/** Labels of nodes that the recorder leaves out. */
const LEFT_OUT = /^kubernetes\.io\/hostname$|^beta\.kubernetes\.io\//;

const SHORT_FORMS: Readonly<Record<string, (object: Loose, spec: Fields, status: Fields) => object>> = {
  Deployment: ({ metadata }, spec, status) => ({
    revision: metadata.annotations?.[REVISION],
    spec: {
      minReadySeconds: spec['minReadySeconds'] ?? 0,
      paused: spec['paused'] ?? false,
      progressDeadlineSeconds: spec['progressDeadlineSeconds'],
      replicas: spec['replicas'],
      strategy: spec['strategy'],
    },
    status: {
      available: status['availableReplicas'] ?? 0,
      conditions: conditions(status),
      observedGen: status['observedGeneration'] ?? 0,
      ready: status['readyReplicas'] ?? 0,
      replicas: status['replicas'] ?? 0,
      terminating: status['terminatingReplicas'],
      unavailable: status['unavailableReplicas'] ?? 0,
      updated: status['updatedReplicas'] ?? 0,
    },
  }),
  ReplicaSet: ({ metadata }, spec, status) => ({
    desired: metadata.annotations?.[DESIRED],
    max: metadata.annotations?.[MAXIMUM],
    revision: metadata.annotations?.[REVISION],
    image: imageOf(spec['template']?.spec),
    spec: { minReadySeconds: spec['minReadySeconds'] ?? 0, replicas: spec['replicas'] },
    status: replicaStatus(status),
  }),
  ReplicationController: (_object, spec, status) => ({
    spec: { replicas: spec['replicas'] },
    status: replicaStatus(status),
  }),
  StatefulSet: (_object, spec, status) => ({
    spec: {
      minReadySeconds: spec['minReadySeconds'] ?? 0,
      policy: spec['podManagementPolicy'],
      replicas: spec['replicas'],
      updateStrategy: spec['updateStrategy'],
    },
    status: {
      available: status['availableReplicas'] ?? 0,
      current: status['currentReplicas'] ?? 0,
      currentRevision: status['currentRevision'] ?? '',
      observedGen: status['observedGeneration'] ?? 0,
      ready: status['readyReplicas'] ?? 0,
      replicas: status['replicas'] ?? 0,
      updateRevision: status['updateRevision'] ?? '',
      updated: status['updatedReplicas'] ?? 0,
    },
  }),
  DaemonSet: (_object, spec, status) => ({
    spec: { minReadySeconds: spec['minReadySeconds'] ?? 0, updateStrategy: spec['updateStrategy'] },
    status: {
      available: status['numberAvailable'] ?? 0,
      current: status['currentNumberScheduled'] ?? 0,
      desired: status['desiredNumberScheduled'] ?? 0,
      misscheduled: status['numberMisscheduled'] ?? 0,
      observedGen: status['observedGeneration'] ?? 0,
      ready: status['numberReady'] ?? 0,
      unavailable: status['numberUnavailable'] ?? 0,
      updated: status['updatedNumberScheduled'] ?? 0,
    },
  }),
  Job: (_object, spec, status) => ({
    spec: {
      backoffLimit: spec['backoffLimit'],
      completionMode: spec['completionMode'],
      completions: spec['completions'],
      parallelism: spec['parallelism'],
      suspend: spec['suspend'] ?? false,
    },
    status: {
      active: status['active'] ?? 0,
      completedIndexes: status['completedIndexes'],
      completionTime: status['completionTime'],
      conditions: conditions(status),
      failed: status['failed'] ?? 0,
      ready: status['ready'],
      startTime: status['startTime'],
      succeeded: status['succeeded'] ?? 0,
      terminating: status['terminating'],
      uncounted:
        status['uncountedTerminatedPods'] === undefined
          ? undefined
          : {
              failed: (status['uncountedTerminatedPods'].failed ?? []).length,
              succeeded: (status['uncountedTerminatedPods'].succeeded ?? []).length,
            },
    },
  }),
  CronJob: (_object, spec, status) => ({
    spec: {
      concurrencyPolicy: spec['concurrencyPolicy'],
      schedule: spec['schedule'],
      suspend: spec['suspend'] ?? false,
    },
    status: {
      active: status['active']?.map(({ name }: { name: string }) => name),
      lastScheduleTime: status['lastScheduleTime'],
      lastSuccessfulTime: status['lastSuccessfulTime'],
    },
  }),
  PodDisruptionBudget: (_object, _spec, status) => ({
    status: {
      currentHealthy: status['currentHealthy'] ?? 0,
      desiredHealthy: status['desiredHealthy'] ?? 0,
      disruptedPods: Object.keys(status['disruptedPods'] ?? {}).length,
      disruptionsAllowed: status['disruptionsAllowed'] ?? 0,
      expectedPods: status['expectedPods'] ?? 0,
      observedGen: status['observedGeneration'] ?? 0,
    },
  }),
  ResourceQuota: (_object, _spec, status) => ({
    gen: undefined,
    hard: status['hard'] ?? {},
    used: status['used'] ?? {},
  }),
  HorizontalPodAutoscaler: (_object, spec, status) => ({
    gen: undefined,
    spec: { max: spec['maxReplicas'], min: spec['minReplicas'] },
    status: {
      conditions: conditions(status),
      current: status['currentReplicas'] ?? 0,
      desired: status['desiredReplicas'] ?? 0,
      lastScaleTime: status['lastScaleTime'],
      metrics: status['currentMetrics']?.map(({ resource }: { resource: Fields }) => ({
        averageValue: resource['current']?.averageValue,
        resource: resource['name'],
        utilization: resource['current']?.averageUtilization,
      })),
    },
  }),
  Namespace: (_object, spec, status) => ({
    gen: undefined,
    conditions: conditions(status),
    phase: status['phase'],
    specFinalizers: spec['finalizers'],
  }),
  ControllerRevision: (object) => ({ gen: undefined, revision: object['revision'] }),
  EndpointSlice: (object) => ({
    service: object.metadata.labels?.['kubernetes.io/service-name'],
    endpoints: (object['endpoints'] as readonly Fields[]).map((endpoint) => ({
      node: endpoint['nodeName'],
      pod: endpoint['targetRef']?.name,
      ready: endpoint['conditions'].ready ?? false,
      serving: endpoint['conditions'].serving ?? false,
      terminating: endpoint['conditions'].terminating ?? false,
    })),
  }),
  // The recorder left out the label that says the node's name.
  Node: ({ metadata }, spec, status) => ({
    gen: undefined,
    allocatable: status['allocatable'],
    conditions: conditions(status),
    labels: Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !LEFT_OUT.test(key))),
    taints: spec['taints']?.map(({ effect, key, timeAdded, value }: Fields) =>
      compact({ effect, key, timeAdded, value }),
    ),
    unschedulable: spec['unschedulable'],
  }),
  Pod: ({ metadata }, spec, status) => ({
    conditions: conditions(status),
    containers: status['containerStatuses']?.map(containerForm),
    grace: spec['terminationGracePeriodSeconds'],
    image: imageOf(spec),
    labels: metadata.labels,
    node: spec['nodeName'],
    nominatedNode: status['nominatedNodeName'],
    phase: status['phase'],
    priority: spec['priority'] ?? 0,
    qos: status['qosClass'],
    startTime: status['startTime'],
    tolerations: spec['tolerations']?.map(({ effect, key, operator, tolerationSeconds, value }: Fields) =>
      compact({ effect, key, op: operator, seconds: tolerationSeconds, value }),
    ),
  }),
};

function containerForm({ name, ready, restartCount, state }: Fields): object {
  return compact({
    name,
    ready,
    restarts: restartCount > 0 ? restartCount : undefined,
    waiting: state.waiting?.reason,
    running: state.running === undefined ? undefined : true,
    terminated: state.terminated && compact({ exitCode: state.terminated.exitCode, reason: state.terminated.reason }),
  });
}

function imageOf(spec: Fields | undefined): string | undefined {
  return spec?.['containers']?.[0]?.image;
}

function conditions(status: Fields): ShortCondition[] | undefined {
  return status['conditions']?.map(
    ({ message, reason, status: value, type }: Fields) =>
      compact({ message: message || undefined, reason: reason || undefined, status: value, type }) as ShortCondition,
  );
}

/** The recorder left empty lists out. */
function present<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** Without fields that hold nothing. */
function compact<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
