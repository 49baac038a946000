import { describe, expect, test } from 'vitest';
import type { ValidationResult } from '../../src/scenario/validate.js';
import { errorsOf, GOOD, load, validate } from './memory-files.js';

/** One mistake is told once, at its place, with the nearest word that is right. */

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels:
        app: web
        app.kubernetes.io/part-of: shop
    spec:
      containers:
      - name: web
        image: web
        imagePullPolicy: Always
        resources: { requests: { cpu: 100m } }
`;

const told = ({ diagnostics }: Pick<ValidationResult, 'diagnostics'>): string[] =>
  diagnostics.map(({ line, field, hint }) => `${line} ${field} ${hint}`.trim());

describe('a manifest', () => {
  const container = 'spec.template.spec.containers[0]';
  test.each([
    [
      'of a label the very one',
      'part-of: shop',
      'part-of: a shop',
      'spec.template.metadata.labels[app.kubernetes.io/part-of]',
      10,
    ],
    [
      'a value of a list',
      'Policy: Always',
      'Policy: Allways',
      `${container}.imagePullPolicy did you mean "Always"?`,
      15,
    ],
    ['a resource', 'cpu: 100m', 'cpuu: 100m', `${container}.resources.requests.cpuu did you mean "cpu"?`, 16],
    ['a quantity', '100m', '100mm', `${container}.resources.requests.cpu write a number such as 500m, 2 or 1.5Gi`, 16],
    [
      'one key of indentation',
      '        image: web',
      '       image: web',
      ' is the line indented as its neighbours, and every quote and bracket closed?',
      14,
    ],
  ])('%s', (_name, from, to, expected, line) => {
    expect(told(validate('web.yaml', WEB.replace(from, to)))).toEqual([`${line} ${expected}`]);
  });

  test.each([
    ['{"apiVersion":"v1",\n"kind":"ConfigMap","metadata":{"name":"a",}}', '2 JSON takes commas only between values'],
    [
      '{"apiVersion":"v1", # why\n"kind":"ConfigMap","metadata":{"name":"a"}}',
      '1 JSON has no comments, and its texts stand in double quotes',
    ],
    ['{"apiVersion":"v1",\n"kind":\'ConfigMap\'}', '2 JSON has no comments, and its texts stand in double quotes'],
  ])('that calls itself JSON %#', (text, expected) => {
    expect(told(validate('web.json', text)).map((line) => line.replace('  ', ' '))).toEqual([expected]);
    expect(validate('web.yaml', text).diagnostics.some(({ code }) => code === 'json-syntax')).toBe(false);
  });

  test('in JSON documents one after the other is fine', () => {
    const text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"\\u00e9\\"","k":""}}';
    const documents = `${text}\n---\n${text.replace('"a"', '"b"')}\n`;
    expect(errorsOf(validate('web.json', documents))).toEqual([]);
  });
});

describe('a trace', () => {
  test.each([
    ['time,rate\n0,1,2\n', '2'],
    ['', '1'],
    ['time,rate\n', '1'],
  ])('%j', (text, line) => {
    expect(told(validate('rates.csv', text))).toEqual([line]);
  });
});

describe('a scenario', () => {
  test.each([
    ['a field of a pool', 'general, count: 3', 'general, cuont: 3', 'cluster.nodes[0].cuont did you mean "count"?'],
    ['a section', '\ncluster:', '\ncluter:', 'cluter did you mean "cluster"?'],
    ['a section that expectations speak of', '\ntraffic:', '\ntrafic:', 'trafic did you mean "traffic"?'],
    [
      'a distribution',
      'exponential(3ms)',
      'exponental(3ms)',
      'workloads.web.requests.default.cpu did you mean "exponential"?',
    ],
    ['a parameter', 'rate: 200/s', 'rate: "${replica}/s"', 'traffic.shoppers.rate did you mean "replicas"?'],
  ])('%s', (_name, from, to, expected) => {
    const text = GOOD.replace(from, to);
    const errors = load(text).diagnostics.filter(({ severity }) => severity === 'error');
    expect(told({ diagnostics: errors }).map((line) => line.replace(/^\d+ /, ''))).toEqual([expected]);
  });
});
