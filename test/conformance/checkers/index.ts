import { allocatable } from './allocatable.js';
import { apiAdmission } from './api-admission.js';
import { apiDefaulting } from './api-defaulting.js';
import { apiValidation } from './api-validation.js';
import { backOffs } from './back-off.js';
import type { Checker } from './checker.js';
import { daemonSetNodes } from './daemon-set-nodes.js';
import { cron } from './cron.js';
import { deletionRank } from './deletion-rank.js';
import { deploymentFenceposts } from './deployment-fenceposts.js';
import { deploymentNextActions } from './deployment-next-actions.js';
import { deploymentRollout } from './deployment-rollout.js';
import { disruptionBudgets } from './disruption-budgets.js';
import { endpointHints, endpointSlices } from './endpoint-slices.js';
import { eventCorrelator } from './event-correlator.js';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.js';
import { intOrPercent } from './int-or-percent.js';
import { jobs } from './job.js';
import { labelSelectors } from './label-selectors.js';
import { podStatuses } from './pod-statuses.js';
import { kubeletResources, podResources } from './pod-resources.js';
import { quantities, quantityOperations } from './quantities.js';
import { quotaScopes } from './quota-scopes.js';
import { filterScore } from './scheduling-filter-score.js';
import { sampling } from './scheduling-sampling.js';
import { sequences } from './scheduling-sequence.js';
import { statefulSet } from './stateful-set.js';
import { taintEviction } from './taint-eviction.js';
import { volumeMatching } from './volume-matching.js';
import { zoneStates } from './zone-state.js';

/** Every checker there is: add a file and its line here. */
export const CHECKERS: readonly Checker[] = [
  allocatable,
  apiAdmission,
  apiDefaulting,
  apiValidation,
  backOffs,
  daemonSetNodes,
  cron,
  deletionRank,
  deploymentFenceposts,
  deploymentNextActions,
  deploymentRollout,
  disruptionBudgets,
  endpointHints,
  endpointSlices,
  eventCorrelator,
  filterScore,
  horizontalPodAutoscaler,
  intOrPercent,
  jobs,
  labelSelectors,
  kubeletResources,
  podResources,
  podStatuses,
  quantities,
  quantityOperations,
  quotaScopes,
  sampling,
  sequences,
  statefulSet,
  taintEviction,
  volumeMatching,
  zoneStates,
];
