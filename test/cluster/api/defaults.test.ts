import { describe, expect, it } from 'vitest';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults, hasDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { testVectors } from '../../conformance/test-vectors.js';
import { readVectors } from '../../vectors/read.js';

testVectors('api.defaulting');

describe('defaults', () => {
  it('change nothing the second time', () => {
    for (const { kind, object } of readVectors<{ kind: string; object: object }>('api.defaulting.jsonl.gz')) {
      if (!hasDefaults(kind)) continue;
      const once = applyDefaults(decodeManifest(object)[0]!.object!);
      expect(applyDefaults(once)).toEqual(once);
    }
  });
});
