import { invariant } from '../../kernel/invariant.js';
import type { PodRecord } from './pod-record.js';
import { type NodesWorld, NOT_YET, type PodTable } from './world.js';

const INITIAL_CAPACITY = 256;

export function createPodTable(): PodTable {
  const table: PodTable = {
    capacity: 0,
    count: 0,
    free: [],
    node: new Int32Array(0),
    epoch: new Int32Array(0),
    plan: new Int32Array(0),
    serving: new Uint8Array(0),
    behaviour: new Int32Array(0),
    cpuLimitMilli: new Float64Array(0),
    cpuRequestMilli: new Float64Array(0),
    admittedAt: new Float64Array(0),
    sandboxAt: new Float64Array(0),
    pulledAt: new Float64Array(0),
    startedAt: new Float64Array(0),
    stoppedAt: new Float64Array(0),
    restarts: new Int32Array(0),
    keys: [],
    uids: [],
    ips: [],
    indexByUid: new Map(),
    indexByIp: new Map(),
    records: [],
  };
  grow(table, INITIAL_CAPACITY);
  return table;
}

/** Gives a pod its index. Everything but its node and numbers starts empty. */
export function addPod(table: PodTable, record: PodRecord, node: number): number {
  const { metadata } = record.pod;
  const podIndex = table.free.pop() ?? table.count++;
  if (podIndex >= table.capacity) grow(table, table.capacity * 2);
  table.node[podIndex] = node;
  table.admittedAt[podIndex] = NOT_YET;
  table.sandboxAt[podIndex] = NOT_YET;
  table.pulledAt[podIndex] = NOT_YET;
  table.startedAt[podIndex] = NOT_YET;
  table.stoppedAt[podIndex] = NOT_YET;
  table.restarts[podIndex] = 0;
  table.keys[podIndex] = `${metadata.namespace}/${metadata.name}`;
  table.uids[podIndex] = metadata.uid;
  table.ips[podIndex] = '';
  table.records[podIndex] = record;
  table.indexByUid.set(metadata.uid, podIndex);
  return podIndex;
}

/** Forgets a pod: its index is free from now on, and events about it are stale. */
export function removePod(table: PodTable, podIndex: number): void {
  table.indexByUid.delete(table.uids[podIndex]!);
  dropAddress(table, podIndex);
  table.keys[podIndex] = '';
  table.uids[podIndex] = '';
  table.records[podIndex] = undefined;
  table.plan[podIndex]! += 1;
  table.epoch[podIndex]! += 1;
  table.free.push(podIndex);
}

export function giveAddress(table: PodTable, podIndex: number, ip: string): void {
  table.ips[podIndex] = ip;
  table.indexByIp.set(ip, podIndex);
}

export function dropAddress(table: PodTable, podIndex: number): void {
  const ip = table.ips[podIndex]!;
  if (table.indexByIp.get(ip) === podIndex) table.indexByIp.delete(ip);
  table.ips[podIndex] = '';
}

export function recordOf(world: NodesWorld, podIndex: number): PodRecord {
  const record = world.nodes.pods.records[podIndex];
  invariant(record !== undefined, `pod ${podIndex} is not known`);
  return record;
}

function grow(table: PodTable, capacity: number): void {
  const longer = <T extends Float64Array | Int32Array | Uint8Array>(array: T, copy: T): T => {
    copy.set(array);
    return copy;
  };
  table.node = longer(table.node, new Int32Array(capacity));
  table.epoch = longer(table.epoch, new Int32Array(capacity));
  table.plan = longer(table.plan, new Int32Array(capacity));
  table.serving = longer(table.serving, new Uint8Array(capacity));
  table.behaviour = longer(table.behaviour, new Int32Array(capacity));
  table.cpuLimitMilli = longer(table.cpuLimitMilli, new Float64Array(capacity));
  table.cpuRequestMilli = longer(table.cpuRequestMilli, new Float64Array(capacity));
  table.admittedAt = longer(table.admittedAt, new Float64Array(capacity));
  table.sandboxAt = longer(table.sandboxAt, new Float64Array(capacity));
  table.pulledAt = longer(table.pulledAt, new Float64Array(capacity));
  table.startedAt = longer(table.startedAt, new Float64Array(capacity));
  table.stoppedAt = longer(table.stoppedAt, new Float64Array(capacity));
  table.restarts = longer(table.restarts, new Int32Array(capacity));
  table.capacity = capacity;
}
