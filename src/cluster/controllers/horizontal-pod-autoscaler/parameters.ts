import { MINUTE_US, SECOND_US } from '../../../kernel/time.js';

/** kubernetes v1.36.3 pkg/controller/podautoscaler/config/v1alpha1/defaults.go */
export const SYNC_PERIOD_US = 15 * SECOND_US;
/** How far from 1 the ratio of usage to target may be before anything is done. */
export const TOLERANCE = 0.1;
/** A pod's CPU counts from its start for so long only while it has been ready for a whole metric window. */
export const CPU_INITIALIZATION_US = 5 * MINUTE_US;
/** A pod that was unready from its start until now has never been ready, give or take so much. */
export const INITIAL_READINESS_US = 30 * SECOND_US;
/** Without `behavior`: how long a recommendation holds the size up. */
export const DOWNSCALE_STABILIZATION_US = 5 * MINUTE_US;
/** kubernetes v1.36.3 pkg/controller/podautoscaler/horizontal.go: calculateScaleUpLimit */
export const SCALE_UP_LIMIT_FACTOR = 2;
export const SCALE_UP_LIMIT_MINIMUM = 4;
/** Utilisation of the request that a pod without a metric is taken to have when the others ask for fewer (same source). */
export const FALLBACK_UTILIZATION = 100;
