import type { Micros } from '../../../kernel/time.js';
import type {
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../api/objects/autoscaling.js';
import type { LabelSelector } from '../../api/objects/meta.js';
import type { Pod } from '../../api/objects/pod.js';
import { formatQuantity, milliValue } from '../../api/quantity.js';
import type { MetricReading } from './metrics.js';
import {
  averageReplicas,
  type Calculation,
  failed,
  type PodsQuestion,
  sharedValueReplicas,
  sharePerPodReplicas,
  type Tolerances,
  utilizationReplicas,
} from './replica-calculator.js';

/**
 * What each metric asks for, how it is named in reasons and what the status says of it.
 * Source: kubernetes v1.36.3 pkg/controller/podautoscaler/horizontal.go: computeStatusFor*Metric.
 */
export type Proposal =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | {
      readonly ok: false;
      /** Of the condition and of the Event. */
      readonly reason: string;
      readonly error: string;
      /** As it appears in the error of the whole sync. */
      readonly context: string;
    };

/** One entry of `status.currentMetrics`; of an invalid metric only an empty type. */
export interface MetricStatus {
  readonly type: MetricSpec['type'] | '';
  readonly [source: string]: unknown;
}

export const INVALID_STATUS: MetricStatus = { type: '' };

export interface MetricQuestion {
  readonly hpa: HorizontalPodAutoscaler;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  readonly now: Micros;
}

const NOT_GIVEN = 'metric was not read';

export function propose(question: MetricQuestion, spec: MetricSpec, reading: MetricReading | undefined): Proposal {
  const answer = reading ?? { type: 'error', error: NOT_GIVEN };
  switch (spec.type) {
    case 'Resource': {
      const { name, target } = spec.resource!;
      return resourceProposal(question, name, '', target, answer);
    }
    case 'ContainerResource': {
      const { name, container, target } = spec.containerResource!;
      return resourceProposal(question, name, container, target, answer);
    }
    case 'Pods':
      return podsProposal(question, spec.pods!, answer);
    case 'Object':
      return objectProposal(question, spec.object!, answer);
    case 'External':
      return externalProposal(question, spec.external!, answer);
  }
}

function podsQuestion(question: MetricQuestion, reading: MetricReading): PodsQuestion {
  const { specReplicas, pods, tolerances, now } = question;
  return { current: specReplicas, pods, metrics: reading.type === 'pods' ? reading.pods : new Map(), tolerances, now };
}

function resourceProposal(
  question: MetricQuestion,
  resource: string,
  container: string,
  target: MetricTarget,
  reading: MetricReading,
): Proposal {
  const isWhole = container === '';
  const type = isWhole ? 'Resource' : 'ContainerResource';
  const isAverage = target.averageValue !== undefined;
  const result = resourceCalculation(question, resource, container, target, reading);
  if (!result.ok) {
    const error = `failed to get ${resource} ${isAverage ? 'usage' : 'utilization'}: ${result.error}`;
    const context = isWhole
      ? `failed to get ${resource} resource metric value`
      : `failed to get ${container} container metric value`;
    return { ok: false, reason: `FailedGet${type}Metric`, error, context };
  }
  const average = { averageValue: milliText(result.usageMilli) };
  const current = isAverage ? average : { averageUtilization: result.utilization, ...average };
  const what = isWhole ? 'resource' : 'container resource';
  const name = isAverage ? `${resource} ${what}` : `${resource} ${what} utilization (percentage of request)`;
  const status: MetricStatus = isWhole
    ? { type, resource: { name: resource, current } }
    : { type, containerResource: { name: resource, container, current } };
  return { ok: true, replicas: result.replicas, name, status };
}

function resourceCalculation(
  question: MetricQuestion,
  resource: string,
  container: string,
  { averageValue, averageUtilization }: MetricTarget,
  reading: MetricReading,
): Calculation {
  if (reading.type === 'error') return failed(`unable to get metrics for resource ${resource}: ${reading.error}`);
  const onPods = podsQuestion(question, reading);
  if (averageValue !== undefined) return averageReplicas(onPods, resource, milliValue(averageValue));
  return utilizationReplicas(onPods, resource, container, averageUtilization!);
}

function podsProposal(
  question: MetricQuestion,
  { metric, target }: NonNullable<MetricSpec['pods']>,
  reading: MetricReading,
): Proposal {
  const result =
    reading.type === 'error'
      ? failed(`unable to get metric ${metric.name}: ${reading.error}`)
      : averageReplicas(podsQuestion(question, reading), '', milliValue(target.averageValue!));
  if (!result.ok) {
    return {
      ok: false,
      reason: 'FailedGetPodsMetric',
      error: result.error,
      context: 'failed to get pods metric value',
    };
  }
  const current = { averageValue: milliText(result.usageMilli) };
  const status: MetricStatus = { type: 'Pods', pods: { metric, current } };
  return { ok: true, replicas: result.replicas, name: `pods metric ${metric.name}`, status };
}

function objectProposal(
  question: MetricQuestion,
  { describedObject, metric, target }: NonNullable<MetricSpec['object']>,
  reading: MetricReading,
): Proposal {
  const { namespace } = question.hpa.metadata;
  // The words are in this odd order in Kubernetes too.
  const { kind, name } = describedObject;
  const result =
    reading.type === 'error'
      ? failed(`unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/${reading.error}`)
      : valueCalculation(question, target, reading);
  if (!result.ok) {
    return {
      ok: false,
      reason: 'FailedGetObjectMetric',
      error: result.error,
      context: 'failed to get object metric value',
    };
  }
  const status: MetricStatus = {
    type: 'Object',
    object: { metric, describedObject, current: valueStatus(target, result.usageMilli) },
  };
  const metricName = target.value === undefined ? externalName(metric) : `${kind} metric ${metric.name}`;
  return { ok: true, replicas: result.replicas, name: metricName, status };
}

function externalProposal(
  question: MetricQuestion,
  { metric, target }: NonNullable<MetricSpec['external']>,
  reading: MetricReading,
): Proposal {
  const result =
    reading.type === 'error'
      ? failed(
          `unable to get external metric ${question.hpa.metadata.namespace}/${metric.name}/${selectorText(metric.selector)}: ${reading.error}`,
        )
      : valueCalculation(question, target, reading);
  if (!result.ok) {
    const context = `failed to get ${metric.name} external metric value`;
    return { ok: false, reason: 'FailedGetExternalMetric', error: result.error, context };
  }
  const status: MetricStatus = {
    type: 'External',
    external: { metric, current: valueStatus(target, result.usageMilli) },
  };
  return { ok: true, replicas: result.replicas, name: externalName(metric), status };
}

function valueCalculation(
  { specReplicas, statusReplicas, pods, tolerances }: MetricQuestion,
  { value, averageValue }: MetricTarget,
  reading: MetricReading,
): Calculation {
  const usageMilli = reading.type === 'value' ? reading.milli : 0;
  if (value === undefined)
    return sharePerPodReplicas(statusReplicas, usageMilli, milliValue(averageValue!), tolerances);
  return sharedValueReplicas({ current: specReplicas, pods, tolerances }, usageMilli, milliValue(value));
}

function valueStatus({ value }: MetricTarget, usageMilli: number): unknown {
  return value === undefined ? { averageValue: milliText(usageMilli) } : { value: milliText(usageMilli) };
}

function externalName(metric: MetricIdentifier): string {
  return `external metric ${metric.name}(${selectorText(metric.selector)})`;
}

/** As Go prints a selector. */
function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.sort().join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

const NANO_PER_MILLI = 1_000_000n;

function milliText(milli: number): string {
  return formatQuantity({ nano: BigInt(milli) * NANO_PER_MILLI, format: 'DecimalSI', isBig: false });
}
