import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { errorsOf, validate } from './memory-files.js';

const RELEASE = new URL('../../scenarios/online-boutique/kubernetes-manifests.yaml', import.meta.url);

/** One object of each kind of the release manifest, and an autoscaler. */
function samples(): Record<string, unknown>[] {
  const seen = new Map<string, Record<string, unknown>>();
  for (const document of parseAllDocuments(readFileSync(RELEASE, 'utf8'))) {
    const object = document.toJS() as Record<string, unknown> | null;
    if (object !== null) seen.set(String(object['kind']), object);
  }
  seen.set('HorizontalPodAutoscaler', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] } },
    },
  });
  return [...seen.values()];
}

function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function damaged(object: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(object) as Record<string | number, unknown>;
  let parent = copy;
  for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const WRONG = ['@@ nonsense', -1, 1.5, true, null, [], {}, ['x'], { '@@': 1 }, [null], 2_147_483_648];

test.each(samples().map((object) => [String(object['kind']), object] as const))(
  '%s: a field that is missing, of another type or nonsense is judged and never a crash',
  (_kind, object) => {
    expect(errorsOf(validate('a.json', JSON.stringify(object)))).toEqual([]);
    for (const path of places(object).filter(({ length }) => length > 0)) {
      for (const value of [undefined, ...WRONG]) {
        const { diagnostics } = validate('a.json', JSON.stringify(damaged(object, path, value)));
        for (const { line, column, code } of diagnostics) {
          expect({ line, code, isPlace: column >= 0 }).toEqual({
            line: code === 'not-simulated' ? 0 : 1,
            code,
            isPlace: true,
          });
        }
      }
    }
  },
);

test.each(samples().map((object) => [String(object['kind']), object] as const))(
  '%s: a field that Kubernetes does not know is never ignored',
  (_kind, object) => {
    const userMaps = ['labels', 'annotations', 'matchLabels', 'selector', 'requests', 'limits', 'data', 'nodeSelector'];
    const maps = places(object).filter((path) => {
      let value: unknown = object;
      for (const step of path) value = (value as Record<string | number, unknown>)[step];
      return (
        typeof value === 'object' && value !== null && !Array.isArray(value) && !userMaps.includes(String(path.at(-1)))
      );
    });
    const ignored = maps.filter(
      (path) => errorsOf(validate('a.json', JSON.stringify(damaged(object, [...path, 'zzz'], 1)))).length === 0,
    );
    expect(ignored).toEqual([]);
  },
);
