import type { Micros } from '../../../kernel/time.js';
import type { ConditionStatus } from '../../api/objects/meta.js';
import type { KcmWorld } from '../../api/kcm.js';
import type { Node } from '../../api/objects/node.js';
import type { Passes } from '../shared/passes.js';
import type { ZoneState } from './zones.js';

/** What the controller remembers. Empty as long as every node has always been well. */
export interface NodeLifecycleState extends Passes {
  /** Nodes that have come since the start and that no pass has seen yet. */
  readonly fresh: Set<string>;
  /** Nodes that went and that no pass has missed yet. */
  readonly gone: Map<string, Node>;
  /** Readiness of each node at the last pass, where it wasn't True. */
  readonly unready: Map<string, ConditionStatus>;
  /** When a pass saw a node's last sign of life, where it is not the lease that tells (after a full disruption). */
  readonly probedAt: Map<string, Micros>;
  readonly zones: Map<string, ZoneRecord>;
  isAllDisrupted: boolean;
}

export interface ZoneRecord {
  state: ZoneState;
  /** Nodes a second that may be tainted NoExecute, one at once. */
  rate: number;
  /** When the next one may be. */
  tokenAt: Micros;
  /** Nodes waiting for their NoExecute taint, oldest first. */
  waiting: string[];
}

export interface NodeLifecycleWorld extends KcmWorld {
  readonly controllers: { readonly nodeLifecycle: NodeLifecycleState };
}

export function createNodeLifecycleState(): NodeLifecycleState {
  return {
    phaseUs: undefined,
    nextPassAt: Number.POSITIVE_INFINITY,
    fresh: new Set(),
    gone: new Map(),
    unready: new Map(),
    probedAt: new Map(),
    zones: new Map(),
    isAllDisrupted: false,
  };
}
