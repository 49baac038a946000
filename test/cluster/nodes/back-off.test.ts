import { expect, test } from 'vitest';
import {
  BACK_OFF_RESET_US,
  type BackOff,
  nextBackOff,
  waitsToPull,
  waitsToRestart,
} from '../../../src/cluster/nodes/back-off.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { readVectors } from '../../vectors/read.js';

interface Run {
  readonly startedAtMs: number;
  readonly runMs: number;
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

interface Case<T> {
  readonly id: string;
  readonly kind: string;
  readonly maxSeconds: number;
  readonly syncEveryMs: number;
  readonly expected: readonly T[];
}

const cases = readVectors<Case<unknown>>('kubelet.backoff.jsonl.gz');

test.each(cases.filter(({ kind }) => kind === 'crashLoop') as Case<Run>[])('crash loop $id', (vector) => {
  let backOff: BackOff | undefined;
  for (const run of vector.expected) {
    const finishedAt = run.finishedAtMs * MILLISECOND_US;
    let now = finishedAt;
    const waits = waitsToRestart(backOff, finishedAt, now);
    expect(waits).toBe(run.waited);
    if (waits) expect(backOff!.waitUs).toBe(run.backOffSeconds! * SECOND_US);
    while (waitsToRestart(backOff, finishedAt, now)) now += vector.syncEveryMs * MILLISECOND_US;
    expect(now).toBe(run.restartAtMs * MILLISECOND_US);
    backOff = nextBackOff(backOff, finishedAt, now, vector.maxSeconds * SECOND_US);
    expect(backOff.waitUs).toBe(run.nextBackOffSeconds * SECOND_US);
  }
});

test.each(cases.filter(({ kind }) => kind === 'imagePull') as Case<Pull>[])('image pull $id', (vector) => {
  let backOff: BackOff | undefined;
  for (const pull of vector.expected) {
    const now = pull.atMs * MILLISECOND_US;
    expect(waitsToPull(backOff, now)).toBe(pull.result === 'ImagePullBackOff');
    if (pull.result === 'ImagePullBackOff') expect(backOff!.waitUs).toBe(pull.backOffSeconds! * SECOND_US);
    if (pull.result === 'pullSucceeds' && pull.backOffKept !== undefined) {
      const isKept = backOff !== undefined && now - backOff.since <= BACK_OFF_RESET_US;
      expect(isKept ? backOff!.waitUs / SECOND_US : 0).toBe(pull.backOffKept);
    }
    if (pull.result !== 'pullFails') continue;
    backOff = nextBackOff(backOff, now, now, vector.maxSeconds * SECOND_US);
    expect(backOff.waitUs).toBe(pull.nextBackOffSeconds! * SECOND_US);
  }
});
