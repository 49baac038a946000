import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { controllerOf } from '../../cluster/api/owner-references.js';
import { isTerminal } from '../../cluster/api/pod-predicates.js';
import { invariant } from '../../kernel/invariant.js';
import { matchesRequirements, parseSelector } from '../../cluster/api/selectors.js';
import type { DrainCommand } from '../../scenario/commands.js';

/** Annotation of pods that a kubelet runs from its own files. */
const MIRROR = 'kubernetes.io/config.mirror';

const NO_DAEMON_SET_PODS = 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';
const NO_LOCAL_STORAGE = 'cannot delete Pods with local storage (use --delete-emptydir-data to override)';
const NO_UNMANAGED = 'cannot delete Pods that declare no controller (use --force to override)';

/** What a drain is to remove from a node, or why it touches nothing at all. */
export type DrainPlan =
  | { readonly ok: true; readonly pods: readonly Pod[] }
  | { readonly ok: false; readonly error: string };

/** The pods of a node that a drain asks about. */
export function podsToDrain(command: DrainCommand, node: string, pods: readonly Pod[]): readonly Pod[] {
  const selector = command.podSelector === '' ? undefined : parseSelector(command.podSelector);
  invariant(selector?.ok !== false, `selector "${command.podSelector}" was checked when the scenario was read`);
  return pods.filter(
    ({ metadata, spec }) =>
      spec.nodeName === node &&
      (selector === undefined || !selector.ok || matchesRequirements(selector.selector, metadata.labels)),
  );
}

/**
 * Source: kubectl v0.36.3 pkg/drain/filters.go: daemonSetFilter, mirrorPodFilter, localStorageFilter, unreplicatedFilter.
 * `daemonSets`: those of the pods' controllers that are there.
 */
export function planDrain(
  command: DrainCommand,
  pods: readonly Pod[],
  daemonSets: readonly KubernetesObject[],
): DrainPlan {
  const removed: Pod[] = [];
  const hindering = new Map<string, string[]>();
  for (const pod of pods) {
    const verdict = judge(command, pod, daemonSets);
    if (verdict === 'remove') removed.push(pod);
    if (verdict === 'remove' || verdict === 'leave') continue;
    const { namespace, name } = pod.metadata;
    const named = hindering.get(verdict);
    if (named === undefined) hindering.set(verdict, [`${namespace}/${name}`]);
    else named.push(`${namespace}/${name}`);
  }
  if (hindering.size === 0) return { ok: true, pods: removed };
  const errors = [...hindering].map(([why, names]) => `${why}: ${names.join(', ')}`);
  return { ok: false, error: aggregate(errors.sort()) };
}

function judge(command: DrainCommand, pod: Pod, daemonSets: readonly KubernetesObject[]): string {
  const controller = controllerOf(pod);
  if (controller?.kind === 'DaemonSet' && !isTerminal(pod)) {
    const isThere = daemonSets.some(({ metadata }) => metadata.uid === controller.uid);
    if (isThere) return command.ignoreDaemonSets ? 'leave' : NO_DAEMON_SET_PODS;
    if (!command.force) return `daemonsets.apps "${controller.name}" not found`;
  }
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return 'leave';
  if (isTerminal(pod)) return 'remove';
  const hasLocalStorage = (pod.spec.volumes ?? []).some((volume) => volume['emptyDir'] !== undefined);
  if (hasLocalStorage && !command.deleteEmptyDirData) return NO_LOCAL_STORAGE;
  return controller === undefined && !command.force ? NO_UNMANAGED : 'remove';
}

/** Several errors as one, as Go's libraries write them. */
export function aggregate(errors: readonly string[]): string {
  const different = [...new Set(errors)];
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`;
}
