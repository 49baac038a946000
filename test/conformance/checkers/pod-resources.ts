import type { ResourceList } from '../../../src/cluster/api/objects/meta.js';
import type { Pod, PodSpec } from '../../../src/cluster/api/objects/pod.js';
import {
  formatResources,
  podLimits,
  podRequests,
  qosClass,
  type QuantityList,
} from '../../../src/cluster/api/pod-resources.js';
import { compareQuantities, quantity } from '../../../src/cluster/api/quantity.js';
import { quotaUsage } from '../../../src/cluster/api/quota/usage.js';
import { withMicros } from '../../cluster/with-micros.js';
import { type Checker, difference } from './checker.js';

interface Case {
  pod: Pod;
  requests: ResourceList;
  requestsUsingStatus: ResourceList;
  limits: ResourceList;
  qosClass: string;
  quotaUsage: ResourceList;
}

/** Which of several equal texts (`1Gi`, `1073741824`) a quantity keeps depends on the order of maps in Go. */
function inWordsOf(real: ResourceList, ours: QuantityList): ResourceList {
  const entries = Object.entries(formatResources(ours)).map(([name, text]) => {
    const same = real[name];
    return [name, same !== undefined && compareQuantities(quantity(text), quantity(same)) === 0 ? same : text];
  });
  return Object.fromEntries(entries) as ResourceList;
}

/**
 * A pod with `resources: {}` at creation is BestEffort whatever its containers ask for; empty fields were left out when the
 * vectors were written. Its status still tells, so it is put back.
 */
function withEmptyResources({ spec, status }: Pod): PodSpec {
  const asksForMore = status.qosClass === 'BestEffort' && spec.resources === undefined;
  return asksForMore ? { ...spec, resources: {} } : spec;
}

/** `misc.pod-resources`: what a pod as a whole asks for. */
export const podResources: Checker = {
  kind: 'misc.pod-resources',
  check(given: Case) {
    // The vectors leave out what every one of them is.
    const pod: Pod = { ...(withMicros(given.pod) as Pod), kind: 'Pod' };
    const { spec, status } = pod;
    const { pod: _pod, ...real } = given;
    const ours = {
      requests: inWordsOf(real.requests, podRequests(spec)),
      requestsUsingStatus: inWordsOf(real.requestsUsingStatus, podRequests(spec, { status })),
      limits: inWordsOf(real.limits, podLimits(spec)),
      qosClass: qosClass(withEmptyResources(pod)),
      quotaUsage: inWordsOf(real.quotaUsage, quotaUsage(pod, 0)),
    };
    return difference(ours, real);
  },
};

interface KubeletCase {
  readonly pod: Pod;
  readonly expected: { readonly qosClass: string };
}

/** `kubelet.resources`: of a pod on its node, the class; scores and limits of the operating system are not played. */
export const kubeletResources: Checker = {
  kind: 'kubelet.resources',
  check({ pod, expected }: KubeletCase) {
    const { qosClass: real, ...rest } = expected;
    return difference({ qosClass: qosClass(withEmptyResources(pod)) }, { qosClass: real, ...rest });
  },
  known: ({ pod, expected }: KubeletCase) =>
    qosClass(withEmptyResources(pod)) === expected.qosClass ? 'part 5, cgroups and OOM scores of pods' : undefined,
};
