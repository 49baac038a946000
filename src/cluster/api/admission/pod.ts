import { withFields } from '../../../kernel/with-fields.js';
import { type Fields, textIn } from '../fields.js';
import type { LabelSelector, StringMap } from '../objects/meta.js';
import type {
  Affinity,
  Pod,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../objects/pod.js';
import { qosClass } from '../pod-resources.js';

/** What admission looks up in the cluster. */
export interface AdmissionView {
  readonly priorityClass: (name: string) => PriorityClass | undefined;
  readonly defaultPriorityClass: () => PriorityClass | undefined;
  readonly hasServiceAccount: (namespace: string, name: string) => boolean;
}

export interface PriorityClass {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
}

export type Admitted<T> =
  | { readonly ok: true; readonly object: T }
  /** Refused with 403; the message is what follows `pods "name" is forbidden: `. */
  | { readonly ok: false; readonly message: string };

/** Classes that every cluster has. Source: kubernetes v1.36.3 pkg/apis/scheduling/v1/helpers.go: SystemPriorityClasses. */
export const SYSTEM_PRIORITY_CLASSES: ReadonlyMap<string, PriorityClass> = new Map([
  ['system-node-critical', systemClass('system-node-critical', 2_000_001_000)],
  ['system-cluster-critical', systemClass('system-cluster-critical', 2_000_000_000)],
]);

function systemClass(name: string, value: number): PriorityClass {
  return { name, value, preemptionPolicy: 'PreemptLowerPriority' };
}

/** Source: kubernetes v1.36.3 plugin/pkg/admission/defaulttolerationseconds/admission.go. */
const DEFAULT_TOLERATION_SECONDS = 300;
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

/**
 * What the default admission plug-ins make of a new pod, in their order: service account, priority, runtime class, tolerations.
 * The pod is defaulted already; validation comes after.
 */
export function admitPod(pod: Pod, view: AdmissionView): Admitted<Pod> {
  const account = pod.spec.serviceAccountName ?? 'default';
  const { namespace } = pod.metadata;
  if (!view.hasServiceAccount(namespace, account)) {
    const missing = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    return { ok: false, message: missing };
  }
  const prioritised = resolvePriority(pod, view);
  if (!prioritised.ok) return prioritised;
  const refusal = refuseRuntimeClass(pod);
  if (refusal !== undefined) return { ok: false, message: refusal };
  const spec = withFields(prioritised.object.spec, {
    serviceAccountName: account,
    serviceAccount: account,
    tolerations: withDefaultTolerations(pod.spec.tolerations ?? []),
  });
  return { ok: true, object: withFields(pod, { spec }) };
}

/** Source: kubernetes v1.36.3 plugin/pkg/admission/priority/admission.go: admitPod. */
function resolvePriority(pod: Pod, view: AdmissionView): Admitted<Pod> {
  const { priorityClassName = '', priority, preemptionPolicy } = pod.spec;
  const known = SYSTEM_PRIORITY_CLASSES.get(priorityClassName) ?? view.priorityClass(priorityClassName);
  if (priorityClassName !== '' && known === undefined) {
    return { ok: false, message: `no PriorityClass with name ${priorityClassName} was found` };
  }
  const chosen = priorityClassName === '' ? view.defaultPriorityClass() : known;
  const value = chosen?.value ?? 0;
  const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
  const computed = 'priority admission controller computed';
  if (priority !== undefined && priority !== value) {
    const message = `the integer value of priority (${priority}) must not be provided in pod spec; ${computed} ${value} from the given PriorityClass name`;
    return { ok: false, message };
  }
  if (preemptionPolicy !== undefined && preemptionPolicy !== policy) {
    const message = `the string value of PreemptionPolicy (${preemptionPolicy}) must not be provided in pod spec; ${computed} ${policy} from the given PriorityClass name`;
    return { ok: false, message };
  }
  const named = chosen === undefined ? {} : { priorityClassName: chosen.name };
  const spec = withFields(pod.spec, { ...named, priority: value, preemptionPolicy: policy });
  return { ok: true, object: withFields(pod, { spec }) };
}

/** No RuntimeClass is simulated, so none is ever found. Source: plugin/pkg/admission/runtimeclass/admission.go. */
function refuseRuntimeClass(pod: Pod): string | undefined {
  const name = textIn((pod.spec as unknown as Fields)['runtimeClassName']);
  if (name !== '') return `pod rejected: RuntimeClass "${name}" not found`;
  if (pod.spec.overhead === undefined) return undefined;
  return 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
}

function withDefaultTolerations(given: readonly Toleration[]): readonly Toleration[] {
  const tolerations = [...given];
  for (const key of [NOT_READY, UNREACHABLE]) {
    const isTolerated = given.some(
      (toleration) =>
        (toleration.key === key || (toleration.key ?? '') === '') &&
        (toleration.effect === 'NoExecute' || (toleration.effect ?? '') === ''),
    );
    if (isTolerated) continue;
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_TOLERATION_SECONDS });
  }
  return tolerations;
}

/**
 * What the server's strategy for new pods sets: the first status, and selectors that take the values of `matchLabelKeys` from the pod's
 * labels. Source: kubernetes v1.36.3 pkg/registry/core/pod/strategy.go: PrepareForCreate.
 */
export function preparePod(pod: Pod): Pod {
  const labels = pod.metadata.labels ?? {};
  const { affinity, topologySpreadConstraints } = pod.spec;
  const spec = withFields(pod.spec, {
    ...(affinity === undefined ? {} : { affinity: mergeAffinity(affinity, labels) }),
    ...(topologySpreadConstraints === undefined
      ? {}
      : { topologySpreadConstraints: topologySpreadConstraints.map((constraint) => mergeSpread(constraint, labels)) }),
  });
  const gated = {
    type: 'PodScheduled',
    status: 'False' as const,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  const conditions = (pod.spec.schedulingGates ?? []).length > 0 ? { conditions: [gated] } : {};
  return withFields(pod, { spec, status: { phase: 'Pending', qosClass: qosClass(spec), ...conditions } });
}

function mergeSpread(constraint: TopologySpreadConstraint, labels: StringMap): TopologySpreadConstraint {
  if (constraint.labelSelector === undefined) return constraint;
  return { ...constraint, labelSelector: mergeKeys(constraint.labelSelector, labels, constraint.matchLabelKeys, []) };
}

function mergeAffinity(affinity: Affinity, labels: StringMap): Affinity {
  const { podAffinity, podAntiAffinity } = affinity;
  return {
    ...affinity,
    ...(podAffinity === undefined ? {} : { podAffinity: mergeTerms(podAffinity, labels) }),
    ...(podAntiAffinity === undefined ? {} : { podAntiAffinity: mergeTerms(podAntiAffinity, labels) }),
  };
}

function mergeTerms(affinity: PodAffinity, labels: StringMap): PodAffinity {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution;
  const merge = (term: PodAffinityTerm): PodAffinityTerm =>
    term.labelSelector === undefined
      ? term
      : { ...term, labelSelector: mergeKeys(term.labelSelector, labels, term.matchLabelKeys, term.mismatchLabelKeys) };
  return {
    ...affinity,
    ...(required === undefined ? {} : { requiredDuringSchedulingIgnoredDuringExecution: required.map(merge) }),
    ...(preferred === undefined
      ? {}
      : {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map(({ weight, podAffinityTerm }) => ({
            weight,
            podAffinityTerm: merge(podAffinityTerm),
          })),
        }),
  };
}

function mergeKeys(
  selector: LabelSelector,
  labels: StringMap,
  matchKeys: readonly string[] | undefined,
  mismatchKeys: readonly string[] | undefined,
): LabelSelector {
  const own = (key: string): boolean => Object.hasOwn(labels, key);
  const added = [
    ...(matchKeys ?? []).filter(own).map((key) => ({ key, operator: 'In' as const, values: [labels[key]!] })),
    ...(mismatchKeys ?? []).filter(own).map((key) => ({ key, operator: 'NotIn' as const, values: [labels[key]!] })),
  ];
  if (added.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}
