import type { PodUsage, ServingListener } from './workload.js';
import type { NodesWorld } from './world.js';

/** What the nodes are connected to: code, put together at assembly. */
export interface NodeWiring {
  readonly listeners: readonly ServingListener<NodesWorld>[];
  readonly usage: PodUsage<NodesWorld>;
}
