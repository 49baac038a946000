import { sameData } from '../../cluster/api/patch.js';
import type { JsonOperation } from '../../scenario/commands.js';
import { OperatorError } from './error.js';

/**
 * A JSON patch (RFC 6902) as the merge patch (RFC 7386) that has the same effect on `object`: what the API server of the
 * simulator plays. Fields that the operations leave alone are not mentioned.
 */
export function mergePatchOf(object: object, operations: readonly JsonOperation[]): unknown {
  const changed: unknown = structuredClone(object);
  for (const operation of operations) apply(changed, operation);
  return difference(object, changed);
}

type Container = Record<string, unknown> | unknown[];

function apply(root: unknown, { op, path, value }: JsonOperation): void {
  let parent = root;
  for (const step of path.slice(0, -1)) parent = at(parent, step);
  if (typeof parent !== 'object' || parent === null) refuse();
  const last = path.at(-1)!;
  if (op === 'add') return put(parent as Container, last, value, 1);
  const current = at(parent, last);
  if (current === undefined || (op === 'test' && !sameData(current, value))) refuse();
  if (op === 'replace') put(parent as Container, last, value, 0);
  else if (op === 'remove') remove(parent as Container, last);
}

function at(parent: unknown, step: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, step)) return undefined;
  return (parent as Record<string, unknown>)[step];
}

/** `extra` 1 puts a new item into a list where 0 changes one that is there; `-` is behind its end. */
function put(parent: Container, step: string, value: unknown, extra: 0 | 1): void {
  if (!Array.isArray(parent)) {
    parent[step] = value;
    return;
  }
  const index = step === '-' ? parent.length : Number(step);
  if (!Number.isInteger(index) || index < 0 || index >= parent.length + extra) refuse();
  parent.splice(index, 1 - extra, value);
}

function remove(parent: Container, step: string): void {
  if (Array.isArray(parent)) parent.splice(Number(step), 1);
  else delete parent[step];
}

/** kubernetes v1.36.3 staging apiserver pkg/endpoints/handlers/patch.go: jsonPatcher: StatusUnprocessableEntity */
function refuse(): never {
  const message = 'the server rejected our request due to an error in our request';
  throw new OperatorError(message, `The request is invalid: ${message}`);
}

function difference(before: unknown, after: unknown): unknown {
  if (!isPlain(before) || !isPlain(after)) return after;
  const patch: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (sameData(before[field], after[field])) continue;
    patch[field] = after[field] === undefined ? null : difference(before[field], after[field]);
  }
  return patch;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
