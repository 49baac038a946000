import type { ApiRequest, ApiResult } from '../../cluster/api/calls.js';
import type { KubernetesObject } from '../../cluster/api/objects/meta.js';
import { matchesRequirements, parseSelector } from '../../cluster/api/selectors.js';
import { invariant } from '../../kernel/invariant.js';
import type { ObjectTarget } from '../../scenario/commands.js';

/** The requests that kubectl reads its targets with: a GET for each name, or a LIST for each kind. */
export function targetRequests(target: ObjectTarget): readonly ApiRequest[] {
  if (target.by === 'selector') return target.kinds.map((kind) => ({ verb: 'list', ...kind, name: '' }));
  return target.references.map(({ kind, namespace, name }) => ({ verb: 'get', kind, namespace, name }));
}

/** The objects that the answers hold, in the order of the command or of the list. */
export function targetObjects(target: ObjectTarget, results: readonly ApiResult[]): readonly KubernetesObject[] {
  if (target.by === 'name') return results.flatMap(({ object }) => (object === undefined ? [] : [object]));
  const all = results.flatMap(({ objects = [] }) => objects);
  if (target.selector === '') return all;
  const parsed = parseSelector(target.selector);
  invariant(parsed.ok, `selector "${target.selector}" was checked when the scenario was read`);
  return all.filter((object) => matchesRequirements(parsed.selector, object.metadata.labels));
}
