import type { IntOrString } from '../../../src/cluster/api/objects/meta.js';
import { resolveFenceposts } from '../../../src/cluster/controllers/deployment/fenceposts.js';
import { type Checker, difference } from './checker.js';

interface Case {
  replicas: number;
  maxSurge: IntOrString;
  maxUnavailable: IntOrString;
  surge?: number;
  unavailable?: number;
  error?: string;
}

/** `deployment.fenceposts`: maxSurge and maxUnavailable in pods. */
export const deploymentFenceposts: Checker = {
  kind: 'deployment.fenceposts',
  check(given: Case) {
    const { replicas, maxSurge, maxUnavailable } = given;
    const { ok: _ok, ...resolved } = resolveFenceposts(maxSurge, maxUnavailable, replicas);
    const { surge, unavailable, error } = given;
    return difference(resolved, { surge, unavailable, error });
  },
};
