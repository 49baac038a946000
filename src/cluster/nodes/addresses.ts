import { invariant } from '../../kernel/invariant.js';
import { recordOf } from './pod-table.js';
import type { NodesWorld } from './world.js';

/** Pods get addresses from 10.128.0.0/9 in blocks of 512 a node, nodes from 172.16.0.0/12. */
const POD_NETWORK = 0x0a80_0000;
const BLOCK_BITS = 9;
const BLOCK = 1 << BLOCK_BITS;
const NODE_NETWORK = 0xac10_0000;
/** Network, gateway and broadcast address of a block stay free. */
const RESERVED = 3;
/** As many blocks as the network holds. */
export const MAXIMUM_NODES = 1 << (23 - BLOCK_BITS);

/** Next address of the pod's node, round the block as the host-local plug-in goes; pods of the host network have the node's own. */
export function addressOfPod(world: NodesWorld, podIndex: number): string {
  const { pods, hosts } = world.nodes;
  const node = pods.node[podIndex]!;
  if (recordOf(world, podIndex).pod.spec.hostNetwork === true) return hosts.ips[node]!;
  const host = hosts.records[node]!;
  for (let tries = 0; tries < BLOCK; tries++) {
    const offset = (host.addresses++ % (BLOCK - RESERVED)) + 2;
    const ip = dotted(POD_NETWORK + node * BLOCK + offset);
    if (!pods.indexByIp.has(ip)) return ip;
  }
  invariant(false, `node ${hosts.names[node]} has no free pod address`);
}

export function addressOfNode(node: number): string {
  return dotted(NODE_NETWORK + node + 1);
}

export function podCidrOf(node: number): string {
  return `${dotted(POD_NETWORK + node * BLOCK)}/${32 - BLOCK_BITS}`;
}

function dotted(address: number): string {
  const byte = (shift: number): number => Math.floor(address / (1 << shift)) % 256;
  return `${byte(24)}.${byte(16)}.${byte(8)}.${byte(0)}`;
}
