import type { ClusterState } from './cluster.js';
import { nodeOrder } from './cluster-nodes.js';
import { noteFilled } from './filled.js';
import { scoreImages } from './plugins/image-locality.js';
import type { PodClass } from './pod-class.js';

/** Scores of some images for all classes that have them, kept while the nodes that have them stay the same: nodes pull images all the time. */
export interface ImageScores {
  /** How many of its images are on some node, and `imageVersion` of the cluster when the last of them came to or left a node. */
  present: number;
  version: number;
  nodeCount: number;
  /** By node; undefined after a change, until a second attempt asks again. */
  byNode: Uint8Array | undefined;
}

export function imageScoresOf(cluster: ClusterState, images: readonly string[], containerCount: number): ImageScores {
  const key = JSON.stringify([containerCount, images]);
  let scores = cluster.imageScores.get(key);
  if (scores === undefined) {
    scores = { present: 0, version: -1, nodeCount: 0, byNode: undefined };
    cluster.imageScores.set(key, scores);
  }
  return scores;
}

/** Adds the score of ImageLocality to the totals of the feasible nodes. */
export function addImages(cluster: ClusterState, pod: PodClass, weight: number): void {
  let present = 0;
  let version = 0;
  for (const name of pod.images) {
    const image = cluster.images.get(name);
    if (image === undefined) continue;
    present += 1;
    version = Math.max(version, image.version);
  }
  if (present === 0) return;
  const { feasible, feasibleCount, totals, nodeCount } = cluster;
  const { imageScores: known } = pod;
  const isCurrent = known.present === present && known.version === version && known.nodeCount === nodeCount;
  if (isCurrent) {
    const byNode = scoresByNode(cluster, pod, known);
    for (let index = 0; index < feasibleCount; index++) totals[index]! += weight * byNode[feasible[index]!]!;
    return;
  }
  Object.assign(known, { present, version, nodeCount, byNode: undefined });
  for (let index = 0; index < feasibleCount; index++) {
    totals[index]! += weight * scoreImages(cluster, pod, feasible[index]!);
  }
}

function scoresByNode(cluster: ClusterState, pod: PodClass, known: ImageScores): Uint8Array {
  if (known.byNode !== undefined && known.byNode.length >= cluster.capacity) return known.byNode;
  const oldest = noteFilled(cluster.filledImages, known);
  if (oldest !== undefined) oldest.byNode = undefined;
  known.byNode = scoreAll(cluster, pod);
  return known.byNode;
}

function scoreAll(cluster: ClusterState, pod: PodClass): Uint8Array {
  const byNode = new Uint8Array(cluster.capacity);
  for (const node of nodeOrder(cluster)) byNode[node] = scoreImages(cluster, pod, node);
  return byNode;
}
