import { withFields } from '../../../kernel/with-fields.js';
import { defaultClass, lacksClass, storageClassOf } from '../claims.js';
import type { KubernetesObject } from '../objects/meta.js';
import type { PersistentVolumeClaim, StorageClass } from '../objects/storage.js';
import { compareQuantities, quantity } from '../quantity.js';

/** Keep a claim that a pod uses, and a volume that is bound (kubernetes v1.36.3 pkg/volume/util/finalizer.go). */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** Source: kubernetes v1.36.3 plugin/pkg/admission/storage/storageobjectinuseprotection. */
export function withProtection<T extends KubernetesObject>(object: T, finalizer: string): T {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer)) return object;
  return withFields(object, { metadata: withFields(object.metadata, { finalizers: [...finalizers, finalizer] }) });
}

/** Source: kubernetes v1.36.3 plugin/pkg/admission/storage/storageclass/setdefault. */
export function withDefaultClass(claim: PersistentVolumeClaim, classes: Iterable<StorageClass>): PersistentVolumeClaim {
  const chosen = lacksClass(claim) ? defaultClass(classes) : undefined;
  if (chosen === undefined) return claim;
  return withFields(claim, { spec: withFields(claim.spec, { storageClassName: chosen.metadata.name }) });
}

/** Why a claim may not grow. Source: kubernetes v1.36.3 plugin/pkg/admission/storage/persistentvolume/resize. */
export function growthFault(
  claim: PersistentVolumeClaim,
  before: PersistentVolumeClaim,
  classes: ReadonlyMap<string, StorageClass>,
): string | undefined {
  const [size, sizeBefore] = [claim, before].map(({ spec }) => quantity(spec.resources?.requests?.['storage'] ?? 0));
  if (compareQuantities(size!, sizeBefore!) <= 0) return undefined;
  if (before.status.phase !== 'Bound') return 'Only bound persistent volume claims can be expanded';
  if (classes.get(storageClassOf(claim))?.allowVolumeExpansion === true) return undefined;
  return 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
}
