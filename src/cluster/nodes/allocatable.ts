import type { QuantityText, ResourceList } from '../api/objects/meta.js';
import {
  addQuantities,
  exactValue,
  formatQuantity,
  type Quantity,
  quantity,
  subtractQuantities,
} from '../api/quantity.js';

/** What is kept back from the pods of a node. */
export interface NodeReservation {
  readonly systemReserved: ResourceList;
  readonly kubeReserved: ResourceList;
  /** By signal: a quantity, or a percentage of the capacity. Only memory.available and nodefs.available count. */
  readonly evictionThresholds: Readonly<Record<string, QuantityText>>;
}

/**
 * Capacity without what is reserved, never below zero; huge pages come off the memory.
 * kubernetes v1.36.3 pkg/kubelet/cm/node_container_manager_linux.go: GetNodeAllocatableReservation;
 * pkg/kubelet/nodestatus/setters.go: MachineInfo
 */
export function allocatableOf(capacity: ResourceList, reservation: NodeReservation): Record<string, string> {
  const allocatable: Record<string, Quantity> = {};
  for (const [name, amount] of Object.entries(capacity)) {
    allocatable[name] = subtractToZero(quantity(amount), reserved(name, quantity(amount), reservation));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    const { memory } = allocatable;
    if (name.startsWith('hugepages-') && memory !== undefined) {
      allocatable['memory'] = subtractToZero(memory, quantity(amount));
    }
  }
  return Object.fromEntries(Object.entries(allocatable).map(([name, amount]) => [name, formatQuantity(amount)]));
}

/** Resource that the eviction signals of a node guard. */
const SIGNALS: Readonly<Record<string, string>> = {
  memory: 'memory.available',
  'ephemeral-storage': 'nodefs.available',
};

function reserved(name: string, capacity: Quantity, reservation: NodeReservation): Quantity {
  const { systemReserved, kubeReserved, evictionThresholds } = reservation;
  const signal = SIGNALS[name];
  const threshold = signal === undefined ? undefined : evictionThresholds[signal];
  let total = quantity(0);
  for (const part of [systemReserved[name], kubeReserved[name], thresholdOf(threshold, capacity)]) {
    if (part !== undefined) total = addQuantities(total, quantity(part));
  }
  return total;
}

/** A percentage is held as a 32-bit float there, which shows in the bytes. */
function thresholdOf(threshold: QuantityText | undefined, capacity: Quantity): QuantityText | undefined {
  if (typeof threshold !== 'string' || !threshold.endsWith('%')) return threshold;
  const share = Math.fround(Math.fround(Number(threshold.slice(0, -1))) / 100);
  return String(Math.trunc(Number(exactValue(capacity)) * share));
}

function subtractToZero(amount: Quantity, taken: Quantity): Quantity {
  const rest = subtractQuantities(amount, taken);
  return rest.nano < 0n ? { ...rest, nano: 0n } : rest;
}
