import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { run } from '../../src/experiment/run.js';
import { load } from './play.js';

const GOLDEN = JSON.parse(readFileSync('test/experiment/golden-digests.json', 'utf8')) as Record<string, string>;

it.each(['S05-unschedulable', 'S19-daemonset', 'S35-bin-packing', 'S36-persistent-volumes', 'S39-disruption-budget'])(
  '%s plays the same with the plain cycle of the scheduler',
  (name) => {
    const { digest } = run(load(`scenarios/tour/${name}.yaml`), { referenceScheduler: true });
    expect(digest).toBe(GOLDEN[name]);
  },
);
