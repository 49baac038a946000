import type { Micros } from '../../../kernel/time.js';
import type { LabelSelector } from '../../api/objects/meta.js';

/** What the metrics API says of one pod. */
export interface PodMetric {
  /** Thousandths of a unit, whole; memory too is in thousandths of a byte. */
  readonly milli: number;
  /** End of the window over which it was measured. */
  readonly timestampUs: Micros;
  readonly windowUs: Micros;
}

export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** What the metrics APIs answered for one entry of `spec.metrics`. */
export type MetricReading =
  | { readonly type: 'pods'; readonly pods: PodMetrics }
  /** Object: one value. External: the sum of all series. */
  | { readonly type: 'value'; readonly milli: number }
  | { readonly type: 'error'; readonly error: string };

/** Where the CPU of pods comes from: the metrics server, which the nodes implement. */
export interface PodMetricsSource<W> {
  /**
   * What the metrics API would answer now about the CPU of the pods of a namespace that a selector selects, by name of the
   * pod: the sum over its containers. A pod without two samples is left out.
   */
  podCpu(world: W, namespace: string, selector: LabelSelector): PodMetrics;
}
