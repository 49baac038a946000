import { draws } from '../../../kernel/random.js';
import { MILLISECOND_US, type Micros } from '../../../kernel/time.js';
import type { ApiRequest, ApiResult } from '../../api/calls.js';
import { SYNC_DONE, type SyncStep } from '../../api/controller-loop.js';
import type { Node, Taint } from '../../api/objects/node.js';
import type { NodeLifecycleWorld } from './state.js';

/** kubernetes v1.36.3 pkg/controller/controller_utils.go: UpdateTaintBackoff (UpdateLabelBackoff is the same): tries, the pause, its jitter */
const TRIES = 5;
const PAUSE_US = 100 * MILLISECOND_US;
const JITTER = 1;

/** What is to become of a node, in writes one after the other. */
export type NodeChange =
  | { readonly add: readonly Taint[] }
  | { readonly remove: readonly Taint[] }
  | { readonly labels: Readonly<Record<string, string>> };

/** Changes on their way to a node: each one reads the node and patches what it read. Plain data between the steps of a sync. */
export interface NodeWrite {
  readonly name: string;
  readonly changes: readonly NodeChange[];
  /** Of the first change, so far. */
  readonly tries: number;
  readonly isRead: boolean;
}

/** The first request of some changes; none, if there are none. */
export function beginWrite(name: string, changes: readonly NodeChange[]): SyncStep {
  if (changes.length === 0) return SYNC_DONE;
  return readStep({ name, changes, tries: 0, isRead: false });
}

/**
 * What follows an answer: the patch of what was read; after a conflict, for which the next reading waits, the same change once
 * more; then the next one. Undefined: it failed for good.
 * controller_utils.go: AddOrUpdateTaintOnNode, RemoveTaintOffNode, PatchNodeTaints; util/node/controller_utils.go: AddOrUpdateLabelsOnNode
 */
export function continueWrite(
  world: NodeLifecycleWorld,
  controllerStream: number,
  write: NodeWrite,
  { status, object }: ApiResult,
): SyncStep | undefined {
  const { changes, name } = write;
  if (status === 409 && write.tries + 1 < TRIES) {
    const pauseUs: Micros = Math.round(PAUSE_US * (1 + JITTER * draws(world, controllerStream)()));
    return { ...readStep({ ...write, tries: write.tries + 1, isRead: false }), pauseUs };
  }
  if (status >= 300) return undefined;
  if (write.isRead) return beginWrite(name, changes.slice(1));
  return { requests: [patchOf(object as Node, changes[0]!)], memory: { ...write, isRead: true } };
}

function readStep(write: NodeWrite): SyncStep {
  return { requests: [{ verb: 'get', kind: 'Node', namespace: '', name: write.name }], memory: write };
}

function patchOf(node: Node, change: NodeChange): ApiRequest {
  const { name, resourceVersion } = node.metadata;
  const request = { verb: 'patch', kind: 'Node', namespace: '', name } as const;
  if ('labels' in change) return { ...request, body: { metadata: { labels: change.labels } } };
  const body = { spec: { taints: taintsAfter(node.spec.taints ?? [], change) } };
  return { ...request, resourceVersion, body, patchType: 'merge' };
}

function taintsAfter(taints: readonly Taint[], change: Exclude<NodeChange, { labels: unknown }>): readonly Taint[] {
  const touched = 'add' in change ? change.add : change.remove;
  const kept = taints.filter(({ key, effect }) => !touched.some((own) => own.key === key && own.effect === effect));
  return 'add' in change ? [...kept, ...change.add] : kept;
}
