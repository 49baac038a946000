/** Lists that a strategic merge patch merges by a key; other lists are replaced (k8s.io/api struct tags, patchMergeKey). */
const MERGE_KEYS: MergeKeys = {
  conditions: 'type',
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  ports: 'containerPort',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ownerReferences: 'uid',
  taints: 'key',
  addresses: 'type',
  schedulingGates: 'name',
  drivers: 'name',
  reservedFor: 'uid',
  resourceClaimStatuses: 'name',
};

type PlainObject = Readonly<Record<string, unknown>>;

/**
 * A strategic merge patch: objects merge field by field (one with `$patch: replace` replaces), null removes a field, some
 * lists merge by key (an item with `$patch: delete` goes), the rest is replaced. Unchanged parts keep their identity, so
 * `===` tells what changed.
 */
export function strategicMerge<T>(current: T, patch: unknown): T {
  return mergeValue(current, patch, '', MERGE_KEYS) as T;
}

/** A JSON merge patch (RFC 7386): as the strategic one, but every list is replaced. */
export function jsonMerge<T>(current: T, patch: unknown): T {
  return mergeValue(current, patch, '', NO_MERGE_KEYS) as T;
}

type MergeKeys = Readonly<Record<string, string>>;

const NO_MERGE_KEYS: MergeKeys = {};

function mergeValue(current: unknown, patch: unknown, field: string, mergeKeys: MergeKeys): unknown {
  if (isPlainObject(patch)) return mergeObject(isPlainObject(current) ? current : {}, patch, mergeKeys);
  const mergeKey = keyOfItems(field, patch, mergeKeys);
  if (mergeKey === undefined) return patch;
  return mergeList(Array.isArray(current) ? current : [], patch as readonly unknown[], mergeKey, mergeKeys);
}

/** The field by which a strategic merge patch tells the items of this list apart; undefined: it replaces the value. */
export function mergeKeyOf(field: string, value: unknown): string | undefined {
  return keyOfItems(field, value, MERGE_KEYS);
}

function keyOfItems(field: string, value: unknown, mergeKeys: MergeKeys): string | undefined {
  const ownKey = mergeKeys[field];
  if (!Array.isArray(value) || ownKey === undefined) return undefined;
  return field === 'ports' && isServicePorts(value) ? 'port' : ownKey;
}

function mergeObject(current: PlainObject, patch: PlainObject, mergeKeys: MergeKeys): PlainObject {
  if (patch['$patch'] === 'replace') return without(patch, '$patch');
  let merged: Record<string, unknown> | undefined;
  for (const field of Object.keys(patch)) {
    const value = patch[field];
    if (value === undefined) continue;
    const before = current[field];
    const after = value === null ? undefined : mergeValue(before, value, field, mergeKeys);
    if (after === before) continue;
    if (after === undefined) {
      merged = without(merged ?? current, field);
      continue;
    }
    merged ??= Object.assign({}, current); // a spread and a new field: see kernel/with-fields.ts
    merged[field] = after;
  }
  return merged ?? current;
}

/** A copy rather than a deletion, which would turn the stored object into a slow and large hash table for good. */
function without(object: PlainObject, removed: string): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  for (const field of Object.keys(object)) if (field !== removed) rest[field] = object[field];
  return rest;
}

function mergeList(
  current: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  mergeKeys: MergeKeys,
): readonly unknown[] {
  let merged = [...current];
  let changed = false;
  for (const item of patch) {
    const index = merged.findIndex((other) => keyField(other, mergeKey) === keyField(item, mergeKey));
    if (isPlainObject(item) && item['$patch'] === 'delete') {
      if (index >= 0) merged.splice(index, 1);
      changed ||= index >= 0;
    } else if (index < 0) {
      merged = merged.concat([item]); // to push would leave room for 17 more in what is stored
      changed = true;
    } else {
      const after = mergeValue(merged[index], item, '', mergeKeys);
      changed ||= after !== merged[index];
      merged[index] = after;
    }
  }
  return changed ? merged : current;
}

function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isServicePorts(patch: unknown): boolean {
  return Array.isArray(patch) && patch.some((port) => keyField(port, 'port') !== undefined);
}

function keyField(item: unknown, mergeKey: string): unknown {
  return isPlainObject(item) ? item[mergeKey] : undefined;
}

/** Deep equality of plain data; a field that is undefined is a field that is not there. */
export function sameData(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && sameList(left, right);
  return isPlainObject(left) && isPlainObject(right) && sameFields(left, right);
}

function sameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (!sameData(left[index], right[index])) return false;
  return true;
}

function sameFields(left: PlainObject, right: PlainObject): boolean {
  for (const field in left) {
    const value = left[field];
    if (value !== right[field] && !sameData(value, right[field])) return false;
  }
  for (const field in right) if (right[field] !== undefined && left[field] === undefined) return false;
  return true;
}
