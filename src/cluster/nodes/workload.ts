import type { Distribution } from '../../kernel/distributions.js';
import { schedule } from '../../kernel/simulation.js';
import type { LabelSelector } from '../api/objects/meta.js';
import { NodesEvent } from './events.js';
import type { NodesWorld } from './world.js';

export type { HostTable, NodesWorld, PodTable } from './world.js';

// What a caller meets at a pod's address: the values of `world.nodes.pods.serving`.
/** No listener: the containers aren't up (yet) or have ended. Connections are refused. */
export const SERVING_NOTHING = 0;
/** Accepts and answers. */
export const SERVING_OPEN = 1;
/** Listener closed, requests in flight are still answered; new connections are refused. */
export const SERVING_DRAINING = 2;
/** The host is dead: packets vanish, callers time out. */
export const SERVING_UNREACHABLE = 3;

/** How the software in the containers of matching pods behaves towards the kubelet. */
export interface WorkloadBehaviour {
  readonly name: string;
  readonly selector: LabelSelector;
  /** Only pods with a container of one of these images (`*` stands for any text); empty: all pods. */
  readonly images: readonly string[];
  /** Compressed size (bytes) of the image of each container. */
  readonly imageBytes: number;
  /** From container start to listening (us): from then on it serves and its probes succeed. */
  readonly start: Distribution;
  /** On SIGTERM: exits at once; closes its listener, finishes what is in flight and exits; serves until it is killed. */
  readonly onTerm: 'exit' | 'drain' | 'serve';
  /** From a container's start to its end by itself, with exit code 0 (us); null: it runs until it is stopped. */
  readonly run: Distribution | null;
  readonly failure: WorkloadFailure | null;
}

export type WorkloadFailure =
  /** A container run ends by itself so long (us) after its start, with this probability (0 to 1). */
  | { readonly kind: 'exits'; readonly after: Distribution; readonly exitCode: number; readonly probability: number }
  /** Runs, but never listens and its probes never succeed. */
  | { readonly kind: 'never-ready' };

/** What the nodes must know of the load on a pod: implemented by traffic, handed over at assembly. */
export interface PodUsage<W> {
  /** CPU time (us of one core) used since the pod came to its podIndex. */
  cpuUs(world: W, podIndex: number): number;
  /** Requests being worked on or waiting inside the pod. */
  inFlight(world: W, podIndex: number): number;
}

export type ServingListener<W> = (world: W, podIndex: number, from: number, to: number) => void;

/** Who is told at once when a pod begins or stops to serve: code, put together at assembly in a fixed order. */
export class WorkloadListeners<W> {
  readonly serving: ServingListener<W>[] = [];

  /**
   * OPEN to DRAINING: keep what is in flight. To NOTHING: the process is gone, connections in flight are cut. To
   * UNREACHABLE: what is in flight gets no answer. `pods.epoch` has changed when the pod's containers are new ones.
   */
  onServing(listener: ServingListener<W>): void {
    this.serving.push(listener);
  }
}

/** Pod with this uid, or -1: pods are known from the moment their kubelet sees them until it forgets them. */
export function podIndexOfUid(world: NodesWorld, uid: string): number {
  return world.nodes.pods.indexByUid.get(uid) ?? -1;
}

/** Number of the node with this name, or -1. */
export function nodeIndexOf(world: NodesWorld, name: string): number {
  return world.nodes.hosts.indexByName.get(name) ?? -1;
}

/** Traffic tells that the last request of a draining pod is answered: its process exits. */
export function reportDrained(world: NodesWorld, podIndex: number): void {
  schedule(world, 0, NodesEvent.Drained, podIndex, world.nodes.pods.epoch[podIndex]!);
}
