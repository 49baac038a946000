import type { Micros } from '../../kernel/time.js';
import type { PodStatus } from '../api/objects/pod.js';

/** What one node remembers besides the numbers in the table. */
export interface HostRecord {
  /** Client of the kubelet, and the one it sends events with. */
  readonly client: number;
  readonly eventClient: number;
  readonly informer: number;
  /** All images are there, or those in the set. */
  readonly hasAllImages: boolean;
  readonly images: Set<string>;
  /** Pulls waiting or under way (with serial pulls the first one), by ticket, oldest first. */
  readonly pulls: Map<number, Pull>;
  nextPull: number;
  /** When the bucket of pulls would be full again. */
  pullsFullAt: Micros;
  readonly pods: Set<number>;
  /** Status manager: pods that have something to report, oldest first; the one being worked on. */
  statusQueue: number[];
  statusPod: number;
  statusCall: 'none' | 'get' | 'patch' | 'delete';
  awaitedCall: number;
  statusSent: PodStatus | undefined;
  /** Addresses given so far. */
  addresses: number;
  /** Bumped when the kubelet or the machine goes down or comes up: events about what was going on are then stale. */
  boot: number;
  /** Containers did not survive: the machine was down. */
  hasLostContainers: boolean;
}

export interface Pull {
  readonly image: string;
  readonly podIndex: number;
  /** As `containerSubject`. */
  readonly subject: number;
  readonly setupUs: Micros;
  readonly bytes: number;
  readonly requestedAt: Micros;
  /** When its turn came. */
  startedAt: Micros;
  /** The bucket was empty. */
  isRefused: boolean;
}
