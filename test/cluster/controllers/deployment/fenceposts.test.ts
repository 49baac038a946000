import { expect, it } from 'vitest';
import type { IntOrString } from '../../../../src/cluster/api/objects/meta.js';
import { resolveFenceposts } from '../../../../src/cluster/controllers/deployment/fenceposts.js';
import { readVectors } from '../../../vectors/read.js';

interface Case {
  replicas: number;
  maxSurge: IntOrString;
  maxUnavailable: IntOrString;
  surge?: number;
  unavailable?: number;
  error?: string;
}

it('resolves maxSurge and maxUnavailable as Kubernetes does', () => {
  for (const vector of readVectors<Case>('deployment.fenceposts.jsonl')) {
    const { replicas, maxSurge, maxUnavailable } = vector;
    const { ok: _ok, ...resolved } = resolveFenceposts(maxSurge, maxUnavailable, replicas);
    expect({ replicas, maxSurge, maxUnavailable, ...resolved }).toEqual(vector);
  }
});
