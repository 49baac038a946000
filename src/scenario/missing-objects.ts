import { defaultClass, lacksClass, storageClassOf } from '../cluster/api/claims.js';
import { fieldsIn, listIn } from '../cluster/api/fields.js';
import type { HorizontalPodAutoscaler } from '../cluster/api/objects/autoscaling.js';
import type { DeviceRequest, ResourceClaim, ResourceClaimTemplate } from '../cluster/api/objects/devices.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../cluster/api/objects/storage.js';
import { BUILT_IN_NAMES } from './built-in-names.js';
import { meant, shown } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import { type Need, needsOf } from './pod-needs.js';
import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { ManifestObject, Scenario } from './types.js';

/** Names of the objects that manifests and commands create. */
type Known = (kind: string, namespace: string) => ReadonlySet<string>;

/** Warns of what is named and nothing creates: pods wait for it or are refused. */
export function noteMissingObjects(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const known = knownIn(objects);
  const beginnings = objects.flatMap(({ object }) => claimBeginnings(object));
  for (const { maker, origin, spec, path } of madePods(objects)) {
    const { namespace } = maker.metadata;
    const told = new Set<string>();
    for (const need of needsOf(spec)) {
      const { kind, name } = need;
      const names = known(kind, namespace);
      const builtIn = BUILT_IN_NAMES[kind] ?? [];
      if (names.has(name) || builtIn.includes(name) || told.has(`${kind}/${name}`)) continue;
      if (kind === 'PersistentVolumeClaim' && isNumbered(`${namespace}/${name}`, beginnings)) continue;
      told.add(`${kind}/${name}`);
      const message = `${nameOf(maker)} refers to ${kind} ${name}, which nothing creates: ${effectOf(need, maker)}`;
      warnAt(scope, origin, 'reference', message, [...path, ...need.path], meant(name, [...names, ...builtIn]));
    }
  }
  // A claim also takes a volume that is there, of a class that need not be.
  const ofVolumes = objects.flatMap(({ object }) =>
    object.kind === 'PersistentVolume' ? storageClassOf(object as PersistentVolume) : [],
  );
  const classes = {
    StorageClass: new Set([...known('StorageClass', ''), ...ofVolumes]),
    DeviceClass: known('DeviceClass', ''),
  };
  for (const item of objects) noteMissingClasses(scope, item, classes);
  for (const item of objects) noteMissingTarget(scope, item, known);
}

function knownIn(objects: readonly ManifestObject[]): Known {
  const names = new Map<string, Set<string>>();
  for (const { object } of objects) {
    const { namespace, name } = object.metadata;
    const place = `${object.kind}/${namespace}`;
    names.set(place, (names.get(place) ?? new Set()).add(name));
  }
  return (kind, namespace) => names.get(`${kind}/${namespace}`) ?? NO_NAMES;
}

const NO_NAMES: ReadonlySet<string> = new Set();

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind.toLowerCase()}/${metadata.name}`;
}

function effectOf({ kind, reason }: Need, maker: KubernetesObject): string {
  const isPod = maker.kind === 'Pod';
  if (reason !== '') return `in Kubernetes ${isPod ? 'it' : 'its pods'} would wait (${reason}); not played`;
  if (kind === 'ServiceAccount') return isPod ? 'it is refused' : 'its pods are refused';
  return `${isPod ? 'it stays' : 'its pods stay'} Pending`;
}

/** What the names of the claims that a StatefulSet makes begin with, their namespace in front; an ordinal follows. */
function claimBeginnings(object: KubernetesObject): string[] {
  if (object.kind !== 'StatefulSet') return [];
  const { namespace, name } = object.metadata;
  return claimsOf(object).map(({ metadata }) => `${namespace}/${metadata.name}-${name}-`);
}

function isNumbered(name: string, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)));
}

/** Warns of claims for volumes and devices that name a class which is not there. */
function noteMissingClasses(
  scope: Scope,
  { object, origin }: ManifestObject,
  classes: Readonly<Record<ClassName['kind'], ReadonlySet<string>>>,
): void {
  for (const { kind, name, path } of classesOf(object)) {
    if (name === '' || classes[kind].has(name)) continue;
    const message = `${nameOf(object)} asks for the ${kind} ${shown(name)}, which nothing creates: pods that need it stay Pending`;
    warnAt(scope, origin, 'reference', message, path, meant(name, [...classes[kind]]));
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
  if (names.has(name)) return;
  const message = `HorizontalPodAutoscaler ${shown(object.metadata.name)} scales ${kind.toLowerCase()}/${name}, which nothing creates: it does nothing`;
  warnAt(scope, origin, 'reference', message, ['spec', 'scaleTargetRef', 'name'], meant(name, [...names]));
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
