import { type Distribution, uniform } from '../../../kernel/distributions.js';
import { SECOND_US } from '../../../kernel/time.js';

/**
 * What a cloud takes for its disks, in microseconds, and how many a machine can have: the same for every driver and preset. None of it is set by Kubernetes. Only the
 * attachment has a published range here (reference/control-loops.md 5.2: typical 2 to 20 s); the others are assumptions of ours,
 * to be replaced by measurements of one's own.
 */
export interface StorageParameters {
  /** From the request for a new disk to its being there. Assumption: 1 to 5 s. */
  readonly diskCreate: Distribution;
  /** From the request to its being gone. Assumption: 1 to 5 s. */
  readonly diskDelete: Distribution;
  /** From the request to the disk being attached to the node. */
  readonly diskAttach: Distribution;
  /** From the request to the disk being free for another node. Assumption: 1 to 10 s. */
  readonly diskDetach: Distribution;
  /**
   * Disks of one driver that a node can hold, as its CSINode tells; 0: no limit, which is what a driver says that does not know one
   * (container-storage-interface spec.md: NodeGetInfoResponse, max_volumes_per_node). Clouds allow 8 to 128 by the type of machine.
   */
  readonly disksPerNode: number;
}

const seconds = (from: number, to: number): Distribution => uniform(from * SECOND_US, to * SECOND_US);

export const STORAGE_PARAMETERS: StorageParameters = {
  diskCreate: seconds(1, 5),
  diskDelete: seconds(1, 5),
  diskAttach: seconds(2, 20),
  diskDetach: seconds(1, 10),
  disksPerNode: 0,
};
