import { succeeded } from '../../cluster/api/calls.js';
import { hasEphemeral } from '../../cluster/api/claims.js';
import { createObject, type ObjectDraft } from '../../cluster/api/create.js';
import { podTemplateHash } from '../../cluster/api/names.js';
import type { CronJob, Job } from '../../cluster/api/objects/batch.js';
import type { ResourceClaim, ResourceClaimTemplate } from '../../cluster/api/objects/devices.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../cluster/api/objects/storage.js';
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../cluster/api/objects/workload.js';
import { controllerOf, controllerReference } from '../../cluster/api/owner-references.js';
import { prepareCreate } from '../../cluster/api/prepare.js';
import { keyOf, objectKey, stored } from '../../cluster/api/store.js';
import { podRequest as daemonPodRequest } from '../../cluster/controllers/daemon-set/decide.js';
import { daemonPodSpec, placementOn } from '../../cluster/controllers/daemon-set/placement.js';
import { ephemeralClaim, ephemeralVolumesOf } from '../../cluster/controllers/ephemeral-volume/controller.js';
import { podDraft as jobPodDraft } from '../../cluster/controllers/job/pod-draft.js';
import { podRequest } from '../../cluster/controllers/replica-set/decide.js';
import type { ReplicaOwner } from '../../cluster/controllers/replica-set/replica-owner.js';
import { claimDraft } from '../../cluster/controllers/resource-claim/pod-sync.js';
import { claimRequest } from '../../cluster/controllers/stateful-set/claims.js';
import { firstOrdinal, replicasOf } from '../../cluster/controllers/stateful-set/ordinals.js';
import { podDraft as statefulPodDraft } from '../../cluster/controllers/stateful-set/pod-draft.js';
import { setClaim } from '../../cluster/scheduler/devices/device-state.js';
import type { Scenario } from '../../scenario/types.js';
import { bindAtOnce, type FitWorld } from './fit-world.js';

/** A workload of the manifests: the pods that its controller makes, one by one. */
export interface PodSource {
  /** `deployment/web`, with `namespace/` before it outside `default`. */
  readonly workload: string;
  readonly namespace: string;
  /** Pods that it asks for; of a DaemonSet as many as it has nodes. */
  readonly replicas: number;
  /** More of it can be asked for: not of a DaemonSet, nor of a single pod. */
  readonly grows: boolean;
  /** The pod of this number as it would be stored, or why it is refused. */
  readonly pod: (index: number) => Pod | string;
  /** A pod is made when the one before it is ready: a StatefulSet's, unless its pods are managed in parallel. */
  readonly isOrdered: boolean;
  /** Of a DaemonSet: the node of each of its pods. */
  readonly nodeNames?: readonly string[];
}

/** The workloads in the order of the manifests. */
export function podSources(fit: FitWorld, scenario: Scenario): PodSource[] {
  return scenario.manifests.flatMap(({ object }) => {
    if (object.kind === 'Pod') return [barePod(fit, object as Pod)];
    const there = stored(fit.world, object.kind, objectKey(object));
    return there === undefined || controllerOf(there) !== undefined ? [] : (sourceOf(fit, there) ?? []);
  });
}

function sourceOf(fit: FitWorld, object: KubernetesObject): PodSource | undefined {
  switch (object.kind) {
    case 'Deployment':
      return replicated(fit, object, replicaSetOf(fit, object as Deployment), (object as Deployment).spec.replicas);
    case 'ReplicaSet':
    case 'ReplicationController':
      return replicated(fit, object, object as ReplicaOwner, (object as ReplicaOwner).spec.replicas);
    case 'StatefulSet':
      return stateful(fit, object as StatefulSet);
    case 'DaemonSet':
      return daemons(fit, object as DaemonSet);
    case 'Job':
      return jobs(fit, object, object as Job);
    case 'CronJob':
      return jobs(fit, object, runOf(object as CronJob));
    default:
      return undefined;
  }
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  const name = `${kind.toLowerCase()}/${metadata.name}`;
  return metadata.namespace === 'default' ? name : `${metadata.namespace}/${name}`;
}

/** The pod as the API server would store it, with the claims of its ephemeral volumes, and those for devices that come from templates. */
function prepared(fit: FitWorld, draft: ObjectDraft, name: string): Pod | string {
  const result = prepareCreate(fit.world, draft, name);
  if (!succeeded(result)) return result.message;
  const pod = result.object as Pod;
  for (const volume of ephemeralVolumesOf(pod)) {
    const refusal = makeClaim(fit, ephemeralClaim(pod, volume) as PersistentVolumeClaim);
    if (refusal !== undefined) return refusal;
  }
  return withDeviceClaims(fit, pod);
}

function withDeviceClaims({ world, cluster }: FitWorld, pod: Pod): Pod | string {
  const statuses: { name: string; resourceClaimName: string }[] = [];
  for (const podClaim of pod.spec.resourceClaims ?? []) {
    const { name, resourceClaimTemplateName } = podClaim;
    if (resourceClaimTemplateName === undefined) continue;
    const key = keyOf(pod.metadata.namespace, resourceClaimTemplateName);
    const template = stored<ResourceClaimTemplate>(world, 'ResourceClaimTemplate', key);
    if (template === undefined) return `ResourceClaimTemplate ${key} is not there`;
    const resourceClaimName = `${pod.metadata.name}-${name}`;
    const result = prepareCreate(world, claimDraft(pod, podClaim, template), resourceClaimName);
    if (!succeeded(result)) return result.message;
    const claim = result.object as ResourceClaim;
    setClaim(cluster.devices, objectKey(claim), claim);
    statuses.push({ name, resourceClaimName });
  }
  return statuses.length === 0 ? pod : { ...pod, status: { ...pod.status, resourceClaimStatuses: statuses } };
}

function barePod(fit: FitWorld, object: Pod): PodSource {
  const { name, namespace } = object.metadata;
  const pod = (): Pod | string => prepared(fit, object, name);
  return { workload: nameOf(object), namespace, replicas: 1, grows: false, isOrdered: false, pod };
}

/** The ReplicaSet that a Deployment makes: stored, as pods are spread by its selector. */
function replicaSetOf({ world, cluster }: FitWorld, deployment: Deployment): ReplicaSet {
  const { name, namespace } = deployment.metadata;
  const { template, selector, replicas = 1 } = deployment.spec;
  const hash = podTemplateHash(template);
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash };
  const matchLabels = { ...selector.matchLabels, 'pod-template-hash': hash };
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${name}-${hash}`, namespace, labels, ownerReferences: [controllerReference(deployment)] },
    spec: {
      replicas,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  createObject(world, { verb: 'create', kind: 'ReplicaSet', namespace, name: '', body: draft });
  const set = stored<ReplicaSet>(world, 'ReplicaSet', `${namespace}/${draft.metadata.name}`)!;
  cluster.ownerSelectors.set(`ReplicaSet/${namespace}/${set.metadata.name}`, set.spec.selector);
  return set;
}

function replicated(fit: FitWorld, workload: KubernetesObject, owner: ReplicaOwner, replicas = 1): PodSource {
  const { name, namespace } = owner.metadata;
  const draft = podRequest(owner).body as ObjectDraft;
  let first: Pod | undefined;
  const pod = (index: number): Pod | string => {
    if (first !== undefined) return twinOf(first, `${name}-${index}`);
    const made = prepared(fit, draft, `${name}-${index}`);
    if (typeof made !== 'string' && !hasEphemeral(made.spec) && made.spec.resourceClaims === undefined) first = made;
    return made;
  };
  return { workload: nameOf(workload), namespace, replicas, grows: true, isOrdered: false, pod };
}

/** Another pod of the same template: the API server would make the same of it. */
function twinOf(pod: Pod, name: string): Pod {
  const { metadata } = pod;
  return { ...pod, metadata: { ...metadata, name, uid: `${metadata.uid}/${name}` } };
}

function stateful(fit: FitWorld, set: StatefulSet): PodSource {
  const { name, namespace } = set.metadata;
  const data = { spec: { template: { ...set.spec.template, $patch: 'replace' } } };
  const revision = { metadata: { name: `${name}-revision` }, data } as unknown as ControllerRevision;
  const pod = (index: number): Pod | string => {
    const ordinal = firstOrdinal(set) + index;
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const refusal = makeClaim(fit, claimRequest(set, template, ordinal).body as PersistentVolumeClaim);
      if (refusal !== undefined) return refusal;
    }
    return prepared(fit, statefulPodDraft(set, revision, ordinal), `${name}-${ordinal}`);
  };
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  return { workload: nameOf(set), namespace, replicas: replicasOf(set), grows: true, isOrdered, pod };
}

function makeClaim({ world, cluster }: FitWorld, draft: PersistentVolumeClaim): string | undefined {
  if (cluster.claims.has(objectKey(draft))) return undefined;
  const result = prepareCreate(world, draft, draft.metadata.name);
  if (!succeeded(result)) return result.message;
  const claim = result.object as PersistentVolumeClaim;
  cluster.claims.set(objectKey(claim), claim);
  cluster.version += 1;
  bindAtOnce(cluster, claim);
  return undefined;
}

function daemons(fit: FitWorld, set: DaemonSet): PodSource {
  const { name, namespace } = set.metadata;
  const podSpec = daemonPodSpec(set.spec.template);
  const maker = { set, podSpec, hash: podTemplateHash(set.spec.template) };
  const nodeNames = fit.cluster.nodes
    .filter((node) => node !== undefined && placementOn(podSpec, node).shouldRun)
    .map((node) => node!.metadata.name);
  const pod = (index: number): Pod | string => {
    const draft = daemonPodRequest(maker, nodeNames[index]!).body as ObjectDraft;
    return prepared(fit, draft, `${name}-${nodeNames[index]!}`);
  };
  const replicas = nodeNames.length;
  return { workload: nameOf(set), namespace, replicas, grows: false, isOrdered: false, pod, nodeNames };
}

/** Pods of a Job that run at the same time. */
function jobs(fit: FitWorld, workload: KubernetesObject, job: Job): PodSource {
  const { parallelism = 1, completions, completionMode, suspend } = job.spec;
  const { name, namespace } = job.metadata;
  const replicas = suspend === true ? 0 : Math.min(parallelism, completions ?? parallelism);
  const isIndexed = completionMode === 'Indexed';
  const pod = (index: number): Pod | string =>
    prepared(fit, jobPodDraft(job, isIndexed ? index : undefined), `${name}-${index}`);
  return { workload: nameOf(workload), namespace, replicas, grows: true, isOrdered: false, pod };
}

/** One run of a CronJob. */
function runOf(cronJob: CronJob): Job {
  const { metadata, spec } = cronJob;
  const { jobTemplate, suspend = false } = spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { ...jobTemplate.spec, ...(suspend ? { suspend } : {}) },
    status: {},
  } as unknown as Job;
}
