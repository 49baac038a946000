import type { KubernetesObject, LabelSelector, StringMap } from '../cluster/api/objects/meta.js';
import type { Service } from '../cluster/api/objects/network.js';
import type { PodDisruptionBudget } from '../cluster/api/objects/policy.js';
import { isEmptySelector, matchesSelector } from '../cluster/api/selectors.js';
import { shown, suggestion } from './diagnostics.js';
import { allObjects, changesPodLabels, GIVEN_LABELS, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { ClusterSpec, ManifestObject, Scenario } from './types.js';

/** Warns of Services and PodDisruptionBudgets that no pod of the scenario will ever match: mostly a slip in a label. */
export function noteSelectingNobody(scope: Scope, { manifests, timeline }: Scenario): void {
  if (timeline.some(({ command }) => changesPodLabels(command))) return;
  const objects = allObjects(manifests, timeline);
  const pods = madePods(objects);
  for (const { object, origin } of objects) {
    const selector = withoutGivenLabels(selectorOf(object) ?? {});
    if (isEmptySelector(selector)) continue;
    const { namespace, name } = object.metadata;
    const isOwn = (other: KubernetesObject): boolean => other.metadata.namespace === namespace;
    if (pods.some(({ maker, labels }) => isOwn(maker) && matchesSelector(selector, labels))) continue;
    const effect = object.kind === 'Service' ? 'it has no endpoints' : 'it protects nothing';
    const message = `${object.kind} ${shown(name)} selects no pod of namespace ${namespace}: ${effect}`;
    warnAt(scope, origin, 'reference', message);
  }
}

function selectorOf(object: KubernetesObject): LabelSelector | undefined {
  if (object.kind === 'PodDisruptionBudget') return (object as PodDisruptionBudget).spec.selector;
  if (object.kind !== 'Service') return undefined;
  const { selector } = (object as Service).spec;
  return selector === undefined ? undefined : { matchLabels: selector };
}

function withoutGivenLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelector {
  const isTold = (label: string): boolean => !GIVEN_LABELS.test(label);
  const told: StringMap = Object.fromEntries(Object.entries(matchLabels).filter(([label]) => isTold(label)));
  return { matchLabels: told, matchExpressions: matchExpressions.filter(({ key }) => isTold(key)) };
}

/** Nodes that are there at some time: those of the pools and those that manifests and commands create. */
export function nodeNames({ pools }: ClusterSpec, objects: readonly ManifestObject[]): string[] {
  const ofPools = pools.flatMap(({ pool, count }) =>
    Array.from({ length: count }, (_, index) => `${pool}-${index + 1}`),
  );
  return [...ofPools, ...objects.flatMap(({ object }) => (object.kind === 'Node' ? object.metadata.name : []))];
}

/** Warns of pods whose nodeName names a node that nothing makes: they are bound to it, and collected. */
export function noteMissingNodes(scope: Scope, { cluster, manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const known = new Set(nodeNames(cluster, objects));
  for (const { maker, origin, spec, path } of madePods(objects)) {
    const { nodeName = '' } = spec;
    if (nodeName === '' || known.has(nodeName)) continue;
    const what = `${maker.kind.toLowerCase()}/${maker.metadata.name}`;
    const message = `${what} names the node ${shown(nodeName)}, which nothing makes: no kubelet runs its pods`;
    warnAt(scope, origin, 'reference', message, [...path, 'nodeName'], suggestion(nodeName, [...known]));
  }
}
