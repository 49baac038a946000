import { NO_PROVISIONER } from '../../api/claims.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Node } from '../../api/objects/node.js';
import type { StorageClass, StorageNode } from '../../api/objects/storage.js';
import { collection } from '../../api/store.js';
import type { ApiWorld } from '../../api/world.js';
import { insertObject } from '../../api/writes.js';
import type { StorageParameters } from './parameters.js';

/**
 * The CSINodes that kubelets have published before the run begins: one for each node, with the drivers that the scenario's classes and
 * CSIDrivers name. A node whose CSINode is among the manifests gets that one. Without any driver there are none, though real kubelets
 * publish empty ones: nobody looks at those.
 * Source: kubernetes v1.36.3 pkg/volume/csi/nodeinfomanager/nodeinfomanager.go: CreateCSINode, installDriverToCSINode.
 */
export function insertStorageNodes(
  world: ApiWorld,
  manifests: readonly KubernetesObject[],
  parameters: StorageParameters,
): void {
  for (const node of collection<Node>(world, 'Node').values()) {
    const object = storageNodeOf(world, node, manifests, parameters);
    if (object !== undefined) insertObject(world, object);
  }
}

/** The CSINode of a node; undefined where there is none, or where the manifests bring it. */
export function storageNodeOf(
  world: ApiWorld,
  { metadata: { name, uid } }: Node,
  manifests: readonly KubernetesObject[],
  { disksPerNode }: StorageParameters,
): StorageNode | undefined {
  const drivers = driversIn(manifests);
  const isGiven = manifests.some(({ kind, metadata }) => kind === 'CSINode' && metadata.name === name);
  if (drivers.length === 0 || isGiven) return undefined;
  const allocatable = disksPerNode > 0 ? { allocatable: { count: disksPerNode } } : {};
  world.api.resourceVersion += 1;
  world.api.nextUid += 1;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: {
      name,
      namespace: '',
      uid: `uid-${world.api.nextUid}`,
      resourceVersion: world.api.resourceVersion,
      generation: 1,
      creationTimestamp: world.kernel.now,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { drivers: drivers.map((driver) => ({ name: driver, nodeID: name, ...allocatable })) },
  };
}

/** Names of the drivers, sorted: everything that a class names is taken to run everywhere. */
function driversIn(manifests: readonly KubernetesObject[]): string[] {
  const names = new Set<string>();
  for (const object of manifests) {
    if (object.kind === 'CSIDriver') names.add(object.metadata.name);
    if (object.kind === 'StorageClass') names.add((object as StorageClass).provisioner);
  }
  names.delete(NO_PROVISIONER);
  return [...names].sort();
}
