import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/scenario/expectation-parser.js';
import type { TimelineEntry } from '../../src/scenario/types.js';

const entry = (atUs: number, text: string): TimelineEntry => ({
  atUs,
  text,
  command: { do: 'recover-node', node: 'a' },
  position: { file: '', line: 1, column: 1, path: [] },
});
const context = {
  sources: ['shoppers', 'web'],
  services: ['web', 'cart'],
  labels: ['app'],
  nodes: ['general-1', 'general-2'],
  zones: ['zone-a'],
  rolling: [{ kind: 'Deployment', namespace: 'default', name: 'web' }],
  customKinds: [],
  isComplete: true,
  timeline: [
    entry(60_000_000, 'kubectl scale x'),
    entry(120_000_000, 'fail node a'),
    entry(180_000_000, 'fail node b'),
  ],
  durationUs: 600_000_000,
};
const parse = (text: string) => parseExpectation(text, context);
const run = { kind: 'run' };
const traffic = (statistic: string, name: string, side = 'source', probability = 0) => ({
  of: 'traffic',
  statistic,
  probability,
  side,
  name,
});

describe('expectations that are read', () => {
  test.each([
    ['availability(shoppers) >= 99.9%', traffic('availability', 'shoppers'), '>=', 0.999, run],
    ['availability(shoppers) >= 0.999', traffic('availability', 'shoppers'), '>=', 0.999, run],
    ['lost(shoppers)=0', traffic('lost', 'shoppers'), '=', 0, run],
    ['rate(cart) > 180/s', traffic('rate', 'cart', 'service'), '>', 180, run],
    ['p99.9( shoppers ) < 1.5s', traffic('percentile', 'shoppers', 'source', 0.999), '<', 1_500_000, run],
    ['p50(web) < 30ms', traffic('percentile', 'web', 'source', 0.5), '<', 30_000, run],
    ['p50(service web) < 30ms', traffic('percentile', 'web', 'service', 0.5), '<', 30_000, run],
    ['mean(shoppers) <= 10ms at 5m', traffic('mean', 'shoppers'), '<=', 10_000, { kind: 'at', atUs: 300_000_000 }],
    [
      'lost(shoppers) > 100 between 3m and 3m30s',
      traffic('lost', 'shoppers'),
      '>',
      100,
      { kind: 'between', fromUs: 180_000_000, untilUs: 210_000_000 },
    ],
    [
      'deployment/web:status.readyReplicas = 3 within 30s of 1',
      {
        of: 'field',
        object: { kind: 'Deployment', namespace: 'default', name: 'web' },
        path: ['status', 'readyReplicas'],
        absent: 0,
      },
      '=',
      3,
      { kind: 'within', withinUs: 30_000_000, entry: 0 },
    ],
    [
      'deployment/web:status.conditions[type=Available].status = True at 1m',
      {
        of: 'field',
        object: { kind: 'Deployment', namespace: 'default', name: 'web' },
        path: ['status', 'conditions', 'type=Available', 'status'],
        absent: '',
      },
      '=',
      'True',
      { kind: 'at', atUs: 60_000_000 },
    ],
    [
      'pod/shop/web-0:status.conditions[0].status != "True" never',
      {
        of: 'field',
        object: { kind: 'Pod', namespace: 'shop', name: 'web-0' },
        path: ['status', 'conditions', 0, 'status'],
        absent: '',
      },
      '!=',
      'True',
      { kind: 'never' },
    ],
    [
      'node/general-1:spec.unschedulable == true eventually',
      {
        of: 'field',
        object: { kind: 'Node', namespace: '', name: 'general-1' },
        path: ['spec', 'unschedulable'],
        absent: false,
      },
      '=',
      true,
      { kind: 'eventually' },
    ],
    [
      'count(pods, app=web, phase!=Running, namespace=shop) = 0 always',
      {
        of: 'count',
        kind: 'Pod',
        namespace: 'shop',
        conditions: [
          { of: 'label', key: 'app', comparison: '=', value: 'web' },
          { of: 'phase', key: 'phase', comparison: '!=', value: 'Running' },
        ],
      },
      '=',
      0,
      { kind: 'always' },
    ],
    [
      'count(events, message=0/3 nodes (are) available: a\\, b) >= 1 within 1m of fail node a',
      {
        of: 'count',
        kind: 'Event',
        namespace: null,
        conditions: [{ of: 'message', key: 'message', comparison: '=', value: '0/3 nodes (are) available: a, b' }],
      },
      '>=',
      1,
      { kind: 'within', withinUs: 60_000_000, entry: 1 },
    ],
    [
      'duration(rollout deployment/web) < 2m',
      { of: 'rollout-duration', object: { kind: 'Deployment', namespace: 'default', name: 'web' } },
      '<',
      120_000_000,
      run,
    ],
    [
      'duration(job/report) < 2m',
      { of: 'job-duration', object: { kind: 'Job', namespace: 'default', name: 'report' } },
      '<',
      120_000_000,
      run,
    ],
    [
      'duration(job/team-a/report) < 2m',
      { of: 'job-duration', object: { kind: 'Job', namespace: 'team-a', name: 'report' } },
      '<',
      120_000_000,
      run,
    ],
    ['recovery(node general-2) < 10m', { of: 'recovery', subject: 'node', name: 'general-2' }, '<', 600_000_000, run],
    [
      'startup(p99) < 5s',
      { of: 'startup', statistic: 'percentile', probability: 0.99, workload: null },
      '<',
      5_000_000,
      run,
    ],
    [
      'startup(max, web) < 5s',
      { of: 'startup', statistic: 'maximum', probability: 0, workload: 'web' },
      '<',
      5_000_000,
      run,
    ],
    ['cost <= 12.5', { of: 'cost' }, '<=', 12.5, run],
    ['share(cart, max) < 60%', { of: 'share', service: 'cart', statistic: 'max' }, '<', 0.6, run],
  ])('%s', (text, figure, comparison, value, when) => {
    expect(parse(text).value).toEqual({ figure, comparison, value, when });
  });
});

describe('keys and values that are taken', () => {
  test.each([
    'count(pods, pod-template-hash=1) = 0',
    'count(pods, example.com/team=a) = 0',
    'count(events, kind=Pod, type=Warning, count=1) = 0',
    'count(nodes, ready=true) = 0',
    'count(services, type=NodePort) = 0',
    'count(pods, node=) = 0',
    'count(pods, node=general-2) = 0',
    'count(events, reason=Anything) = 0',
    'count(namespaces, phase=Terminating) = 0',
    'deployment/web:spec.replicas = ""',
    'service/web:spec.ports[0].targetPort = http',
  ])('%s', (text) => {
    expect(parse(text).fault).toBeUndefined();
  });

  test('any label where not all objects could be read', () => {
    const { fault } = parseExpectation('count(pods, tier=front) = 0', { ...context, isComplete: false });
    expect(fault).toBeUndefined();
  });
});

describe('expectations that are refused', () => {
  test.each([
    ['', 'expected FIGURE'],
    ['p99(shoppers)', 'expected FIGURE'],
    ['p99(shoppers) <', 'expected a value'],
    ['p99(shoppers) < 300', 'a duration'],
    ['p99(shopers) < 300ms', 'did you mean "shoppers"?'],
    ['p0(shoppers) < 300ms', 'percentiles'],
    ['p99 < 300ms', 'expected a figure'],
    ['pp99(shoppers) < 300ms', 'did you mean "p99"?'],
    ['p99() < 300ms', 'expected the name'],
    ['p99(shoppers, cart) < 300ms', 'unexpected "cart"'],
    ['availability(shoppers) >= 999%', 'a share'],
    ['availability(shoppers) >= high', 'a share'],
    ['lost(shoppers) = none', 'a number'],
    ['rate(shoppers) > quick', 'a rate'],
    ['cost < cheap', 'an amount'],
    ['pod/web:status.phase < Running', 'can only be compared'],
    ['deploymnt/web:status.phase = Running', 'did you mean "deployment"?'],
    ['deployment/web: = 3', 'expected the path'],
    ['count() = 3', 'count(KIND'],
    ['count(podz) = 3', 'unknown kind'],
    ['count(pods, web) = 3', 'KEY=VALUE'],
    ['duration(deployment/web) < 1m', 'duration(rollout deployment/NAME)'],
    ['duration(deployment/web) < 1m', 'duration(job/NAME)'],
    ['duration(rollout service/web) < 1m', 'duration(rollout deployment/NAME)'],
    ['deployment/web:status.unavailableReplica < 1', 'did you mean "unavailableReplicas"?'],
    ['deployment/web:status = 3', 'no single value'],
    ['deployment/web:status.conditions = 3', 'no single value'],
    ['deployment/web:status.conditions.Available.status = True', 'write status.conditions[type=Available]'],
    ['deployment/web:status.conditions[tipe=Available].status = True', 'did you mean "type"?'],
    ['deployment/web:status.replicas.x = 3', 'single value'],
    ['quota/web:status.used.requests.cpu = 3', 'write status.used[requests.cpu]'],
    ['hpa/web:spec.targetCPUUtilizationPercentage = 3', 'has no field'], // autoscaling/v2 is what is stored
    ['count(events, reson=Failed) = 0', 'did you mean "reason"?'],
    ['count(pods, namspace=default) = 0', 'did you mean "namespace"?'],
    ['count(pods, ap=web) = 0', 'did you mean "app"?'],
    ['count(pods, phase=Pendin) = 0', 'did you mean "Pending"?'],
    ['count(pods, phase=x) = 0', 'phase is Pending, Running, Succeeded, Failed or Unknown, got "x"'],
    ['count(persistentvolumeclaims, phase!=Available) = 0', 'phase is Pending, Bound or Lost'],
    ['count(services, type=NodePrt) = 0', 'did you mean "NodePort"?'],
    ['count(events, type=warn) = 0', 'Normal or Warning'],
    ['count(pods, ready=flase) = 0', 'did you mean "false"?'],
    ['count(nodes, ready=) = 0', 'ready is true or false'],
    ['count(pods, node=generl-2) = 0', 'did you mean "general-2"?'],
    ['deployment/web:status.readyReplicas != two', 'status.readyReplicas is a number, got "two"'],
    ['deployment/web:status.readyReplicas = "3"', 'is a number'],
    ['node/general-1:spec.unschedulable = flase', 'did you mean "false"?'],
    ['count(deployments, phase=Running) = 0', 'no Deployment has a field or a label "phase"'],
    ['recovery(general-2) < 1m', 'recovery(node NAME)'],
    ['recovery(node genral-2) < 1m', 'did you mean "general-2"?'],
    ['recovery(zone zone-c) < 1m', 'did you mean "zone-a"?'],
    ['duration(rollout deployment/weeb) < 1m', 'did you mean "web"?'],
    ['duration(rollout shop deployment/web) < 1m', 'there is no Deployment "web" in namespace shop'],
    ['startup(fast) < 1m', 'startup(p50)'],
    ['share(cart) < 1', 'share(SERVICE'],
    ['share(crat, max) < 1', 'did you mean "cart"?'],
    ['lost(shoppers) = 0 sometimes', 'expected at T'],
    ['lost(shoppers) = 0 at noon', 'expected a time'],
    ['lost(shoppers) = 0 at 11m', 'after the end'],
    ['lost(shoppers) = 0 between 5m and 3m', 'is not before'],
    ['lost(shoppers) = 0 within 1m of 4', 'has 3 entries'],
    ['lost(shoppers) = 0 within 1m of fail', '2 timeline entries'],
    ['lost(shoppers) = 0 within 1m of 5m', 'no timeline entry'],
  ])('%s', (text, message) => {
    const { value, fault } = parse(text);
    expect(value).toBeUndefined();
    expect(`${fault!.message} ${fault!.hint}`).toContain(message);
    expect(fault!.offset).toBeLessThanOrEqual(text.length);
  });
});
