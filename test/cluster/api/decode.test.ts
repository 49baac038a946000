import { describe, expect, it } from 'vitest';
import { decodeManifest, decodeMessage } from '../../../src/cluster/api/decode.js';
import { kindOf } from '../../../src/cluster/api/kinds.js';
import { readVectors } from '../../vectors/read.js';

interface Case {
  kind: string;
  op: string;
  object?: { apiVersion?: string; kind?: string };
  expected: { code: number; message?: string };
}

describe('decoding of manifests', () => {
  it('refuses unknown fields and wrong types in the words of the API server', () => {
    let refused = 0;
    for (const { kind, object, expected } of readVectors<Case>('api.validation.jsonl.gz')) {
      // Raw text is the business of whoever reads YAML or JSON; a wrong kind or version is told with a hint of our own.
      if (
        object === undefined ||
        kindOf(String(object.kind))?.apiVersions.includes(String(object.apiVersion)) !== true
      ) {
        continue;
      }
      const [result] = decodeManifest(object);
      const message = expected.message ?? '';
      const isDecoding = expected.code === 400 && message.includes('cannot be handled as a');
      const issues = result?.issues ?? [];
      const actual = issues.length === 0 ? '' : decodeMessage(kind, String(object.apiVersion), issues);
      expect({ object, message: actual }).toEqual({ object, message: isDecoding ? message : '' });
      if (isDecoding) refused++;
    }
    expect(refused).toBeGreaterThan(200);
  });
});
