import { createWorkQueue, forgetKey, retryDelayUs } from '../../../src/cluster/api/work-queue.js';
import {
  BACK_OFF_RESET_US,
  type BackOff,
  nextBackOff,
  waitsToPull,
  waitsToRestart,
} from '../../../src/cluster/nodes/back-off.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { type Checker, difference } from './checker.js';

interface Run {
  readonly finishedAtMs: number;
  readonly waited: boolean;
  readonly backOffSeconds?: number;
  readonly restartAtMs: number;
  readonly nextBackOffSeconds: number;
}

interface Pull {
  readonly atMs: number;
  readonly result: 'pullFails' | 'pullSucceeds' | 'ImagePullBackOff';
  readonly backOffSeconds?: number;
  readonly backOffKept?: number;
  readonly nextBackOffSeconds?: number;
}

interface Retry {
  readonly atMs: number;
  readonly item: string;
  readonly forget?: string;
  readonly delayNs?: number;
}

interface Case {
  readonly kind: string;
  readonly maxSeconds: number;
  readonly syncEveryMs: number;
  readonly expected: readonly unknown[];
}

function restarts({ maxSeconds, syncEveryMs, expected }: Case): unknown[] {
  let backOff: BackOff | undefined;
  return (expected as readonly Run[]).map((run) => {
    const finishedAt = run.finishedAtMs * MILLISECOND_US;
    let now = finishedAt;
    const waited = waitsToRestart(backOff, finishedAt, now);
    const waitUs = backOff?.waitUs ?? 0;
    while (waitsToRestart(backOff, finishedAt, now)) now += syncEveryMs * MILLISECOND_US;
    backOff = nextBackOff(backOff, finishedAt, now, maxSeconds * SECOND_US);
    const { backOffSeconds: _, ...real } = run;
    return {
      ...real,
      waited,
      ...(waited ? { backOffSeconds: waitUs / SECOND_US } : {}),
      restartAtMs: now / MILLISECOND_US,
      nextBackOffSeconds: backOff.waitUs / SECOND_US,
    };
  });
}

/** Whether a pull succeeds is given; what it costs is ours. */
function pulls({ maxSeconds, expected }: Case): unknown[] {
  let backOff: BackOff | undefined;
  return (expected as readonly Pull[]).map((pull) => {
    const { atMs, result } = pull;
    const now = atMs * MILLISECOND_US;
    if (waitsToPull(backOff, now)) {
      return { atMs, result: 'ImagePullBackOff', backOffSeconds: backOff!.waitUs / SECOND_US };
    }
    if (result === 'ImagePullBackOff') return { atMs, result: 'no back-off' };
    if (result === 'pullSucceeds') {
      const isKept = backOff !== undefined && now - backOff.since <= BACK_OFF_RESET_US;
      const backOffKept = isKept ? backOff!.waitUs / SECOND_US : 0;
      return { atMs, result, ...(pull.backOffKept === undefined ? {} : { backOffKept }) };
    }
    backOff = nextBackOff(backOff, now, now, maxSeconds * SECOND_US);
    return { atMs, result, nextBackOffSeconds: backOff.waitUs / SECOND_US };
  });
}

/** Ours are whole microseconds. */
function retries({ expected }: Case): unknown[] {
  const queue = createWorkQueue();
  return (expected as readonly Retry[]).map((retry) => {
    if (retry.forget !== undefined) {
      forgetKey(queue, retry.forget);
      return retry;
    }
    const delayNs = retryDelayUs(queue, retry.item, retry.atMs * MILLISECOND_US) * 1_000;
    return { ...retry, delayNs: Math.abs(delayNs - retry.delayNs!) < 1_000 ? retry.delayNs : delayNs };
  });
}

const OURS: Readonly<Record<string, (given: Case) => unknown[]>> = {
  crashLoop: restarts,
  imagePull: pulls,
  'workqueue.default': retries,
};

/** `kubelet.backoff`: waiting after failures. */
export const backOffs: Checker = {
  kind: 'kubelet.backoff',
  check(given: Case) {
    const play = OURS[given.kind];
    return play === undefined ? `${given.kind}: not here` : difference(play(given), given.expected);
  },
  known: ({ kind }: Case) => (kind in OURS ? undefined : 'a controller with this rate limiter'),
};
