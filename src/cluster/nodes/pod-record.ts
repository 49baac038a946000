import type { Pod } from '../api/objects/pod.js';

/** What a kubelet remembers of one pod besides the numbers in the table. */
export interface PodRecord {
  /** As the kubelet saw it last. */
  pod: Pod;
}
