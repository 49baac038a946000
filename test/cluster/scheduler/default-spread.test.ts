import { expect, test } from 'vitest';
import type { Node } from '../../../src/cluster/api/objects/node.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { type ClusterState, createCluster, NO_NODE } from '../../../src/cluster/scheduler/cluster.js';
import { addNode } from '../../../src/cluster/scheduler/cluster-nodes.js';
import { placePod } from '../../../src/cluster/scheduler/cluster-pods.js';
import { decide } from '../../../src/cluster/scheduler/decide.js';
import { podClassOf } from '../../../src/cluster/scheduler/pod-class.js';
import { DEFAULT_PROFILE } from '../../../src/cluster/scheduler/profile.js';
import { node, pod } from './scheduler-world.js';

/** Enough that the nodes are of fewer kinds than there are feasible ones, and fewer than a search looks at. */
const NODES = 90;
const APPS = ['a', 'b', 'c'];

function zoned(index: number): Node {
  const plain = node(`n${index}`, [4, 8][index % 2]);
  const labels = { ...plain.metadata.labels, 'topology.kubernetes.io/zone': `zone-${index % 3}` };
  return { ...plain, metadata: { ...plain.metadata, labels } };
}

function podOf(app: string, index: number): Pod {
  const plain = pod(`${app}-${index}`, '250m');
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: `rs-${app}`, controller: true };
  return { ...plain, metadata: { ...plain.metadata, labels: { app }, ownerReferences: [owner] } };
}

function cluster(isReference: boolean): ClusterState {
  const made = createCluster([DEFAULT_PROFILE], isReference);
  for (const app of APPS) made.ownerSelectors.set(`ReplicaSet/default/${app}`, { matchLabels: { app } });
  for (let index = 0; index < NODES; index++) addNode(made, zoned(index));
  return made;
}

test('among nodes of many equal totals the default spreading chooses as the plain cycle does', () => {
  const fast = cluster(false);
  const plain = cluster(true);
  const chosen = (one: ClusterState, incoming: Pod): string => {
    const { node: index } = decide(one, podClassOf(one, incoming));
    expect(index).not.toBe(NO_NODE);
    const name = one.names[index]!;
    placePod(one, incoming, name);
    return name;
  };
  for (let index = 0; index < 400; index++) {
    const incoming = podOf(APPS[index % 7 === 0 ? 1 : index % 2]!, index);
    expect(chosen(fast, incoming), `pod ${index}`).toBe(chosen(plain, incoming));
  }
});
