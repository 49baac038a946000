import type { ResourceList } from '../../../src/cluster/api/objects/meta.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import type { ResourceQuota } from '../../../src/cluster/api/objects/quota.js';
import { formatResources } from '../../../src/cluster/api/pod-resources.js';
import { quotaMatches } from '../../../src/cluster/api/quota/scopes.js';
import { matchingResources, quotaUsage } from '../../../src/cluster/api/quota/usage.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly pod: Pod;
  readonly expected: {
    readonly quotas: readonly {
      readonly quota: ResourceQuota;
      readonly matches: boolean;
      readonly matchingResources: readonly string[];
    }[];
    readonly usage: ResourceList;
  };
}

/** Years after anything that a case names: a deletion in it lies behind its grace. */
const NOW = 1e15;

/** `quota.scopes`: which quotas a pod counts for, and with what. */
export const quotaScopes: Checker = {
  kind: 'quota.scopes',
  check({ pod, expected }: Case) {
    const { deletionTimestamp } = pod.metadata;
    const metadata = { ...pod.metadata, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp: 0 }) };
    const given = { ...pod, kind: 'Pod', metadata, status: pod.status ?? {} };
    const ours = {
      quotas: expected.quotas.map(({ quota }) => ({
        quota,
        matches: quotaMatches(quota, given),
        matchingResources: matchingResources('Pod', Object.keys(quota.status.hard ?? {})).sort(),
      })),
      usage: formatResources(quotaUsage(given, NOW)),
    };
    return difference(ours, expected);
  },
};
