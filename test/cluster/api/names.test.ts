import { describe, expect, it } from 'vitest';
import {
  configMapKeyFaults,
  dns1035LabelFaults,
  dns1123LabelFaults,
  dns1123SubdomainFaults,
  envVarNameFaults,
  generateName,
  labelKeyFaults,
  labelValueFaults,
  pathSegmentFaults,
  percentFaults,
  podTemplateHash,
  portNameFaults,
  safeEncode,
  stableJson,
} from '../../../src/cluster/api/names.js';

describe('names', () => {
  it('pass or fail by the rules of DNS', () => {
    expect(dns1123LabelFaults('my-name-1')).toEqual([]);
    expect(dns1123LabelFaults('a.b')).toEqual(['must not contain dots']);
    expect(dns1123LabelFaults('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
    expect(dns1123SubdomainFaults('a.b-c.d')).toEqual([]);
    expect(dns1123SubdomainFaults('A')[0]).toContain("(e.g. 'example.com', regex used for validation is");
    expect(dns1035LabelFaults('1a')[0]).toContain('a DNS-1035 label must consist of');
    expect(dns1123SubdomainFaults('a\n')).toHaveLength(1);
  });

  it('of labels have a part in front of the slash', () => {
    expect(labelKeyFaults('example.com/My_Name.1')).toEqual([]);
    expect(labelKeyFaults('/x')).toEqual(['prefix part must be non-empty']);
    expect(labelKeyFaults('é')[0]).toContain('name part must consist of');
    expect(labelValueFaults('')).toEqual([]);
    // Bytes, not characters: 32 letters of two bytes each.
    expect(labelValueFaults('é'.repeat(32))[0]).toBe('must be no more than 63 bytes');
  });

  it('of other things have rules of their own', () => {
    expect(pathSegmentFaults('..')).toEqual(["may not be '..'"]);
    expect(pathSegmentFaults('a/b%')).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(portNameFaults('http-8080')).toEqual([]);
    expect(portNameFaults('-80')).toContain('must not begin or end with a hyphen');
    expect(percentFaults('25%')).toEqual([]);
    expect(percentFaults('-5%')).toHaveLength(1);
    expect(envVarNameFaults('A B')).toEqual([]);
    expect(envVarNameFaults('A=B')).toHaveLength(1);
    expect(configMapKeyFaults('..x')).toEqual(["must not start with '..'"]);
  });

  it('are made up from a base of at most 58 characters and five that spell nothing', () => {
    expect(generateName('web-', () => 0)).toBe('web-bbbbb');
    expect(generateName('x'.repeat(80), () => 0.999)).toBe(`${'x'.repeat(58)}99999`);
  });
});

describe('the hash of a pod template', () => {
  it('depends on the template and the collision count, not on the order of fields', () => {
    const hash = podTemplateHash({ spec: { a: 1, b: [2] } });
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(podTemplateHash({ spec: { b: [2], a: 1 } })).toBe(hash);
    expect(podTemplateHash({ spec: { b: [2], a: 1, c: undefined } })).toBe(hash);
    expect(podTemplateHash({ spec: { a: 1, b: [3] } })).not.toBe(hash);
    expect(podTemplateHash({ spec: { a: 1, b: [2] } }, 1)).not.toBe(hash);
  });

  it('is written as Kubernetes writes its own', () => {
    expect(safeEncode('0123456789')).toBe('456789bcdf');
    expect(stableJson({ b: 1, a: [{ d: null, c: 'x' }] })).toBe('{"a":[{"c":"x","d":null}],"b":1}');
  });
});
