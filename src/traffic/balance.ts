import { recordRow } from '../kernel/probe.js';
import { type Micros, microsToSeconds } from '../kernel/time.js';
import { STATION } from './stations.js';
import { BALANCE_TABLE } from './tables.js';
import type { TrafficWorld } from './world.js';

const { ANSWERED, ANSWERS, FIRST_ANSWER_AT, INTEGERS, REALS, SERVICE } = STATION;

/**
 * Answers of each pod in the interval under way. Nearly every pod answers for one Service: that count stands in its station;
 * counts for further Services are by `service * PODS + pod`.
 */
export interface BalanceState {
  readonly further: Map<number, number>;
}

const PODS = 16_777_216;

export function countAnswer(world: TrafficWorld, serviceIndex: number, pod: number): void {
  const { integers, reals } = world.traffic.stations;
  const at = pod * INTEGERS;
  if (integers[at + ANSWERED]! === 0) reals[pod * REALS + FIRST_ANSWER_AT] = world.kernel.now;
  integers[at + ANSWERED]! += 1;
  if (integers[at + SERVICE] === serviceIndex) {
    integers[at + ANSWERS]! += 1;
  } else if (integers[at + SERVICE]! < 0) {
    integers[at + SERVICE] = serviceIndex;
    integers[at + ANSWERS] = 1;
  } else {
    const { further } = world.traffic.balance;
    const key = serviceIndex * PODS + pod;
    further.set(key, (further.get(key) ?? 0) + 1);
  }
}

/** Writes and forgets the counts of the interval that began at `startsAt`. */
export function flushBalance(world: TrafficWorld, startsAt: Micros): void {
  const { stations, balance } = world.traffic;
  for (let pod = 0; pod < stations.capacity; pod++) flushStation(world, pod, startsAt);
  for (const [key, count] of balance.further) writeRow(world, Math.floor(key / PODS), key % PODS, count, startsAt);
  balance.further.clear();
}

/** For a pod whose podIndex may soon be another's: writes its counts of the interval under way. */
export function flushPodBalance(world: TrafficWorld, pod: number): void {
  const startsAt = world.traffic.intervalEndsAt - world.traffic.intervalUs;
  flushStation(world, pod, startsAt);
  for (const [key, count] of world.traffic.balance.further) {
    if (key % PODS !== pod) continue;
    writeRow(world, Math.floor(key / PODS), pod, count, startsAt);
    world.traffic.balance.further.delete(key);
  }
}

function flushStation(world: TrafficWorld, pod: number, startsAt: Micros): void {
  const { integers } = world.traffic.stations;
  const at = pod * INTEGERS;
  const count = integers[at + ANSWERS]!;
  if (count === 0) return;
  writeRow(world, integers[at + SERVICE]!, pod, count, startsAt);
  integers[at + ANSWERS] = 0;
  integers[at + SERVICE] = -1;
}

function writeRow(world: TrafficWorld, serviceIndex: number, pod: number, count: number, startsAt: Micros): void {
  const name = world.traffic.serviceSeries[serviceIndex]!.name;
  recordRow(world, BALANCE_TABLE, [microsToSeconds(startsAt), name, world.nodes.pods.keys[pod]!, count]);
}
