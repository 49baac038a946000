import { describe, expect, it } from 'vitest';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { testVectors } from '../../conformance/test-vectors.js';
import { readVectors } from '../../vectors/read.js';

testVectors('api.defaulting');

describe('defaults', () => {
  it('change nothing the second time', () => {
    for (const { object } of readVectors<{ object: object }>('api.defaulting.jsonl.gz')) {
      const once = applyDefaults(decodeManifest(object)[0]!.object!);
      expect(applyDefaults(once)).toEqual(once);
    }
  });
});
