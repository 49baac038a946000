import type { QuantityText, ResourceList } from '../../../src/cluster/api/objects/meta.js';
import { allocatableOf } from '../../../src/cluster/nodes/allocatable.js';
import { type Checker, difference } from './checker.js';

interface Case {
  readonly cores: number;
  readonly maxPods: number;
  readonly podsPerCore: number;
  readonly systemReserved: ResourceList;
  readonly kubeReserved: ResourceList;
  readonly evictionHard: Readonly<Record<string, QuantityText>>;
  readonly evictionSoft: Readonly<Record<string, QuantityText>>;
  readonly deviceAllocatable?: ResourceList;
  readonly expected: { readonly allocatable: ResourceList; readonly capacity: ResourceList };
}

/** Pods that a node takes. kubernetes v1.36.3 pkg/kubelet/nodestatus/setters.go: MachineInfo */
function podCapacity(cores: number, maxPods: number, podsPerCore: number): number {
  return podsPerCore > 0 ? Math.min(cores * podsPerCore, maxPods) : maxPods;
}

/** `kubelet.allocatable`: what a node offers to pods. */
export const allocatable: Checker = {
  kind: 'kubelet.allocatable',
  check(given: Case) {
    const { capacity } = given.expected;
    // The real function takes thresholds of either sort; the generator gave it the soft ones last.
    const evictionThresholds = { ...given.evictionHard, ...given.evictionSoft };
    const ours = {
      pods: String(podCapacity(given.cores, given.maxPods, given.podsPerCore)),
      // Devices come from their plugin as they are, not from the machine.
      allocatable: { ...allocatableOf(capacity, { ...given, evictionThresholds }), ...given.deviceAllocatable },
    };
    return difference(ours, { pods: capacity['pods'], allocatable: given.expected.allocatable });
  },
};
