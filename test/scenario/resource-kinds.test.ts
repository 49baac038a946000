import { describe, expect, it } from 'vitest';
import { load } from './memory-files.js';

/** What is told of a pool with so many kinds of extended resources and a pod (on line 4) that asks for the one named. */
function told(kinds: number, asked: string, scheduler = '{}', more = ''): string[] {
  const resources = Array.from({ length: kinds }, (_unused, kind) => `example.com/r${kind}: "1"`).join(', ');
  const text = `scenario: kinds
duration: 1m
cluster: { nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi, resources: { ${resources} } } ], scheduler: ${scheduler} }
manifests: [ { apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [ { name: c, image: i, resources: { limits: { ${asked}: 1 } } } ] } }, ${DEPLOYMENT} ]
${more}
`;
  return load(text).diagnostics.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
}

const DEPLOYMENT =
  '{ apiVersion: apps/v1, kind: Deployment, metadata: { name: d }, spec: { replicas: 0, selector: { matchLabels: { a: d } }, template: { metadata: { labels: { a: d } }, spec: { containers: [ { name: c, image: i } ] } } } }';

const tooMany = (line: number, name: string): string =>
  `error ${line}: ${name} is one more kind of extended resource than the limit of 21`;
const CONFIGURATION = 'apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration';
const PLAIN = `{ ${CONFIGURATION} }`;

describe('kinds of extended resources', () => {
  it('may be as many as the scheduler tells apart, however often they are named', () => {
    expect(told(21, 'example.com/r3', PLAIN)).toEqual([]);
    expect(told(20, 'example.com/other', PLAIN)).toEqual([]);
    expect(told(21, 'cpu', PLAIN)).toEqual([]);
  });

  it('are refused beyond that where the first one too many stands', () => {
    expect(told(22, 'example.com/r3', PLAIN)).toEqual([tooMany(3, 'example.com/r21')]);
    expect(told(21, 'example.com/other', PLAIN)).toEqual([tooMany(4, 'example.com/other')]);
  });

  it.each([
    `patch pod/p -p '{"spec":{"containers":[{"name":"c","resources":{"limits":{"example.com/late":1}}}]}}'`,
    `patch pod/p --type json -p '[{"op":"add","path":"/spec/containers/0/resources/limits/example.com~1late","value":"1"}]'`,
    `set resources deployment/d --limits=example.com/late=1`,
  ])('count when they come with the timeline: %s', (command) => {
    const timeline = `timeline: [ { 10s: ${JSON.stringify(`kubectl ${command}`)} } ]`;
    const late = (kinds: number): string[] =>
      told(kinds, 'cpu', PLAIN, timeline).filter((text) => text.includes('one more kind'));
    expect(late(20)).toEqual([]);
    expect(late(21)).toEqual([tooMany(5, 'example.com/late')]);
  });

  it('count when only a profile scores them', () => {
    const config = `{ name: NodeResourcesBalancedAllocation, args: { resources: [ { name: example.com/other } ] } }`;
    const scheduler = `{ ${CONFIGURATION}, profiles: [ { pluginConfig: [ ${config} ] } ] }`;
    expect(told(20, 'cpu', scheduler)).toEqual([]);
    expect(told(21, 'cpu', scheduler)).toEqual([tooMany(3, 'example.com/other')]);
  });
});
