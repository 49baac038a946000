import { constant, type Distribution, lognormalByMedian, uniform } from '../../kernel/distributions.js';
import { MILLISECOND_US, type Micros, SECOND_US } from '../../kernel/time.js';
import type { Preset } from '../api/parameters.js';

/**
 * What a node takes its time for, and its limits. Durations in microseconds. Sources: `node 3` is
 * reference/node.md section 3, `control-plane 10` is reference/control-plane.md section 10.
 */
export interface NodeParameters {
  /** Kubernetes 1.36: a pod is looked at again right after the kubelet acted on it; false = the classic relist each second. */
  readonly plegOnDemandRelist: boolean;
  /** From the watch event to the pod worker's first sync: the hop "bind to first kubelet sync" without the watch. */
  readonly firstSync: Distribution;
  /** RunPodSandbox with CNI ADD (node 4). */
  readonly sandbox: Distribution;
  /** CreateContainer (node 4). */
  readonly containerCreate: Distribution;
  /** StartContainer (node 4). */
  readonly containerStart: Distribution;
  /** Chance that a pod start meets a slow disk, a busy CPU or a retried CNI call (node 4, "tail extra"). */
  readonly startTailChance: number;
  /** What it then takes longer. */
  readonly startTail: Distribution;
  /** Looking at one pod's runtime state right after acting on it (control-plane 10, relist). */
  readonly relistOnDemand: Distribution;
  /** Looking at all pods of the node, once a second (node 3, step 9). */
  readonly relistClassic: Distribution;
  /** Asking the runtime whether the image is there (node 3, step 6). */
  readonly imageCheck: Distribution;
  /** DNS, TLS, token and manifest of one pull (node 6, t0, public registry). */
  readonly pullSetup: Distribution;
  /** Download rate of a node in bytes a second (control-plane 10). */
  readonly pullBytesPerSecond: number;
  /** Unpack rate in uncompressed bytes a second (node 6: SSD). */
  readonly unpackBytesPerSecond: number;
  /** Uncompressed by compressed size (node 6: gzip layers). */
  readonly uncompressedRatio: number;
  /** Layers of an image (node 6: check values of 5 to 10). */
  readonly imageLayers: number;
  /** Time that each layer of an image costs (node 6: tl). */
  readonly layerUs: Micros;
  /** One pull at a time on a node (kubernetes v1.36.3 pkg/kubelet/apis/config/v1beta1/defaults.go: SerializeImagePulls). */
  readonly serializeImagePulls: boolean;
  /** How long an init container runs. An estimate of ours (a script that checks or copies): the reference gives no number. */
  readonly initContainerRun: Distribution;
  /** Staging and mounting a disk that is attached. An assumption of ours (checking and mounting a file system): the reference gives no number. */
  readonly diskMount: Distribution;
  /** Longest CrashLoopBackOff (kubernetes v1.36.3 pkg/kubelet/kubelet.go: MaxCrashLoopBackOff). */
  readonly crashLoopMaximumUs: Micros;
  /** Tearing down volumes and cgroup of an ended pod (node 10: 0.1 to 0.5 s). */
  readonly teardown: Distribution;
  /** Operating system boot of a node that comes back (node 14). */
  readonly boot: Distribution;
  /** From the start of the kubelet to Ready (node 14). */
  readonly kubeletStart: Distribution;
  /** CPU of kubeReserved plus systemReserved, in thousandths (node 12: empty by default). */
  readonly reservedMilliCpu: number;
  /** Memory of kubeReserved plus systemReserved (node 12: empty by default). */
  readonly reservedMemoryBytes: number;
}

const ms = MILLISECOND_US;
const logNormal = (medianMs: number, logSd: number): Distribution => lognormalByMedian(medianMs * ms, logSd);
const uniformSeconds = (from: number, to: number): Distribution => uniform(from * SECOND_US, to * SECOND_US);
const MEGABYTE = 1_000_000;

/** The same in all presets. */
const COMMON = {
  plegOnDemandRelist: true,
  relistClassic: logNormal(40, 0.5),
  imageCheck: logNormal(2, 0.3),
  pullSetup: logNormal(350, 0.5),
  unpackBytesPerSecond: 150 * MEGABYTE,
  uncompressedRatio: 2.5,
  imageLayers: 10,
  layerUs: 20 * ms,
  serializeImagePulls: true,
  initContainerRun: logNormal(500, 0.5),
  diskMount: uniformSeconds(0.1, 1),
  crashLoopMaximumUs: 300 * SECOND_US,
  teardown: uniformSeconds(0.1, 0.5),
  kubeletStart: uniformSeconds(5, 15),
  reservedMilliCpu: 0,
  reservedMemoryBytes: 0,
} as const;

const BARE_METAL: NodeParameters = {
  ...COMMON,
  firstSync: logNormal(9, 0.5),
  sandbox: logNormal(350, 0.45),
  containerCreate: logNormal(100, 0.4),
  containerStart: logNormal(130, 0.4),
  startTailChance: 0.005,
  startTail: uniformSeconds(1, 2),
  relistOnDemand: logNormal(20, 0.5),
  pullBytesPerSecond: 110 * MEGABYTE,
  boot: uniformSeconds(120, 300),
};

/** Sources: node 4 for sandbox, create, start and tail; control-plane 10 for the rest. */
export const NODE_PRESETS: { readonly [P in Preset]: NodeParameters } = {
  'bare-metal': BARE_METAL,
  // Its recordings were made with kubelets of constant delays, which no scenario has.
  recorded: BARE_METAL,
  managed: {
    ...COMMON,
    firstSync: logNormal(15, 0.5),
    sandbox: logNormal(450, 0.5),
    containerCreate: logNormal(110, 0.45),
    containerStart: logNormal(150, 0.45),
    startTailChance: 0.01,
    startTail: uniformSeconds(1, 3),
    relistOnDemand: logNormal(30, 0.5),
    pullBytesPerSecond: 100 * MEGABYTE,
    boot: uniformSeconds(30, 60),
  },
  // The spreads (log-sd) of node 4 for this preset (0.55, 0.5, 0.5) were fitted with calm API hops; here the API server's
  // own tail (6 % of requests, 250 ms more) is played, so the spreads are those of `managed`. The watch alone takes as
  // long as the whole hop "bind to first kubelet sync".
  large: {
    ...COMMON,
    firstSync: constant(0),
    sandbox: logNormal(450, 0.5),
    containerCreate: logNormal(110, 0.45),
    containerStart: logNormal(150, 0.45),
    startTailChance: 0.03,
    startTail: uniformSeconds(1.5, 4),
    relistOnDemand: logNormal(50, 0.5),
    pullBytesPerSecond: 100 * MEGABYTE,
    boot: uniformSeconds(30, 60),
  },
  edge: {
    ...COMMON,
    firstSync: logNormal(40, 0.5),
    sandbox: logNormal(1_000, 0.5),
    containerCreate: logNormal(300, 0.5),
    containerStart: logNormal(400, 0.5),
    startTailChance: 0.02,
    startTail: uniformSeconds(1, 3),
    relistOnDemand: logNormal(60, 0.5),
    pullBytesPerSecond: 5 * MEGABYTE,
    boot: uniformSeconds(120, 300),
  },
};
