import { type Fields, fieldsIn, textIn } from '../fields.js';
import type { KubernetesObject } from '../objects/meta.js';
import type { Pod, PodAffinity } from '../objects/pod.js';
import type { ResourceQuota, ScopeRequirement } from '../objects/quota.js';
import { qosClass } from '../pod-resources.js';
import { matchesSelector } from '../selectors.js';
import { matchingResources } from './usage.js';

/**
 * Whether a quota is about an object: by its scopes, all of which must hold, and by what it limits.
 * Source: kubernetes v1.36.3 staging apiserver pkg/quota/v1/generic/evaluator.go: Matches.
 */
export function quotaMatches(quota: ResourceQuota, object: KubernetesObject): boolean {
  const hard = Object.keys(quota.status.hard ?? {});
  return matchingResources(object.kind, hard).length > 0 && isInScope(quota, object);
}

/** Whether an object is within all scopes of a quota. */
export function isInScope({ spec }: ResourceQuota, object: KubernetesObject): boolean {
  const plain = (spec.scopes ?? []).map((scopeName): ScopeRequirement => ({ scopeName, operator: 'Exists' }));
  const requirements = [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])];
  return requirements.every((requirement) => matchesScope(requirement, object));
}

function matchesScope(requirement: ScopeRequirement, object: KubernetesObject): boolean {
  if (object.kind === 'Pod') return podMatchesScope(requirement, object as Pod);
  if (object.kind !== 'PersistentVolumeClaim' || requirement.scopeName !== 'VolumeAttributesClass') return false;
  const claim = object as unknown as Fields;
  const status = fieldsIn(claim['status']);
  const classes = [
    textIn(fieldsIn(claim['spec'])['volumeAttributesClassName']),
    textIn(status['currentVolumeAttributesClassName']),
    textIn(fieldsIn(status['modifyVolumeStatus'])['targetVolumeAttributesClassName']),
  ].filter((name) => name !== '');
  if (requirement.operator === 'Exists') return classes.length > 0;
  if (classes.length === 0) return matchesName(requirement, undefined);
  return classes.some((name) => matchesName(requirement, name));
}

/** Source: kubernetes v1.36.3 pkg/quota/v1/evaluator/core/pods.go: podMatchesScopeFunc. */
function podMatchesScope(requirement: ScopeRequirement, { spec }: Pod): boolean {
  const { activeDeadlineSeconds, priorityClassName = '' } = spec;
  const isLimited = activeDeadlineSeconds !== undefined && activeDeadlineSeconds >= 0;
  switch (requirement.scopeName) {
    case 'Terminating':
      return isLimited;
    case 'NotTerminating':
      return !isLimited;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesName(requirement, priorityClassName === '' ? undefined : priorityClassName);
    case 'CrossNamespacePodAffinity':
      return hasCrossNamespaceTerm(spec.affinity?.podAffinity) || hasCrossNamespaceTerm(spec.affinity?.podAntiAffinity);
    default:
      return false;
  }
}

function matchesName({ scopeName: key, operator, values = [] }: ScopeRequirement, name: string | undefined): boolean {
  const labels = name === undefined ? {} : { [key]: name };
  return matchesSelector({ matchExpressions: [{ key, operator, values }] }, labels);
}

/** Source: pods.go: usesCrossNamespacePodAffinity. */
function hasCrossNamespaceTerm(affinity: PodAffinity | undefined): boolean {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
