import { podIndexOfUid, type NodesWorld } from '../cluster/nodes/workload.js';
import { microsToSeconds } from '../kernel/time.js';
import { trafficUsage } from '../traffic/create-traffic.js';
import { answered, firstAnswerAt } from '../traffic/stations.js';
import type { TrafficWorld } from '../traffic/world.js';
import type { PodInside } from './measure/pods.js';

const UNKNOWN: PodInside = {
  admitted: null,
  sandbox: null,
  pulled: null,
  started: null,
  stopped: null,
  firstRequest: null,
  restarts: 0,
  requests: 0,
  cpuSeconds: 0,
};

/** What nodes and traffic know of a pod; a pod that no kubelet has seen has nothing inside. */
export function lookInside(world: NodesWorld & TrafficWorld, uid: string): PodInside {
  const pod = podIndexOfUid(world, uid);
  if (pod < 0) return UNKNOWN;
  const { pods } = world.nodes;
  const seconds = (at: number): number | null => (at < 0 ? null : microsToSeconds(at));
  return {
    admitted: seconds(pods.admittedAt[pod]!),
    sandbox: seconds(pods.sandboxAt[pod]!),
    pulled: seconds(pods.pulledAt[pod]!),
    started: seconds(pods.startedAt[pod]!),
    stopped: seconds(pods.stoppedAt[pod]!),
    firstRequest: seconds(firstAnswerAt(world, pod)),
    restarts: pods.restarts[pod]!,
    requests: answered(world, pod),
    cpuSeconds: microsToSeconds(trafficUsage.cpuUs(world, pod)),
  };
}
