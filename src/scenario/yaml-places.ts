import { type Alias, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { FieldPath } from './field-path.js';
import { positionAt, type SourceText } from './text.js';

/** One YAML (or JSON) document, read and found to be sound, with the tree that knows where everything stands. */
export interface YamlDocument {
  readonly source: SourceText;
  readonly root: Node | null;
  /** Which node each alias stands for; filled by `toPlain`. */
  readonly aliases: Map<Alias, Node>;
}

/** Where a field stands, and whether it is there at all (else: its nearest parent that is). */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly exact: boolean;
  /** The scalar is written with a quote in front: offsets within its text move by one. Only on one line. */
  readonly quoted: boolean;
}

/** Where the value at `path` stands; for a missing one the key of the innermost parent that is there. */
export function placeAt(document: YamlDocument, path: FieldPath): Place {
  const { value, anchor, isThere } = follow(document, path);
  return { ...placeOf(document, isThere && value !== null ? value : anchor), exact: isThere };
}

/** Where the key of the field at `path` stands (for a list's item the item itself). */
export function keyPlaceAt(document: YamlDocument, path: FieldPath): Place {
  const { anchor, isThere } = follow(document, path);
  return { ...placeOf(document, anchor), exact: isThere };
}

/** Goes along a path as far as it leads. `anchor`: the last key or item on the way. */
function follow(
  document: YamlDocument,
  path: FieldPath,
): { value: Node | null; anchor: Node | null; isThere: boolean } {
  let value: Node | null = document.root;
  let anchor: Node | null = document.root;
  for (const step of path) {
    const found = child(document, value, step);
    if (found === undefined) return { value, anchor, isThere: false };
    anchor = found.key ?? found.value ?? anchor;
    value = found.value;
  }
  return { value, anchor, isThere: true };
}

interface Child {
  readonly key: Node | null;
  readonly value: Node | null;
}

function child(document: YamlDocument, parent: Node | null, step: string | number): Child | undefined {
  const node = isAlias(parent) ? (document.aliases.get(parent) ?? null) : parent;
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    return item === undefined ? undefined : { key: null, value: item };
  }
  if (!isMap(node)) return undefined;
  let merged: Child | undefined;
  for (const pair of node.items) {
    const key = pair.key as Node | null;
    const text = isScalar(key) ? String(typeof key.value === 'string' ? key.value : (key.source ?? key.value)) : '';
    const value = pair.value as Node | null;
    if (text === String(step)) return { key, value };
    if (text === '<<') merged ??= childOfMerge(document, value, step);
  }
  return merged;
}

function childOfMerge(document: YamlDocument, value: Node | null, step: string | number): Child | undefined {
  const node = isAlias(value) ? document.aliases.get(value) : value;
  if (!isSeq(node)) return child(document, node ?? null, step);
  for (const part of node.items) {
    const found = child(document, part as Node, step);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where a node stands. */
export function placeOf(document: YamlDocument, node: Node | null): Place {
  const range = node?.range ?? [0, 1, 1];
  const { line, column } = positionAt(document.source, range[0]);
  const end = document.source.text.indexOf('\n', range[0]);
  const length = Math.max(1, Math.min(range[1], end < 0 ? range[1] : end) - range[0]);
  const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
  return { line, column, length, exact: true, quoted };
}
