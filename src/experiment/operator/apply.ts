import type { ApiRequest } from '../../cluster/api/calls.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import { mergeKeyOf, sameData, strategicMerge } from '../../cluster/api/patch.js';
import type { ExperimentWorld } from '../world.js';
import { create, patch } from './actions.js';

/**
 * `kubectl apply`: creates what is not there; changes what is to what the manifest says, takes away what the manifest applied
 * before said and this one does not, and leaves the rest alone. undefined: nothing changes, nothing is sent.
 * Source: kubectl v0.36.3 pkg/cmd/apply/patcher.go; apimachinery pkg/util/strategicpatch: CreateThreeWayMergePatch.
 */
export function applyTo(
  world: ExperimentWorld,
  wanted: KubernetesObject,
  there: KubernetesObject | undefined,
): ApiRequest | undefined {
  const last = there === undefined ? undefined : lastApplied(world, wanted);
  world.experiment.applied.set(keyOf(wanted), wanted);
  if (there === undefined) return create(wanted);
  const body = last === undefined ? fieldsOf(wanted) : withRemovals(fieldsOf(wanted), fieldsOf(last), '');
  return sameData(strategicMerge(there, body), there) ? undefined : patch(there, body);
}

/** What kubectl keeps in an annotation. The manifests of the scenario were applied at the start. */
function lastApplied({ experiment }: ExperimentWorld, wanted: KubernetesObject): KubernetesObject | undefined {
  const key = keyOf(wanted);
  return experiment.applied.get(key) ?? experiment.manifests.find((manifest) => keyOf(manifest) === key);
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}

/** What a manifest says of an object: not what it is called. */
function fieldsOf({ metadata, apiVersion: _apiVersion, kind: _kind, ...fields }: KubernetesObject): object {
  return { metadata: { labels: metadata.labels, annotations: metadata.annotations }, ...fields };
}

/** The manifest as a patch that also removes what only the last one had. */
function withRemovals(wanted: unknown, last: unknown, field: string): unknown {
  if (isPlain(wanted) && isPlain(last)) {
    const patch: Record<string, unknown> = { ...wanted };
    for (const key of Object.keys(last)) {
      if (last[key] === undefined) continue;
      patch[key] = wanted[key] === undefined ? null : withRemovals(wanted[key], last[key], key);
    }
    return patch;
  }
  const mergeKey = mergeKeyOf(field, wanted);
  if (mergeKey === undefined || !Array.isArray(last)) return wanted;
  const items = wanted as readonly unknown[];
  const twin = (item: unknown, others: readonly unknown[]): unknown =>
    others.find((other) => identity(other, mergeKey) === identity(item, mergeKey));
  const gone = last.filter((item) => twin(item, items) === undefined);
  return [
    ...items.map((item) => withRemovals(item, twin(item, last), '')),
    ...gone.map((item) => ({ [mergeKey]: identity(item, mergeKey), $patch: 'delete' })),
  ];
}

function identity(item: unknown, mergeKey: string): unknown {
  return isPlain(item) ? item[mergeKey] : undefined;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
