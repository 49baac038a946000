import type { PodSpec } from '../../api/objects/pod.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';

const MEBIBYTE = 1_048_576;
/** Less than this counts as nothing, more than this per container as everything (image_locality.go). */
const MINIMUM_BYTES = 23 * MEBIBYTE;
const MAXIMUM_BYTES_PER_CONTAINER = 1_000 * MEBIBYTE;

/** Image names as nodes report them: of init containers, containers and image volumes. */
export function imagesOf(spec: PodSpec): string[] {
  const volumes = (spec.volumes ?? []).map((volume) => volume['image'] as { readonly reference?: string } | undefined);
  return [
    ...(spec.initContainers ?? []).map((container) => container.image),
    ...spec.containers.map((container) => container.image),
    ...volumes.flatMap((image) => (image?.reference === undefined ? [] : [image.reference])),
  ].map((name) => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name));
}

/** kubernetes v1.36.3 pkg/scheduler/framework/plugins/imagelocality/image_locality.go: Score. */
export function scoreImages(cluster: ClusterState, pod: PodClass, node: NodeIndex): number {
  let bytes = 0;
  for (const name of pod.images) {
    const image = cluster.images.get(name);
    if (image?.nodes.has(node) !== true) continue;
    bytes += Math.trunc(image.sizeBytes * (image.nodes.size / cluster.nodeCount));
  }
  const maximum = MAXIMUM_BYTES_PER_CONTAINER * pod.containerCount;
  const counted = Math.min(Math.max(bytes, MINIMUM_BYTES), maximum);
  return Math.trunc((100 * (counted - MINIMUM_BYTES)) / (maximum - MINIMUM_BYTES));
}
