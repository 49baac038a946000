import type { ObjectDraft } from '../../api/create.js';
import type { StringMap } from '../../api/objects/meta.js';
import type { Pod, PodSpec, Volume } from '../../api/objects/pod.js';
import type { ControllerRevision, StatefulSet } from '../../api/objects/workload.js';
import { controllerReference } from '../../api/owner-references.js';
import { REVISION_LABEL, templateOf } from '../shared/revision-history.js';
import { claimName } from './claims.js';
import { firstOrdinal, podName } from './ordinals.js';

/** Pods of a StatefulSet: their identity and their volumes. Source: kubernetes v1.36.3 stateful_set_utils.go. */

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

interface PodDraft extends ObjectDraft {
  readonly spec: PodSpec;
}

/** The pod of an ordinal, made from the template of a revision. Source: newStatefulSetPod, initIdentity, updateStorage. */
export function podDraft(set: StatefulSet, revision: ControllerRevision, ordinal: number): PodDraft {
  const { name: setName, namespace } = set.metadata;
  const { metadata = {}, spec } = templateOf(revision);
  const name = podName(set, ordinal);
  const volumes = volumesOf(set, ordinal, spec.volumes ?? []);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name,
      generateName: `${setName}-`,
      namespace,
      labels: { ...metadata.labels, ...identityLabels(set, ordinal), [REVISION_LABEL]: revision.metadata.name },
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName === undefined ? {} : { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

export function identityLabels(set: StatefulSet, ordinal: number): StringMap {
  return { [POD_NAME_LABEL]: podName(set, ordinal), [POD_INDEX_LABEL]: String(ordinal) };
}

/** Does the pod carry the labels of its ordinal? */
export function hasIdentity(set: StatefulSet, ordinal: number, { metadata }: Pod): boolean {
  const wanted = identityLabels(set, ordinal);
  return Object.entries(wanted).every(([label, value]) => metadata.labels?.[label] === value);
}

/** Does the pod have the volumes of its ordinal's claims? */
export function hasStorage(set: StatefulSet, ordinal: number, { spec }: Pod): boolean {
  return (set.spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = spec.volumes?.find(({ name }) => name === template.metadata.name);
    const source = volume?.['persistentVolumeClaim'] as { readonly claimName?: string } | undefined;
    return source?.claimName === claimName(set, template, ordinal);
  });
}

/** The claims of an ordinal as volumes, in front of the others. */
export function volumesOf(set: StatefulSet, ordinal: number, others: readonly Volume[]): readonly Volume[] {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const claims = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal), readOnly: false },
  }));
  const names = new Set(claims.map(({ name }) => name));
  return [...claims, ...others.filter(({ name }) => !names.has(name))];
}

/**
 * Which revision is a missing pod made of? Below the partition it is the current one.
 * Source: stateful_set_utils.go: newVersionedStatefulSetPod; reference/workloads.md section 5.
 */
export function isCurrentRevisionNeeded(set: StatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (rollingUpdate !== undefined) return ordinal < firstOrdinal(set) + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < firstOrdinal(set) + (set.status.currentReplicas ?? 0);
}
