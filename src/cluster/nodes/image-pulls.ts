import type { Handlers } from '../../kernel/events.js';
import { schedule } from '../../kernel/simulation.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import { nextBackOff } from './back-off.js';
import { NodesEvent } from './events.js';
import { goDuration } from './go-duration.js';
import type { HostRecord, Pull } from './host-record.js';
import { podEvent } from './kubelet-events.js';
import { globMatches } from './pod-facts.js';
import { containerIndexOf, containerSubject, planOf } from './pod-record.js';
import { recordOf } from './pod-table.js';
import { failSync, launch } from './sync-end.js';
import type { NodesWorld } from './world.js';

/** Pulls a second and at once (kubernetes v1.36.3 pkg/kubelet/apis/config/v1beta1/defaults.go: RegistryPullQPS, RegistryBurst). */
const PULL_QPS = 5;
const PULL_BURST = 10;
/** Longest wait after failed pulls (pkg/kubelet/kubelet.go: MaxImageBackOff). */
const PULL_BACK_OFF_MAXIMUM_US = 300 * SECOND_US;
/** Compressed size where no workload tells one (an estimate of ours: a typical service image). */
const DEFAULT_IMAGE_BYTES = 100_000_000;

export function hasImage(world: NodesWorld, node: number, image: string): boolean {
  const host = world.nodes.hosts.records[node]!;
  return host.images.has(image) || (host.hasAllImages && !isMissing(world, image));
}

function isMissing(world: NodesWorld, image: string): boolean {
  return world.nodes.missingImages.some((pattern) => globMatches(pattern, image));
}

/** Puts a pull in the node's line, or starts it where pulls run side by side. */
export function requestPull(world: NodesWorld, podIndex: number, index: number): void {
  const { pods, hosts, behaviours, parameters } = world.nodes;
  const node = pods.node[podIndex]!;
  const host = hosts.records[node]!;
  const { spec, times } = recordOf(world, podIndex).containers[index]!;
  const pull: Pull = {
    image: spec.image,
    podIndex,
    subject: containerSubject(pods.plan[podIndex]!, index),
    setupUs: times.pullSetupUs,
    bytes: behaviours[pods.behaviour[podIndex]!]?.imageBytes ?? DEFAULT_IMAGE_BYTES,
    requestedAt: world.kernel.now,
    startedAt: world.kernel.now,
    isRefused: false,
  };
  podEvent(world, podIndex, 'Normal', 'Pulling', `Pulling image "${spec.image}"`, spec.name);
  const ticket = host.nextPull++;
  host.pulls.set(ticket, pull);
  if (!parameters.serializeImagePulls || host.pulls.size === 1) beginPull(world, node, host, ticket);
}

function beginPull(world: NodesWorld, node: number, host: HostRecord, ticket: number): void {
  const pull = host.pulls.get(ticket)!;
  pull.startedAt = world.kernel.now;
  pull.isRefused = !takePullToken(world, host);
  const durationUs = pull.isRefused ? 0 : pullDurationUs(world, node, pull);
  schedule(world, durationUs, NodesEvent.PullEnded, node, ticket);
}

/** The bucket doesn't make a pull wait: one too many fails (kubernetes v1.36.3 pkg/kubelet/images/helpers.go). */
function takePullToken(world: NodesWorld, host: HostRecord): boolean {
  const tokenUs = SECOND_US / PULL_QPS;
  const fullAt = Math.max(host.pullsFullAt, world.kernel.now) + tokenUs;
  if (fullAt - world.kernel.now > PULL_BURST * tokenUs) return false;
  host.pullsFullAt = fullAt;
  return true;
}

/** Layers that are there aren't fetched. reference/node.md section 6: t0 + C/Bnet + U/Bunpack + n*tl */
function pullDurationUs(world: NodesWorld, node: number, { image, setupUs, bytes }: Pull): Micros {
  if (hasImage(world, node, image) || isMissing(world, image)) return setupUs;
  const { pullBytesPerSecond, unpackBytesPerSecond, uncompressedRatio, imageLayers, layerUs } = world.nodes.parameters;
  const download = bytes / pullBytesPerSecond;
  const unpack = (bytes * uncompressedRatio) / unpackBytesPerSecond;
  return Math.round(setupUs + (download + unpack) * SECOND_US + imageLayers * layerUs);
}

export function registerImagePulls<W extends NodesWorld>(handlers: Handlers<W>): void {
  handlers.on(NodesEvent.PullEnded, (world, node, ticket) => {
    const host = world.nodes.hosts.records[node]!;
    const pull = host.pulls.get(ticket);
    if (pull === undefined) return; // the machine went down meanwhile
    host.pulls.delete(ticket);
    const isPulled = !pull.isRefused && !isMissing(world, pull.image);
    if (isPulled) host.images.add(pull.image);
    if (world.nodes.pods.plan[pull.podIndex] === planOf(pull.subject)) answer(world, pull, isPulled);
    const next = world.nodes.parameters.serializeImagePulls ? host.pulls.keys().next().value : undefined;
    if (next !== undefined) beginPull(world, node, host, next);
  });
}

function answer(world: NodesWorld, pull: Pull, isPulled: boolean): void {
  const { podIndex, image } = pull;
  const index = containerIndexOf(pull.subject);
  const container = recordOf(world, podIndex).containers[index]!;
  const { now } = world.kernel;
  if (isPulled) {
    const took = `in ${goDuration(now - pull.startedAt)} (${goDuration(now - pull.requestedAt)} including waiting)`;
    const message = `Successfully pulled image "${image}" ${took}. Image size: ${pull.bytes} bytes.`;
    podEvent(world, podIndex, 'Normal', 'Pulled', message, container.spec.name);
    launch(world, podIndex, index, 0);
    return;
  }
  container.pullBackOff = nextBackOff(container.pullBackOff, now, now, PULL_BACK_OFF_MAXIMUM_US);
  const message = pull.isRefused
    ? 'pull QPS exceeded'
    : `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  podEvent(world, podIndex, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`, container.spec.name);
  failSync(world, podIndex, index, 'ErrImagePull', message);
}
