import type { KubernetesObject } from '../cluster/api/objects/meta.js';

/** Annotation with the number of a Deployment's revision (kubernetes v1.36.3 pkg/controller/deployment/util). */
const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';

/** Revision of a Deployment or ReplicaSet; 0 if it has none. */
export function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.annotations?.[REVISION_ANNOTATION] ?? 0);
}
