import { describe, expect, it } from 'vitest';
import { load } from './memory-files.js';

const DEPLOYMENT =
  '{ apiVersion: apps/v1, kind: Deployment, metadata: { name: d }, spec: { selector: { matchLabels: { app: d } },' +
  ' template: { metadata: { labels: { app: d } }, spec: { containers: [ { name: c, image: x } ] } } } }';
const SERVICE = '{ apiVersion: v1, kind: Service, metadata: { name: s }, spec: { ports: [ { port: 80 } ] } }';

/** The command stands on line 6, from column 10 on. */
function told(command: string, quote = (text: string): string => text) {
  const text = `scenario: patches
duration: 1m
cluster: { nodes: [ { pool: g, count: 1, cpu: 4, memory: 8Gi } ] }
manifests: [ ${DEPLOYMENT}, ${SERVICE} ]
timeline:
  - 10s: ${quote(command)}
`;
  const { diagnostics } = load(text);
  return diagnostics.map(({ severity, line, column, length, message, hint }) => {
    return { severity, at: text.split('\n')[line - 1]!.slice(column - 1, column - 1 + length), message, hint };
  });
}

describe('kubectl patch is checked when the scenario is read', () => {
  it.each([
    [`deploy d -p '{"spec":{"replicas":"two"}}'`, 'replicas', 'spec.replicas: expected an integer, got "two"', ''],
    [`deploy d -p '{"spec":{"replicas":"2"}}'`, 'replicas', 'expected an integer', 'write 2 without quotes'],
    [`svc s -p '{"spec":{"ports":"80"}}'`, 'ports', 'spec.ports: expected a list, got "80"', ''],
    [`node g-1 -p '{"spec":{"taints":"x"}}'`, 'taints', 'spec.taints: expected a list', ''],
    [`deploy d --type=merge -p '{"metadata":{"labels":{"a":5}}}'`, 'a', 'expected text, got 5', 'write "5" in quotes'],
    [
      `deploy d -p '{"metadata":{"name":"other"}}'`,
      'name',
      'metadata.name: a patch cannot change it',
      'create another',
    ],
    [
      `deploy d -p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'`,
      'containers',
      'does not contain declared merge key: name',
      '--type=merge',
    ],
    [
      `deploy d --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/image","value":5}]'`,
      'image',
      'expected text, got 5',
      '',
    ],
  ])('%s', (command, at, message, hint) => {
    const [first, ...others] = told(`kubectl patch ${command}`);
    expect(first).toMatchObject({ severity: 'error', at });
    expect(first!.message).toContain(message);
    expect(first!.hint).toContain(hint);
    expect(others).toEqual([]);
  });

  it('finds the place behind the backslashes of a quoted text too', () => {
    const [first] = told(`kubectl patch deploy d -p '{"spec":{"replicas":"two"}}'`, JSON.stringify);
    expect(first).toMatchObject({ at: 'replicas' });
  });

  it('warns of fields that the kind does not have, with the nearest that it has', () => {
    expect(told(`kubectl patch deploy d -p '{"spec":{"replicass":2}}'`)).toEqual([
      {
        severity: 'warning',
        at: 'replicass',
        message:
          'kubectl patch: unknown field "spec.replicass" of Deployment (did you mean "replicas"?), which the API server drops',
        hint: '',
      },
    ]);
  });

  it.each([
    `deploy d -p '{"spec":{"replicas":2,"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}]}}}}'`,
    `deploy d -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","$patch":"delete"}]}}}}'`,
    `deploy d -p '{"metadata":{"name":"d","labels":{"a":null}},"spec":{"replicas":null}}'`,
    `deploy d --type=json -p '[{"op":"test","path":"/spec/x","value":1},{"op":"remove","path":"/spec/replicas"}]'`,
    `deploy d --type=json -p '[{"op":"replace","path":"/spec/nope","value":2}]'`,
    `foos.example.com f -p '{"spec":{"any":1}}'`,
  ])('takes %s', (command) => {
    expect(told(`kubectl patch ${command}`).filter(({ message }) => !message.includes('unknown kind'))).toEqual([]);
  });
});
