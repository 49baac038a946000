import { describe, expect, it } from 'vitest';
import { load } from './memory-files.js';

/** What is told of a pool with so many kinds of extended resources and a pod (on line 4) that asks for the one named. */
function told(kinds: number, asked: string, scheduler = '{}'): string[] {
  const resources = Array.from({ length: kinds }, (_unused, kind) => `example.com/r${kind}: "1"`).join(', ');
  const text = `scenario: kinds
duration: 1m
cluster: { nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi, resources: { ${resources} } } ], scheduler: ${scheduler} }
manifests: [ { apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [ { name: c, image: i, resources: { limits: { ${asked}: 1 } } } ] } } ]
`;
  return load(text).diagnostics.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
}

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

  it('count when only a profile scores them', () => {
    const config = `{ name: NodeResourcesBalancedAllocation, args: { resources: [ { name: example.com/other } ] } }`;
    const scheduler = `{ ${CONFIGURATION}, profiles: [ { pluginConfig: [ ${config} ] } ] }`;
    expect(told(20, 'cpu', scheduler)).toEqual([]);
    expect(told(21, 'cpu', scheduler)).toEqual([tooMany(3, 'example.com/other')]);
  });
});
