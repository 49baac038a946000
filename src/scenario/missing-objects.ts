import { defaultClass, lacksClass, storageClassOf } from '../cluster/api/claims.js';
import { type Fields, fieldsIn, listIn, textIn } from '../cluster/api/fields.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { PodSpec } from '../cluster/api/objects/pod.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../cluster/api/objects/storage.js';
import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { Scenario } from './types.js';

interface Configuration {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** What a real kubelet says while it is missing. */
  readonly reason: 'CreateContainerConfigError' | 'FailedMount';
}

/** In every namespace. Source: kubernetes v1.36.3 pkg/controller/certificates/rootcacertpublisher. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** Warns of ConfigMaps and Secrets that pods need and nothing creates: here the pods run, in Kubernetes they would wait. */
export function noteMissingConfiguration(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const there = new Set(
    objects.map(({ object }) => keyOf(object.kind, object.metadata.namespace, object.metadata.name)),
  );
  for (const { maker, origin, spec } of madePods(objects)) {
    const { namespace, name: makerName } = maker.metadata;
    const told = new Set<string>();
    for (const { kind, name, reason } of configurationOf(spec)) {
      const key = keyOf(kind, namespace, name);
      if (name === ROOT_CERTIFICATE || there.has(key) || told.has(key)) continue;
      told.add(key);
      const pods = maker.kind === 'Pod' ? 'it' : 'its pods';
      const message = `${maker.kind.toLowerCase()}/${makerName} refers to ${kind} ${name}, which nothing creates: in Kubernetes ${pods} would wait (${reason}); not played`;
      warnAt(scope, origin, 'reference', message);
    }
  }
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** What the containers cannot start without. */
function configurationOf(spec: PodSpec): Configuration[] {
  const { containers, initContainers, volumes } = spec as unknown as Fields;
  return [
    ...[...listIn(initContainers), ...listIn(containers)].flatMap(ofContainer),
    ...listIn(volumes).flatMap((volume) => [...ofVolume(volume), ...ofProjection(volume)]),
  ];
}

function ofContainer({ env, envFrom }: Fields): Configuration[] {
  const reason = 'CreateContainerConfigError';
  const sources = [...listIn(env).map(({ valueFrom }) => fieldsIn(valueFrom)), ...listIn(envFrom)];
  return sources.flatMap((source) => [
    ...needed('ConfigMap', source['configMapKeyRef'] ?? source['configMapRef'], 'name', reason),
    ...needed('Secret', source['secretKeyRef'] ?? source['secretRef'], 'name', reason),
  ]);
}

function ofVolume({ configMap, secret }: Fields): Configuration[] {
  const reason = 'FailedMount';
  return [...needed('ConfigMap', configMap, 'name', reason), ...needed('Secret', secret, 'secretName', reason)];
}

function ofProjection({ projected }: Fields): Configuration[] {
  const reason = 'FailedMount';
  return listIn(fieldsIn(projected)['sources']).flatMap(({ configMap, secret }) => [
    ...needed('ConfigMap', configMap, 'name', reason),
    ...needed('Secret', secret, 'name', reason),
  ]);
}

function needed(
  kind: Configuration['kind'],
  reference: unknown,
  field: 'name' | 'secretName',
  reason: Configuration['reason'],
): Configuration[] {
  const fields = fieldsIn(reference);
  const name = textIn(fields[field]);
  return name === '' || fields['optional'] === true ? [] : [{ kind, name, reason }];
}

/** What to add so that claims without a class get volumes; the driver's name is anybody's. */
const A_CLASS =
  '{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: standard, annotations: { storageclass.kubernetes.io/is-default-class: "true" } }, provisioner: example.com/disk }';

/** Warns of claims that name no class where no class is the default: without a volume of no class they wait for ever. */
export function noteClassless(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const classes = objects.flatMap(({ object }) => (object.kind === 'StorageClass' ? [object as StorageClass] : []));
  const volumes = objects.filter(({ object }) => object.kind === 'PersistentVolume');
  if (
    defaultClass(classes) !== undefined ||
    volumes.some(({ object }) => storageClassOf(object as PersistentVolume) === '')
  )
    return;
  const waiting = objects.filter(({ object }) => claimsOf(object).some(lacksClass));
  const [first] = waiting;
  if (first === undefined) return;
  const names = waiting.map(({ object }) => `${object.kind.toLowerCase()}/${object.metadata.name}`).join(', ');
  const message = `the claims of ${names} name no StorageClass and no class is the default: they stay Pending; add to manifests: ${A_CLASS}`;
  warnAt(scope, first.origin, 'reference', message);
}

function claimsOf(object: KubernetesObject): readonly PersistentVolumeClaim[] {
  if (object.kind === 'PersistentVolumeClaim') return [object as PersistentVolumeClaim];
  if (object.kind !== 'StatefulSet') return [];
  const { volumeClaimTemplates } = fieldsIn((object as { readonly spec?: unknown }).spec);
  return listIn(volumeClaimTemplates) as unknown as PersistentVolumeClaim[];
}
