import { describe, expect, it } from 'vitest';
import { compare } from './compare.js';
import type { Line, Timeline } from './timeline.js';

const END_MS = 10_000;

/** A ReplicaSet of a Deployment, `name` being what differs by chance. */
function set(t: number, name: string, replicas: number, ready = 0, ev: Line['ev'] = 'MODIFIED'): Line {
  const spec = { replicas };
  const status = { replicas: ready, observedGen: 1 };
  return { t, ev, kind: 'ReplicaSet', name, gen: 1, owners: ['Deployment/web'], spec, status };
}

function pod(t: number, name: string, owner: string, ev: Line['ev'] = 'ADDED', more: Partial<Line> = {}): Line {
  return { t, ev, kind: 'Pod', name, owners: [`ReplicaSet/${owner}`], phase: 'Pending', ...more };
}

const READY = { node: 'n01', phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

function event(t: number, message: string, regarding = 'Deployment/web'): Line {
  return { t, ev: 'ADDED', kind: 'Event', reason: 'Scaled', type: 'Normal', source: 'x', message, regarding };
}

/** A run with three pods, created `apart` ms from each other, ready a second later. */
function rollout(hash: string, apart: number, start = 0): Timeline {
  const names = ['a', 'b', 'c'].map((suffix) => `web-${hash}-${suffix}${hash}`);
  return [
    { t: start, kind: 'Action', do: 'kubectl', arg: 'apply' },
    set(start + 10, `web-${hash}`, 3, 0, 'ADDED'),
    ...names.map((name, index) => pod(start + 20 + index * apart, name, `web-${hash}`)),
    ...names.map((name, index) => pod(start + 1_500 + index * apart, name, `web-${hash}`, 'MODIFIED', READY)),
    set(start + 1_600 + 2 * apart, `web-${hash}`, 3, 3),
  ];
}

describe('two runs', () => {
  it('agree whatever the names and the milliseconds', () => {
    const { decisions, events, final, milestones } = compare(rollout('f00', 5), rollout('ba2', 30), END_MS);
    expect([...decisions, ...events, ...final]).toEqual([]);
    expect(milestones.find(({ name }) => name === 'ReplicaSet/web#1 ready 3 ends')).toMatchObject({
      realMs: 1_510,
      oursMs: 1_560,
    });
  });

  it('agree where a gap is near the limit in one of them, and differ where it is not', () => {
    expect(compare(rollout('a1', 440), rollout('a2', 560), END_MS).decisions).toEqual([]);
    const about = compare(rollout('a1', 10), rollout('a2', 900), END_MS).decisions.map(
      (difference) => difference.about,
    );
    expect(about).toContain('ReplicaSet/web#1 created');
  });

  it('differ by a pod more', () => {
    const more = [...rollout('b', 5), pod(3_000, 'web-b-x', 'web-b')];
    const { decisions, final } = compare(rollout('a', 5), more, END_MS);
    expect(decisions.find(({ about }) => about === 'ReplicaSet/web#1 created')).toEqual({
      about: 'ReplicaSet/web#1 created',
      real: ['3 at 0.02 s'],
      ours: ['3 at 0.02 s', '1 at 3.00 s'],
    });
    expect(decisions.some(({ about }) => about === 'Deployment/web after action 1')).toBe(true);
    expect(final.map(({ about }) => about)).toEqual(['at the end: Pods of ReplicaSet/web#1']);
  });

  it('may take other steps from the same size to the same', () => {
    const steps = (...sizes: number[]): Timeline => [
      set(0, 'web-1', 10, 0, 'ADDED'),
      ...sizes.map((size, index) => set(2_000 + index * 20, 'web-1', size)),
    ];
    expect(compare(steps(8, 5, 3), steps(3), END_MS).decisions).toEqual([]);
    expect(compare(steps(8, 5, 3), steps(8, 4), END_MS).decisions.map(({ about }) => about)).toContain(
      'ReplicaSet/web#1 scaled',
    );
  });

  it('are held to the order of waves that are far apart', () => {
    const sized = (first: number, second: number): Timeline => [
      set(0, 'web-1', 3, 0, 'ADDED'),
      set(10, 'web-2', 3, 0, 'ADDED'),
      set(first, 'web-1', 0),
      set(second, 'web-2', 5),
    ];
    expect(compare(sized(2_000, 2_100), sized(2_100, 2_000), END_MS).decisions).toEqual([]);
    const about = compare(sized(2_000, 4_000), sized(4_000, 2_000), END_MS).decisions.map(
      (difference) => difference.about,
    );
    expect(about).toContain('order of waves');
  });

  it('tell of a quiet moment with another state, though both end alike', () => {
    const via = (ready: number): Timeline => [
      set(0, 'web-1', 3, 0, 'ADDED'),
      set(2_000, 'web-1', 3, ready),
      set(4_000, 'web-1', 3, 3),
    ];
    const { decisions, final } = compare(via(1), via(2), END_MS);
    expect(decisions.map(({ about }) => about)).toEqual(['quiet moment at 2.50 s, ours at 2.50 s: ReplicaSet/web#1']);
    expect(final).toEqual([]);
  });

  it('agree in Events by reason, text and size, names and numbers aside', () => {
    const told = (...messages: string[]): Timeline => [
      ...rollout('x', 5),
      ...messages.map((message, index) => event(100 + index * 10, message)),
    ];
    const real = told('Scaled up web-x from 0 to 1', 'Scaled up web-x from 1 to 3');
    expect(compare(real, told('Scaled up web-x from 0 to 3'), END_MS).events).toEqual([]);
    expect(compare(real, told('Scaled up web-x from 0 to 4'), END_MS).events).toHaveLength(1);
    expect(compare(real, told('Scaled down web-x from 0 to 3'), END_MS).events).toHaveLength(2);
  });
});
