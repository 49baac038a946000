import type { Micros } from '../kernel/time.js';
import type { ObjectReference } from './commands.js';
import type { Position } from './types.js';

/** `FIGURE COMPARISON VALUE [WHEN]`, parsed. */
export interface Expectation {
  /** As written. */
  readonly text: string;
  readonly position: Position;
  readonly figure: Figure;
  readonly comparison: Comparison;
  readonly value: FigureValue;
  readonly when: When;
}

export type Comparison = '<' | '<=' | '=' | '!=' | '>=' | '>';

/**
 * The right side in the figure's own unit: ratio 0..1 for availability and share, microseconds for latencies and
 * durations, 1/s for rate, USD for cost, else a plain number; text only for fields of objects.
 */
export type FigureValue = number | string | boolean;

export type TrafficStatistic = 'availability' | 'lost' | 'rate' | 'mean' | 'percentile';

export type Figure =
  | {
      readonly of: 'traffic';
      readonly statistic: TrafficStatistic;
      /** Only for percentiles: 0.5 for p50, 0.999 for p99.9; else 0. */
      readonly probability: number;
      /** `source` is a traffic source as its client sees it, `service` one attempt as its caller sees it. */
      readonly side: 'source' | 'service';
      readonly name: string;
    }
  /** `deployment/web:status.readyReplicas` */
  | {
      readonly of: 'field';
      readonly object: ObjectReference;
      readonly path: readonly (string | number)[];
      /** What the field is taken for where an object that is there has none. */
      readonly absent: 0 | false | '';
    }
  | {
      readonly of: 'count';
      /** `Event` for events. */
      readonly kind: string;
      /** null: all namespaces. */
      readonly namespace: string | null;
      readonly conditions: readonly CountCondition[];
    }
  /** From the new template being stored to the rollout's completion, or of its last one if there were several; in us. */
  | { readonly of: 'rollout-duration'; readonly object: ObjectReference }
  /** From a Job's creation to its completion; in us. */
  | { readonly of: 'job-duration'; readonly object: ObjectReference }
  /** From the fault to all workloads having their desired ready replicas again; in us. */
  | { readonly of: 'recovery'; readonly subject: 'node' | 'zone'; readonly name: string }
  /** Pod start-up from creation to Ready; statistic mean has probability 0. */
  | {
      readonly of: 'startup';
      readonly statistic: 'mean' | 'percentile' | 'maximum';
      readonly probability: number;
      /** Workload's app label, or null for all pods. */
      readonly workload: string | null;
    }
  | { readonly of: 'cost' }
  /** Share of a service's requests answered by one pod: of the busiest, the idlest, or as coefficient of variation. */
  | { readonly of: 'share'; readonly service: string; readonly statistic: 'max' | 'min' | 'cv' };

/**
 * One condition of `count(KIND, KEY=VALUE, ...)`: a label, or one of the fields phase, reason, node, type, ready,
 * owner. All of them must hold.
 */
export interface CountCondition {
  readonly of: 'label' | 'phase' | 'reason' | 'node' | 'type' | 'ready' | 'name' | 'message' | 'status';
  /** The label's key; else equal to `of`. */
  readonly key: string;
  readonly comparison: '=' | '!=';
  readonly value: string;
}

/** When the comparison must hold. Times are virtual microseconds from the start of the run. */
export type When =
  /** Traffic: over the run after the warm-up. Objects: at the end. */
  | { readonly kind: 'run' }
  | { readonly kind: 'at'; readonly atUs: Micros }
  /** Traffic: over this span. Objects: at every moment of it. */
  | { readonly kind: 'between'; readonly fromUs: Micros; readonly untilUs: Micros }
  /** Traffic: in every report interval after the warm-up. Objects: at every moment after the warm-up. */
  | { readonly kind: 'always' | 'never' | 'eventually' }
  /** At some moment at most `withinUs` after timeline entry `entry` (index from 0). */
  | { readonly kind: 'within'; readonly withinUs: Micros; readonly entry: number };
