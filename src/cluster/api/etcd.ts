import { sample } from '../../kernel/distributions.js';
import type { Draw } from '../../kernel/random.js';
import type { Micros } from '../../kernel/time.js';
import type { ApiParameters } from './parameters.js';

/**
 * When etcd commits. One write-ahead-log sync is under way at a time; proposals that arrive meanwhile share the next
 * one (group commit). Elections, slow disks and lost quorum (part 5) will move `busyUntil`.
 */
export interface EtcdState {
  /** End of the sync under way, or of the last one. */
  busyUntil: Micros;
  /** End of the sync that is gathering proposals, if one is. */
  nextEnd: Micros;
}

export function createEtcd(): EtcdState {
  return { busyUntil: 0, nextEnd: 0 };
}

/** When a proposal that arrives `now` is committed. */
export function commitAt(etcd: EtcdState, parameters: ApiParameters, now: Micros, draw: Draw): Micros {
  if (etcd.nextEnd > etcd.busyUntil && now >= etcd.busyUntil) etcd.busyUntil = etcd.nextEnd;
  if (now >= etcd.busyUntil) {
    etcd.busyUntil = now + commitDelayUs(parameters, draw);
    etcd.nextEnd = etcd.busyUntil;
    return etcd.busyUntil;
  }
  if (etcd.nextEnd <= etcd.busyUntil) etcd.nextEnd = etcd.busyUntil + commitDelayUs(parameters, draw);
  return etcd.nextEnd;
}

/** etcd recommends no more (etcd FAQ). */
const MAXIMUM_MEMBERS = 7;

/**
 * Leader and followers persist side by side; the entry is committed when a majority has it: the ceil((n+1)/2)-th
 * smallest of the leader's sync and each follower's round trip plus sync. reference/control-plane.md section 2.
 */
export function commitDelayUs(parameters: ApiParameters, draw: Draw): Micros {
  const members = parameters.etcdMembers;
  if (members === 1) return Math.round(sample(parameters.fsync, draw));
  return Math.round(quorumDelay(parameters, members, draw));
}

/** Delays of the members in ascending order, while one commit is worked out. */
const ascending = new Float64Array(MAXIMUM_MEMBERS);

function quorumDelay(parameters: ApiParameters, members: number, draw: Draw): number {
  for (let member = 0; member < members; member++) {
    const roundTrip = member === 0 ? 0 : sample(parameters.memberRoundTrip, draw);
    const delay = roundTrip + sample(parameters.fsync, draw);
    let place = member;
    for (; place > 0 && ascending[place - 1]! > delay; place--) ascending[place] = ascending[place - 1]!;
    ascending[place] = delay;
  }
  return ascending[Math.ceil((members + 1) / 2) - 1]!;
}
