import { describe, expect, it } from 'vitest';
import { decodeManifest } from '../../../src/cluster/api/decode.js';

describe('decoding of manifests', () => {
  it('flattens lists and says where each object stood', () => {
    const pod = (name: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [] },
    });
    const nested = { apiVersion: 'v1', kind: 'PodList', items: [pod('b')] };
    const results = decodeManifest({ apiVersion: 'v1', kind: 'List', items: [pod('a'), nested, 7] }, 'shop');
    expect(results.map(({ path, object }) => [path, object?.metadata.name, object?.metadata.namespace])).toEqual([
      ['items[0]', 'a', 'shop'],
      ['items[1].items[0]', 'b', 'shop'],
      ['items[2]', undefined, undefined],
    ]);
  });

  it('drops nulls and what only the server writes, and writes quantities as the server does', () => {
    const metadata = { name: 'a', uid: 'x', creationTimestamp: '2026-01-01T00:00:00Z', labels: null };
    const container = { name: 'c', image: 'c', command: null, resources: { requests: { cpu: 0.5, memory: '1024Mi' } } };
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } };
    expect(decodeManifest(manifest)[0]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'c', resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
    });
  });

  it('keeps custom resources as they are and names slips in kinds of Kubernetes', () => {
    const custom = {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'c' },
      spec: { any: [1] },
    };
    expect(decodeManifest(custom)[0]?.object).toEqual({ ...custom, metadata: { name: 'c', namespace: 'default' } });
    const namesake = { ...custom, apiVersion: 'serving.knative.dev/v1', kind: 'Service' };
    expect(decodeManifest(namesake)[0]?.object).toMatchObject({ kind: 'Service.serving.knative.dev' });
    const [slip] = decodeManifest({ apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'w' } });
    expect(slip?.issues).toEqual([
      {
        path: 'kind',
        code: 'unknown-kind',
        message: 'no kind "Deploymnet" is registered for version "apps/v1"',
        hint: 'did you mean "Deployment"?',
      },
    ]);
    const [old] = decodeManifest({ apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'w' } });
    expect(old?.issues[0]).toMatchObject({ path: 'apiVersion', hint: 'use apps/v1' });
  });

  it('names every fault of a manifest with its path', () => {
    const container = {
      name: 'c',
      image: 'c',
      Image: 'd',
      resources: { requests: { cpu: '2 cores' } },
      ports: [{ containerPort: NaN }],
    };
    const template = { spec: { containers: [container] } };
    const spec = { replicas: 99999999999999999999n, template };
    const [result] = decodeManifest({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w' }, spec });
    expect(result?.issues.map(({ path, hint }) => [path, hint])).toEqual([
      ['spec.replicas', 'out of the range of int32, at most 2147483647'],
      ['spec.template.spec.containers[0].Image', 'did you mean "image"?'],
      ['spec.template.spec.containers[0].resources.requests[cpu]', 'write a number such as 500m, 2 or 1.5Gi'],
      ['spec.template.spec.containers[0].ports[0].containerPort', 'an integer is needed'],
    ]);
  });
});
