import { describe, expect, it } from 'vitest';
import { type ApiRequest, type ApiResult, issue, takeResult } from '../../../src/cluster/api/calls.js';
import { CLIENT_LIMITS, openClient } from '../../../src/cluster/api/clients.js';
import { API_PRESETS, type Preset } from '../../../src/cluster/api/parameters.js';
import { defineEvents } from '../../../src/kernel/events.js';
import { runUntil } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US } from '../../../src/kernel/time.js';
import { apiWorld, configMap } from './api-world.js';

const TestEvent = defineEvents('test-api', 1100, ['Answered']);

function harness(preset: Preset = 'managed', limits: { qps: number; burst: number } = CLIENT_LIMITS.heartbeat) {
  const built = apiWorld(API_PRESETS[preset]);
  const { world, handlers } = built;
  const client = openClient(world, 'tester', limits);
  const answers: { subject: number; at: number; result: ApiResult }[] = [];
  handlers.on(TestEvent.Answered, (w, subject, call) => {
    answers.push({ subject, at: w.kernel.now, result: takeResult(w, call) });
  });
  const send = (request: ApiRequest, subject = 0) => issue(world, client, request, TestEvent.Answered, subject);
  const sendNow = (request: ApiRequest): ApiResult => {
    answers.length = 0;
    send(request);
    runUntil(world, handlers, world.kernel.now + 60 * SECOND_US);
    return answers[0]!.result;
  };
  return { ...built, client, answers, send, sendNow };
}

const create = (name: string): ApiRequest => ({
  verb: 'create',
  kind: 'ConfigMap',
  namespace: 'default',
  name,
  body: configMap(name),
});
const named = (verb: ApiRequest['verb'], name: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  verb,
  kind: 'ConfigMap',
  namespace: 'default',
  name,
  ...more,
});

/** Latencies (us) of many requests, each sent alone. */
function latencies(preset: Preset, request: (index: number) => ApiRequest, count: number): number[] {
  const { world, handlers, answers, send } = harness(preset);
  const measured: number[] = [];
  for (let index = 0; index < count; index++) {
    const at = world.kernel.now;
    send(request(index));
    runUntil(world, handlers, at + 20 * SECOND_US);
    measured.push(answers.pop()!.at - at);
  }
  return measured.sort((left, right) => left - right);
}

describe('latency of a request', () => {
  // reference/control-plane.md section 10: "=> write p50/p90/p99 (ms)" and "=> get"
  const published: Record<Exclude<Preset, 'recorded'>, { write: number[]; get: number[] }> = {
    'bare-metal': { write: [5, 8, 14], get: [2, 4, 7] },
    managed: { write: [7, 11, 42], get: [3.5, 5, 39] },
    large: { write: [22, 54, 480], get: [9, 30, 460] },
    edge: { write: [51, 80, 132], get: [44, 72, 126] },
  };
  for (const preset of Object.keys(published) as (keyof typeof published)[]) {
    it(`is what the reference computed for ${preset}`, () => {
      const count = 6_000;
      const writes = latencies(preset, (index) => create(`c${index}`), count);
      const reads = latencies(preset, () => named('get', 'none'), count);
      for (const [at, q] of [0.5, 0.9].entries()) {
        // The published figures are rounded to whole milliseconds.
        const tolerance = (ms: number) => 0.15 * ms + 0.5;
        const write = writes[Math.floor(q * count)]! / MILLISECOND_US;
        const get = reads[Math.floor(q * count)]! / MILLISECOND_US;
        expect(Math.abs(write - published[preset].write[at]!)).toBeLessThan(tolerance(published[preset].write[at]!));
        expect(Math.abs(get - published[preset].get[at]!)).toBeLessThan(tolerance(published[preset].get[at]!));
      }
      const p99 = writes[Math.floor(0.99 * count)]! / MILLISECOND_US;
      expect(p99 / published[preset].write[2]!).toBeGreaterThan(0.7);
      expect(p99 / published[preset].write[2]!).toBeLessThan(1.35);
    });
  }
});

describe('client limit', () => {
  it('lets the burst through and then QPS requests a second', () => {
    const { world, handlers, answers, send } = harness('managed', { qps: 20, burst: 30 });
    for (let index = 0; index < 70; index++) send(create(`c${index}`), index);
    runUntil(world, handlers, 10 * SECOND_US);
    // 40 requests over the burst at 20 a second: the last one leaves after 2 s.
    const last = answers.find(({ subject }) => subject === 69)!;
    expect(last.at).toBeGreaterThan(2 * SECOND_US);
    expect(last.at).toBeLessThan(2.5 * SECOND_US);
    expect(answers.filter(({ at }) => at < SECOND_US / 2).length).toBeGreaterThanOrEqual(30);
  });
});

describe('verbs', () => {
  it('refuse a second object of one name', () => {
    const { sendNow } = harness();
    expect(sendNow(create('a')).status).toBe(201);
    const second = sendNow(create('a'));
    expect(second.status).toBe(409);
    expect(second.reason).toBe('AlreadyExists');
    expect(second.message).toBe('configmaps "a" already exists');
  });

  it('answer 404 for what is not there', () => {
    const result = harness().sendNow(named('get', 'a'));
    expect(result.status).toBe(404);
    expect(result.message).toBe('configmaps "a" not found');
  });

  it('refuse an update of an old version and let one without a version win', () => {
    const { sendNow } = harness();
    const first = sendNow(create('a')).object!;
    const patched = sendNow(named('patch', 'a', { body: { data: { x: '1' } } })).object!;
    expect(patched.metadata.resourceVersion).toBeGreaterThan(first.metadata.resourceVersion);
    const stale = sendNow(named('update', 'a', { body: first, resourceVersion: first.metadata.resourceVersion }));
    expect(stale.status).toBe(409);
    expect(stale.message).toContain('the object has been modified');
    expect(sendNow(named('update', 'a', { body: first })).status).toBe(200);
  });

  it('write nothing when nothing changes', () => {
    const { sendNow } = harness();
    sendNow(create('a'));
    const once = sendNow(named('patch', 'a', { body: { data: { x: '1' } } })).object!;
    const twice = sendNow(named('patch', 'a', { body: { data: { x: '1' } } })).object!;
    expect(twice.metadata.resourceVersion).toBe(once.metadata.resourceVersion);
  });

  it('keep an object with finalizers until the last one goes', () => {
    const { sendNow } = harness();
    sendNow({
      ...create('a'),
      body: { ...configMap('a'), metadata: { name: 'a', namespace: 'default', finalizers: ['x/y'] } },
    });
    expect(sendNow(named('delete', 'a')).status).toBe(200);
    expect(sendNow(named('get', 'a')).object!.metadata.deletionTimestamp).toBeDefined();
    sendNow(named('patch', 'a', { body: { metadata: { finalizers: [] } } }));
    expect(sendNow(named('get', 'a')).status).toBe(404);
  });
});
