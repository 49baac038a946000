import { distance } from 'fastest-levenshtein';

/** How far the simulator goes with a kind: played (something acts on it), or stored and shown and nothing more. */
export type KindRole = 'played' | 'stored';

export interface Kind {
  readonly kind: string;
  /** Accepted versions, the preferred one first: `apps/v1`, `v1`. */
  readonly apiVersions: readonly string[];
  /** Name in URLs and messages: `deployments`. */
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly role: KindRole;
}

function kind(
  name: string,
  apiVersions: string,
  plural: string,
  scope: 'namespaced' | 'cluster',
  role: KindRole,
  shortNames = '',
): Kind {
  return {
    kind: name,
    apiVersions: apiVersions.split(' '),
    plural,
    shortNames: shortNames === '' ? [] : shortNames.split(' '),
    namespaced: scope === 'namespaced',
    role,
  };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const NETWORKING = 'networking.k8s.io/v1';
const RESOURCE = 'resource.k8s.io/v1 resource.k8s.io/v1beta2';
const STORAGE = 'storage.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';

/** Every kind we know, in the order in which kubectl lists resources. Source: `kubectl api-resources` of Kubernetes v1.36.3. */
export const KINDS: readonly Kind[] = [
  kind('ConfigMap', 'v1', 'configmaps', 'namespaced', 'stored', 'cm'),
  kind('Endpoints', 'v1', 'endpoints', 'namespaced', 'stored', 'ep'),
  kind('Event', 'v1 events.k8s.io/v1', 'events', 'namespaced', 'played', 'ev'),
  kind('LimitRange', 'v1', 'limitranges', 'namespaced', 'played', 'limits'),
  kind('Namespace', 'v1', 'namespaces', 'cluster', 'played', 'ns'),
  kind('Node', 'v1', 'nodes', 'cluster', 'played', 'no'),
  kind('PersistentVolumeClaim', 'v1', 'persistentvolumeclaims', 'namespaced', 'played', 'pvc'),
  kind('PersistentVolume', 'v1', 'persistentvolumes', 'cluster', 'played', 'pv'),
  kind('Pod', 'v1', 'pods', 'namespaced', 'played', 'po'),
  kind('PodTemplate', 'v1', 'podtemplates', 'namespaced', 'stored'),
  kind('ReplicationController', 'v1', 'replicationcontrollers', 'namespaced', 'played', 'rc'),
  kind('ResourceQuota', 'v1', 'resourcequotas', 'namespaced', 'played', 'quota'),
  kind('Secret', 'v1', 'secrets', 'namespaced', 'stored'),
  kind('ServiceAccount', 'v1', 'serviceaccounts', 'namespaced', 'played', 'sa'),
  kind('Service', 'v1', 'services', 'namespaced', 'played', 'svc'),
  kind('MutatingAdmissionPolicy', ADMISSION, 'mutatingadmissionpolicies', 'cluster', 'stored'),
  kind('MutatingAdmissionPolicyBinding', ADMISSION, 'mutatingadmissionpolicybindings', 'cluster', 'stored'),
  kind('MutatingWebhookConfiguration', ADMISSION, 'mutatingwebhookconfigurations', 'cluster', 'stored'),
  kind('ValidatingAdmissionPolicy', ADMISSION, 'validatingadmissionpolicies', 'cluster', 'stored'),
  kind('ValidatingAdmissionPolicyBinding', ADMISSION, 'validatingadmissionpolicybindings', 'cluster', 'stored'),
  kind('ValidatingWebhookConfiguration', ADMISSION, 'validatingwebhookconfigurations', 'cluster', 'stored'),
  kind(
    'CustomResourceDefinition',
    'apiextensions.k8s.io/v1',
    'customresourcedefinitions',
    'cluster',
    'stored',
    'crd crds',
  ),
  kind('APIService', 'apiregistration.k8s.io/v1', 'apiservices', 'cluster', 'stored'),
  kind('ControllerRevision', 'apps/v1', 'controllerrevisions', 'namespaced', 'played'),
  kind('DaemonSet', 'apps/v1', 'daemonsets', 'namespaced', 'played', 'ds'),
  kind('Deployment', 'apps/v1', 'deployments', 'namespaced', 'played', 'deploy'),
  kind('ReplicaSet', 'apps/v1', 'replicasets', 'namespaced', 'played', 'rs'),
  kind('StatefulSet', 'apps/v1', 'statefulsets', 'namespaced', 'played', 'sts'),
  kind(
    'HorizontalPodAutoscaler',
    'autoscaling/v2 autoscaling/v1',
    'horizontalpodautoscalers',
    'namespaced',
    'played',
    'hpa',
  ),
  kind('CronJob', 'batch/v1', 'cronjobs', 'namespaced', 'played', 'cj'),
  kind('Job', 'batch/v1', 'jobs', 'namespaced', 'played'),
  kind('CertificateSigningRequest', 'certificates.k8s.io/v1', 'certificatesigningrequests', 'cluster', 'stored', 'csr'),
  kind('Lease', 'coordination.k8s.io/v1', 'leases', 'namespaced', 'played'),
  kind('EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices', 'namespaced', 'played'),
  kind('FlowSchema', 'flowcontrol.apiserver.k8s.io/v1', 'flowschemas', 'cluster', 'stored'),
  kind(
    'PriorityLevelConfiguration',
    'flowcontrol.apiserver.k8s.io/v1',
    'prioritylevelconfigurations',
    'cluster',
    'stored',
  ),
  kind('IngressClass', NETWORKING, 'ingressclasses', 'cluster', 'stored'),
  kind('Ingress', NETWORKING, 'ingresses', 'namespaced', 'stored', 'ing'),
  kind('IPAddress', NETWORKING, 'ipaddresses', 'cluster', 'stored', 'ip'),
  kind('NetworkPolicy', NETWORKING, 'networkpolicies', 'namespaced', 'stored', 'netpol'),
  kind('ServiceCIDR', NETWORKING, 'servicecidrs', 'cluster', 'stored'),
  kind('RuntimeClass', 'node.k8s.io/v1', 'runtimeclasses', 'cluster', 'stored'),
  kind('PodDisruptionBudget', 'policy/v1', 'poddisruptionbudgets', 'namespaced', 'played', 'pdb'),
  kind('ClusterRoleBinding', RBAC, 'clusterrolebindings', 'cluster', 'stored'),
  kind('ClusterRole', RBAC, 'clusterroles', 'cluster', 'stored'),
  kind('RoleBinding', RBAC, 'rolebindings', 'namespaced', 'stored'),
  kind('Role', RBAC, 'roles', 'namespaced', 'stored'),
  kind('DeviceClass', RESOURCE, 'deviceclasses', 'cluster', 'played'),
  kind('ResourceClaim', RESOURCE, 'resourceclaims', 'namespaced', 'played'),
  kind('ResourceClaimTemplate', RESOURCE, 'resourceclaimtemplates', 'namespaced', 'played'),
  kind('ResourceSlice', RESOURCE, 'resourceslices', 'cluster', 'played'),
  kind('PriorityClass', 'scheduling.k8s.io/v1', 'priorityclasses', 'cluster', 'played', 'pc'),
  kind('CSIDriver', STORAGE, 'csidrivers', 'cluster', 'played'),
  kind('CSINode', STORAGE, 'csinodes', 'cluster', 'played'),
  kind('CSIStorageCapacity', STORAGE, 'csistoragecapacities', 'namespaced', 'played'),
  kind('StorageClass', STORAGE, 'storageclasses', 'cluster', 'played', 'sc'),
  kind('VolumeAttachment', STORAGE, 'volumeattachments', 'cluster', 'played'),
];

const byKind = new Map(KINDS.map((entry) => [entry.kind, entry]));
const byWord = new Map(
  KINDS.flatMap((entry) =>
    [entry.kind.toLowerCase(), entry.plural, ...entry.shortNames].map((word) => [word, entry] as const),
  ),
);

/** The kind of this exact name, as in a manifest's `kind`. */
export function kindOf(name: string): Kind | undefined {
  return byKind.get(name);
}

/** The kind that an operator means: `deployment`, `deployments`, `deploy`, in any case, `.group` allowed behind it. */
export function kindOfWord(word: string): Kind | undefined {
  const lower = word.toLowerCase();
  const entry = byWord.get(lower.split('.')[0]!);
  if (entry === undefined || !lower.includes('.')) return entry;
  const group = groupOf(entry);
  const asked = lower.slice(lower.indexOf('.') + 1);
  return group !== '' && (asked === group || asked.endsWith(`.${group}`)) ? entry : undefined;
}

/** The API group of a kind: `apps`, or '' for the core group. */
export function groupOf(entry: Kind): string {
  return groupOfVersion(entry.apiVersions[0]!);
}

export function groupOfVersion(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** How messages of the API server call a kind: `deployments.apps`, `pods`. */
export function resourceOf(name: string): string {
  const entry = byKind.get(name);
  if (entry === undefined) return `${name.toLowerCase()}s`;
  const group = groupOf(entry);
  return group === '' ? entry.plural : `${entry.plural}.${group}`;
}

/** A name further away than this share of its length is no likely slip of the pen. */
const LIKELY_SLIP = 0.4;

/** The known kind whose name is nearest, if it is near at all: `Deploymnet` -> `Deployment`. */
export function nearestKind(name: string): string | undefined {
  let nearest: string | undefined;
  let smallest = name.length * LIKELY_SLIP;
  for (const entry of KINDS) {
    const steps = distance(name.toLowerCase(), entry.kind.toLowerCase());
    if (steps < smallest) {
      smallest = steps;
      nearest = entry.kind;
    }
  }
  return nearest;
}
