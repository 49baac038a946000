import { withFields } from '../../../kernel/with-fields.js';
import { defaultClass, lacksClass } from '../claims.js';
import type { KubernetesObject } from '../objects/meta.js';
import type { PersistentVolumeClaim, StorageClass } from '../objects/storage.js';

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
