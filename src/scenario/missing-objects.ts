import { defaultClass, lacksClass, storageClassOf } from '../cluster/api/claims.js';
import { fieldsIn, listIn } from '../cluster/api/fields.js';
import type { HorizontalPodAutoscaler } from '../cluster/api/objects/autoscaling.js';
import type { DeviceRequest, ResourceClaim, ResourceClaimTemplate } from '../cluster/api/objects/devices.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../cluster/api/objects/storage.js';
import { BUILT_IN_NAMES } from './built-in-names.js';
import { nearest, shown } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import { type Need, needsOf } from './pod-needs.js';
import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { ManifestObject, Scenario } from './types.js';

/** Names by kind and namespace of the objects that manifests and commands create. */
type Known = (kind: string, namespace: string) => readonly string[];

/** Warns of what is named and nothing creates: pods wait for it or are refused. */
export function noteMissingObjects(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const known: Known = (kind, namespace) =>
    objects.flatMap(({ object: { kind: own, metadata } }) =>
      own === kind && metadata.namespace === namespace ? metadata.name : [],
    );
  const patterns = objects.flatMap(({ object }) => claimPatterns(object));
  for (const { maker, origin, spec, path } of madePods(objects)) {
    const { namespace } = maker.metadata;
    const told = new Set<string>();
    for (const need of needsOf(spec)) {
      const { kind, name } = need;
      const names = [...known(kind, namespace), ...(BUILT_IN_NAMES[kind] ?? [])];
      if (names.includes(name) || told.has(`${kind}/${name}`)) continue;
      if (kind === 'PersistentVolumeClaim' && patterns.some((pattern) => pattern.test(`${namespace}/${name}`)))
        continue;
      told.add(`${kind}/${name}`);
      const message = `${nameOf(maker)} refers to ${kind} ${name}, which nothing creates: ${effectOf(need, maker)}`;
      warnAt(scope, origin, 'reference', message, [...path, ...need.path], meant(name, names));
    }
  }
  // A claim also takes a volume that is there, of a class that need not be.
  const ofVolumes = objects.flatMap(({ object }) =>
    object.kind === 'PersistentVolume' ? storageClassOf(object as PersistentVolume) : [],
  );
  for (const item of objects) {
    noteMissingClasses(scope, item, (kind) => [...known(kind, ''), ...(kind === 'StorageClass' ? ofVolumes : [])]);
  }
  for (const item of objects) noteMissingTarget(scope, item, known);
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind.toLowerCase()}/${metadata.name}`;
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `did you mean ${shown(near)}?`;
}

function effectOf({ kind, reason }: Need, maker: KubernetesObject): string {
  const isPod = maker.kind === 'Pod';
  if (reason !== '') return `in Kubernetes ${isPod ? 'it' : 'its pods'} would wait (${reason}); not played`;
  if (kind === 'ServiceAccount') return isPod ? 'it is refused' : 'its pods are refused';
  return `${isPod ? 'it stays' : 'its pods stay'} Pending`;
}

/** Names, with their namespace in front, of the claims that a StatefulSet makes. */
function claimPatterns(object: KubernetesObject): RegExp[] {
  if (object.kind !== 'StatefulSet') return [];
  const { namespace, name } = object.metadata;
  return claimsOf(object).map(({ metadata }) => new RegExp(`^${namespace}/${metadata.name}-${name}-\\d+$`));
}

/** Warns of claims for volumes and devices that name a class which is not there. */
function noteMissingClasses(
  scope: Scope,
  { object, origin }: ManifestObject,
  known: (kind: ClassName['kind']) => readonly string[],
): void {
  for (const { kind, name, path } of classesOf(object)) {
    const names = known(kind);
    if (name === '' || names.includes(name)) continue;
    const message = `${nameOf(object)} asks for the ${kind} ${shown(name)}, which nothing creates: pods that need it stay Pending`;
    warnAt(scope, origin, 'reference', message, path, meant(name, names));
  }
}

interface ClassName {
  readonly kind: 'StorageClass' | 'DeviceClass';
  readonly name: string;
  readonly path: FieldPath;
}

function classesOf(object: KubernetesObject): ClassName[] {
  switch (object.kind) {
    case 'PersistentVolumeClaim':
    case 'StatefulSet':
      return claimsOf(object).map((claim, index) => {
        const at = object.kind === 'StatefulSet' ? ['spec', 'volumeClaimTemplates', index] : [];
        return { kind: 'StorageClass', name: storageClassOf(claim), path: [...at, 'spec', 'storageClassName'] };
      });
    case 'ResourceClaim':
      return deviceClasses((object as ResourceClaim).spec.devices.requests, ['spec', 'devices', 'requests']);
    case 'ResourceClaimTemplate': {
      const { requests } = (object as ResourceClaimTemplate).spec.spec.devices;
      return deviceClasses(requests, ['spec', 'spec', 'devices', 'requests']);
    }
    default:
      return [];
  }
}

function deviceClasses(requests: readonly DeviceRequest[] = [], at: FieldPath): ClassName[] {
  return requests.flatMap(({ exactly, firstAvailable = [] }, index) => {
    const wishes: [FieldPath, { readonly deviceClassName: string }][] = firstAvailable.map((wish, rank) => [
      [...at, index, 'firstAvailable', rank],
      wish,
    ]);
    if (exactly !== undefined) wishes.push([[...at, index, 'exactly'], exactly]);
    return wishes.map(([path, { deviceClassName }]) => ({
      kind: 'DeviceClass',
      name: deviceClassName,
      path: [...path, 'deviceClassName'],
    }));
  });
}

/** Warns of autoscalers of a workload that is not there: they never do anything. */
function noteMissingTarget(scope: Scope, { object, origin }: ManifestObject, known: Known): void {
  if (object.kind !== 'HorizontalPodAutoscaler') return;
  const { kind, name } = (object as HorizontalPodAutoscaler).spec.scaleTargetRef;
  const names = known(kind, object.metadata.namespace);
  if (names.includes(name)) return;
  const message = `HorizontalPodAutoscaler ${shown(object.metadata.name)} scales ${kind.toLowerCase()}/${name}, which nothing creates: it does nothing`;
  warnAt(scope, origin, 'reference', message, ['spec', 'scaleTargetRef', 'name'], meant(name, names));
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
