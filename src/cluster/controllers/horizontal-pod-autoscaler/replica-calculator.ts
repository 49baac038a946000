import { type Micros, SECOND_US, wholeSeconds } from '../../../kernel/time.js';
import type { Container, Pod } from '../../api/objects/pod.js';
import { isReady, podCondition } from '../../api/pod-predicates.js';
import { milliValue } from '../../api/quantity.js';
import type { PodMetric, PodMetrics } from './metrics.js';
import { CPU_INITIALIZATION_US, FALLBACK_UTILIZATION, INITIAL_READINESS_US } from './parameters.js';

/**
 * How many replicas one metric asks for, in Kubernetes' order of floating-point operations.
 * Source: kubernetes v1.36.3 pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go;
 * reference/autoscaling.md section 4.
 */

export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

export type Calculation =
  | { readonly ok: true; readonly replicas: number; readonly usageMilli: number; readonly utilization?: number }
  | { readonly ok: false; readonly error: string };

export function failed(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}

function isWithin({ scaleUp, scaleDown }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

interface PodGroups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  /** Metrics of the ready pods, and of names that belong to no pod. */
  readonly counted: Map<string, PodMetric>;
}

/** Source: replica_calculator.go: groupPods. */
function groupPods(pods: readonly Pod[], metrics: PodMetrics, isCpu: boolean, now: Micros): PodGroups {
  const counted = new Map(metrics);
  const unready: string[] = [];
  const missing: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') {
      counted.delete(name);
    } else if (pod.status.phase === 'Pending') {
      unready.push(name);
    } else if (metric === undefined) {
      missing.push(name);
    } else if (isCpu && isUnready(pod, metric, now)) {
      unready.push(name);
    } else {
      ready += 1;
    }
  }
  for (const name of unready) counted.delete(name);
  return { ready, unready, missing, counted };
}

/** Does the CPU of this pod tell of its start rather than of its load? */
function isUnready(pod: Pod, metric: PodMetric, now: Micros): boolean {
  const condition = podCondition(pod, 'Ready');
  const { startTime } = pod.status;
  if (condition === undefined || startTime === undefined) return true;
  const startedAt = wholeSeconds(startTime) * SECOND_US;
  const changedAt = wholeSeconds(condition.lastTransitionTime ?? 0) * SECOND_US;
  if (startedAt + CPU_INITIALIZATION_US > now) {
    return condition.status === 'False' || metric.timestampUs < changedAt + metric.windowUs;
  }
  return condition.status === 'False' && startedAt + INITIAL_READINESS_US > changedAt;
}

const NO_PODS = 'no pods returned by selector while calculating replica count';
const NO_METRICS = 'did not receive metrics for targeted pods (pods might be unready)';

export interface PodsQuestion {
  readonly current: number;
  readonly pods: readonly Pod[];
  readonly metrics: PodMetrics;
  readonly tolerances: Tolerances;
  readonly now: Micros;
}

/** For a target in percent of the pods' requests. Source: GetResourceReplicas. */
export function utilizationReplicas(
  question: PodsQuestion,
  resource: string,
  container: string,
  targetUtilization: number,
): Calculation {
  const { pods, metrics, now } = question;
  if (pods.length === 0) return failed(NO_PODS);
  const groups = groupPods(pods, metrics, resource === 'cpu', now);
  if (groups.counted.size === 0) return failed(NO_METRICS);
  const requests = requestsOf(pods, resource, container);
  if (typeof requests === 'string') return failed(requests);
  const first = utilizationOf(groups.counted, requests, targetUtilization);
  if (first === undefined) return failed('no metrics returned matched known pods');
  const fallback = Math.max(FALLBACK_UTILIZATION, targetUtilization);
  const filled = (name: string): number => Math.floor(((requests.get(name) ?? 0) * fallback) / 100);
  const replicas = propose(
    question,
    groups,
    first.ratio,
    filled,
    'strict',
    (counted) => utilizationOf(counted, requests, targetUtilization)!.ratio,
  );
  return { ok: true, replicas, usageMilli: first.averageMilli, utilization: first.utilization };
}

/** For a target per pod. Source: calcPlainMetricReplicas. */
export function averageReplicas(question: PodsQuestion, resource: string, targetMilli: number): Calculation {
  const { pods, metrics, now } = question;
  if (pods.length === 0) return failed(NO_PODS);
  const groups = groupPods(pods, metrics, resource === 'cpu', now);
  if (groups.counted.size === 0) return failed(NO_METRICS);
  const usageMilli = averageOf(groups.counted);
  const replicas = propose(
    question,
    groups,
    usageMilli / targetMilli,
    () => targetMilli,
    'plain',
    (counted) => averageOf(counted) / targetMilli,
  );
  return { ok: true, replicas, usageMilli };
}

/**
 * The proposal; pods without a metric are taken to use so much that the size changes less: `filled` of them when it would
 * shrink, nothing when it would grow.
 */
function propose(
  { current, tolerances }: PodsQuestion,
  { ready, unready, missing, counted }: PodGroups,
  ratio: number,
  filled: (name: string) => number,
  mode: 'strict' | 'plain',
  ratioOf: (counted: PodMetrics) => number,
): number {
  const growsDespiteUnready = unready.length > 0 && ratio > 1;
  if (!growsDespiteUnready && missing.length === 0) {
    return isWithin(tolerances, ratio) ? current : Math.ceil(ratio * ready);
  }
  const guessed = new Map(counted);
  const guess = (name: string, milli: number): void => {
    guessed.set(name, { milli, timestampUs: 0, windowUs: 0 });
  };
  for (const name of missing) {
    if (ratio < 1) guess(name, filled(name));
    else if (ratio > 1 || mode === 'plain') guess(name, 0);
  }
  if (growsDespiteUnready) for (const name of unready) guess(name, 0);
  const second = ratioOf(guessed);
  if (isWithin(tolerances, second) || (ratio < 1 && second > 1) || (ratio > 1 && second < 1)) return current;
  const replicas = Math.ceil(second * guessed.size);
  if ((second < 1 && replicas > current) || (second > 1 && replicas < current)) return current;
  return replicas;
}

interface Utilization {
  readonly ratio: number;
  /** Whole percent of the requests. */
  readonly utilization: number;
  readonly averageMilli: number;
}

/** Source: metrics/utilization.go: GetResourceUtilizationRatio. */
function utilizationOf(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
  targetUtilization: number,
): Utilization | undefined {
  let usage = 0n;
  let requested = 0n;
  let count = 0n;
  for (const [name, { milli }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    usage += BigInt(milli);
    requested += BigInt(request);
    count += 1n;
  }
  if (requested === 0n) return undefined;
  const utilization = Number((usage * 100n) / requested);
  return { ratio: utilization / targetUtilization, utilization, averageMilli: Number(usage / count) };
}

function averageOf(metrics: PodMetrics): number {
  let usage = 0n;
  for (const { milli } of metrics.values()) usage += BigInt(milli);
  return Number(usage / BigInt(metrics.size));
}

/** Requests in thousandths by pod, or what is missing. Source: calculatePodRequests. */
function requestsOf(pods: readonly Pod[], resource: string, container: string): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const ofPod = spec.resources?.requests?.[resource];
    if (container === '' && ofPod !== undefined) {
      requests.set(metadata.name, milliValue(ofPod));
      continue;
    }
    let sum = 0;
    for (const { name, resources } of running(spec.containers, spec.initContainers)) {
      if (container !== '' && container !== name) continue;
      const request = resources?.requests?.[resource];
      if (request === undefined) {
        return `missing request for ${resource} in container ${name} of Pod ${metadata.name}`;
      }
      sum += milliValue(request);
    }
    requests.set(metadata.name, sum);
  }
  return requests;
}

function running(containers: readonly Container[], initContainers: readonly Container[] = []): readonly Container[] {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...containers, ...sidecars];
}

/** For one value that all pods share. Source: getUsageRatioReplicaCount. */
export function sharedValueReplicas(
  { current, pods, tolerances }: Omit<PodsQuestion, 'metrics' | 'now'>,
  usageMilli: number,
  targetMilli: number,
): Calculation {
  const ratio = usageMilli / targetMilli;
  if (current === 0) return { ok: true, replicas: Math.ceil(ratio), usageMilli };
  if (isWithin(tolerances, ratio)) return { ok: true, replicas: current, usageMilli };
  if (pods.length === 0) return failed(`unable to calculate ready pods: ${NO_PODS}`);
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isReady(pod)).length;
  return { ok: true, replicas: Math.ceil(ratio * ready), usageMilli };
}

/** For one value of which each pod is to have its share. Source: GetObjectPerPodMetricReplicas. */
export function sharePerPodReplicas(
  statusReplicas: number,
  usageMilli: number,
  targetMilli: number,
  tolerances: Tolerances,
): Calculation {
  const ratio = usageMilli / (targetMilli * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : Math.ceil(usageMilli / targetMilli);
  return { ok: true, replicas, usageMilli: Math.ceil(usageMilli / statusReplicas) };
}
