import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Toleration } from '../../../src/cluster/api/objects/pod.js';
import type { DaemonSet } from '../../../src/cluster/api/objects/workload.js';
import { daemonPodSpec, placementOn } from '../../../src/cluster/controllers/daemon-set/placement.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly Node[];
  readonly expected: Readonly<Record<string, { readonly shouldRun: boolean; readonly shouldContinueRunning: boolean }>>;
  readonly podTolerations: readonly Toleration[];
}

/** Where a DaemonSet's pods belong, and what their controller has them tolerate. */
export const daemonSetNodes: Checker = {
  kind: 'misc.daemonset-nodes',
  check: (vectorCase) => {
    const { daemonSet, nodes, expected, podTolerations } = vectorCase as Case;
    const spec = daemonPodSpec(daemonSet.spec.template);
    const ours = nodes.map((node) => {
      const { shouldRun, shouldContinue } = placementOn(spec, applyDefaults(node));
      return [node.metadata.name, { shouldRun, shouldContinueRunning: shouldContinue }];
    });
    return difference(
      { expected: Object.fromEntries(ours), podTolerations: spec.tolerations },
      { expected, podTolerations },
    );
  },
};
