import { type ApiRequest, succeeded } from '../../api/calls.js';
import type { HorizontalPodAutoscaler } from '../../api/objects/autoscaling.js';
import type { Condition } from '../../api/objects/meta.js';
import type { Micros } from '../../../kernel/time.js';
import { sameData } from '../../api/patch.js';
import { statusRequest } from '../../api/status-request.js';
import { attempt, note, type Story, tell } from '../../api/sync-story.js';
import { type HpaDecision, setCondition } from './decide.js';
import { SYNC_PERIOD_US } from './parameters.js';

/** A decision to be carried out. */
export interface HpaOutcome {
  readonly hpa: HorizontalPodAutoscaler;
  readonly decision: HpaDecision;
  readonly now: Micros;
}

/** Whatever becomes of a sync, the next one is a period after its end. */
export const NEXT_SYNC = { afterUs: SYNC_PERIOD_US };

/** Scales the target, then writes the status. Source: horizontal.go: reconcileAutoscaler. */
export function* applyDecision({ hpa, decision, now }: HpaOutcome): Story {
  for (const { reason, message } of decision.warnings) yield* tell(hpa, 'Warning', reason, message);
  const { scaleTo } = decision;
  if (scaleTo === undefined) {
    yield* note(decision.memory);
    return yield* writeStatus(hpa, decision, decision.desiredReplicas, decision.conditions);
  }
  const result = yield* attempt(scaleRequest(hpa, scaleTo));
  const what = `New size: ${scaleTo}; reason: ${decision.rescaleReason}`;
  if (succeeded(result)) {
    yield* tell(hpa, 'Normal', 'SuccessfulRescale', what);
    yield* note(decision.memory);
    return yield* writeStatus(hpa, decision, scaleTo, decision.conditions, now);
  }
  yield* tell(hpa, 'Warning', 'FailedRescale', `${what}; error: ${result.message}`);
  const { conditions, memory } = decision.unscaled!;
  yield* note(memory);
  const message = `the HPA controller was unable to update the target scale: ${result.message}`;
  const failed = setCondition(conditions, now, 'AbleToScale', 'False', 'FailedUpdateScale', message);
  return yield* writeStatus(hpa, decision, hpa.status.desiredReplicas, failed);
}

/** The target could not be read. */
export interface MissingTarget {
  readonly hpa: HorizontalPodAutoscaler;
  readonly error: string;
  readonly now: Micros;
}

export function* reportMissingTarget({ hpa, error, now }: MissingTarget): Story {
  yield* tell(hpa, 'Warning', 'FailedGetScale', error);
  const message = `the HPA controller was unable to get the target's current scale: ${error}`;
  const { conditions = [] } = hpa.status;
  yield* writeIfChanged(hpa, {
    ...hpa.status,
    conditions: setCondition(conditions, now, 'AbleToScale', 'False', 'FailedGetScale', message),
  });
  return NEXT_SYNC;
}

function scaleRequest({ metadata, spec }: HorizontalPodAutoscaler, replicas: number): ApiRequest {
  const { kind, name } = spec.scaleTargetRef;
  return { verb: 'patch', kind, namespace: metadata.namespace, name, body: { spec: { replicas } } };
}

function* writeStatus(
  hpa: HorizontalPodAutoscaler,
  { currentReplicas, currentMetrics }: HpaDecision,
  desiredReplicas: number,
  conditions: readonly Condition[],
  scaledAt: Micros | undefined = hpa.status.lastScaleTime,
): Story {
  yield* writeIfChanged(hpa, {
    ...(scaledAt === undefined ? {} : { lastScaleTime: scaledAt }),
    currentReplicas,
    desiredReplicas,
    ...(currentMetrics === undefined ? {} : { currentMetrics }),
    conditions,
  });
  return NEXT_SYNC;
}

function* writeIfChanged(hpa: HorizontalPodAutoscaler, status: HorizontalPodAutoscaler['status']): Story<undefined> {
  if (sameData(status, hpa.status)) return undefined;
  const result = yield* attempt(statusRequest({ ...hpa, status }));
  if (!succeeded(result)) yield* tell(hpa, 'Warning', 'FailedUpdateStatus', result.message);
  return undefined;
}
