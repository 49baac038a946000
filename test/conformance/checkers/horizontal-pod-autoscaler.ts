import type { HorizontalPodAutoscaler } from '../../../src/cluster/api/objects/autoscaling.js';
import type { Condition, ConditionStatus } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodPhase, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import { decide } from '../../../src/cluster/controllers/horizontal-pod-autoscaler/decide.js';
import type { HpaMemory } from '../../../src/cluster/controllers/horizontal-pod-autoscaler/memory.js';
import type { MetricReading } from '../../../src/cluster/controllers/horizontal-pod-autoscaler/metrics.js';
import { SECOND_US } from '../../../src/kernel/time.js';
import { type Checker, difference } from './checker.js';

interface ShortPod {
  name: string;
  phase: PodPhase;
  startTime?: number;
  ready?: ConditionStatus;
  readyLastTransition?: number;
  deleting?: boolean;
}

interface ShortMetric {
  podValuesMilli?: Record<string, number>;
  timestamp?: number;
  windowSeconds?: number;
  valueMilli?: number;
  valuesMilli?: number[];
  error?: string;
}

interface Step {
  t: number;
  specReplicas: number;
  statusReplicas: number;
  pods: ShortPod[] | null;
  metrics: ShortMetric[] | null;
  expected: {
    scaleTo: number | null;
    desiredReplicas: number;
    currentReplicas: number;
    conditions: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[];
    currentMetrics: unknown[] | null;
    rescaleReason?: string;
  };
}

interface Case {
  id: string;
  hpa: HorizontalPodAutoscaler;
  podTemplateSpec: PodSpec;
  steps: Step[];
}

/** Seconds of the vectors may be negative, so the start lies late. */
const START_US = 1_000_000 * SECOND_US;
const at = (seconds: number): number => START_US + seconds * SECOND_US;

function podOf(short: ShortPod, spec: PodSpec): Pod {
  const { name, phase, startTime, ready, readyLastTransition = 0, deleting } = short;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: 1,
      generation: 1,
      creationTimestamp: 0,
      ...(deleting === true ? { deletionTimestamp: START_US } : {}),
    },
    spec,
    status: {
      phase,
      ...(startTime === undefined ? {} : { startTime: at(startTime) }),
      conditions:
        ready === undefined ? [] : [{ type: 'Ready', status: ready, lastTransitionTime: at(readyLastTransition) }],
    },
  };
}

function readingOf(metric: ShortMetric, type: string): MetricReading {
  if (metric.error !== undefined) return { type: 'error', error: metric.error };
  if (type === 'Object') return { type: 'value', milli: metric.valueMilli ?? 0 };
  if (type === 'External')
    return { type: 'value', milli: (metric.valuesMilli ?? []).reduce((sum, one) => sum + one, 0) };
  const sample = { timestampUs: at(metric.timestamp ?? 0), windowUs: (metric.windowSeconds ?? 0) * SECOND_US };
  const values = Object.entries(metric.podValuesMilli ?? {});
  return { type: 'pods', pods: new Map(values.map(([name, milli]) => [name, { milli, ...sample }])) };
}

/** A pod's name in a message depends on the order of a map there. */
const anonymous = (message = ''): string => message.replace(/of Pod \S+$/, 'of Pod *');

/** How the first sync that disagrees does so. */
function firstDifference(given: Case): string | undefined {
  let { hpa } = given;
  let memory: HpaMemory | undefined;
  for (const step of given.steps) {
    const { specReplicas, statusReplicas, expected } = step;
    const specs = hpa.spec.metrics ?? [];
    const decision = decide({
      hpa,
      specReplicas,
      statusReplicas,
      pods: (step.pods ?? []).map((pod) => podOf(pod, given.podTemplateSpec)),
      readings: (step.metrics ?? []).map((metric, index) => readingOf(metric, specs[index]!.type)),
      memory,
      now: at(step.t),
    });
    const { scaleTo, desiredReplicas, currentReplicas, conditions, currentMetrics, rescaleReason } = decision;
    const ours = {
      scaleTo: scaleTo ?? null,
      desiredReplicas,
      currentReplicas,
      conditions: conditions.map(({ type, status, reason, message }) => ({
        type,
        status,
        reason,
        message: anonymous(message),
      })),
      currentMetrics: currentMetrics ?? null,
      ...(scaleTo === undefined ? {} : { rescaleReason }),
    };
    const words = difference(ours, expected);
    if (words !== undefined) return `at ${step.t} s\n${words}`;
    memory = decision.memory;
    hpa = { ...hpa, status: { ...hpa.status, desiredReplicas, currentReplicas, conditions } };
  }
  return undefined;
}

/** `hpa`: what the autoscaler decides, sync by sync. */
export const horizontalPodAutoscaler: Checker = { kind: 'hpa', check: firstDifference };
