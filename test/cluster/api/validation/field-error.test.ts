import { describe, expect, it } from 'vitest';
import {
  aggregateText,
  duplicate,
  errorText,
  forbidden,
  goJson,
  goQuote,
  invalid,
  invalidMessage,
  notSupported,
  required,
  tooLong,
} from '../../../../src/cluster/api/validation/field-error.js';

describe('faults of fields', () => {
  it('are worded as Kubernetes words them', () => {
    expect(errorText(required('spec.containers'))).toBe('spec.containers: Required value');
    expect(errorText(invalid('spec.replicas', -1, 'must be greater than or equal to 0'))).toBe(
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(errorText(notSupported('type', 'x', ['A', 'B']))).toBe(
      'type: Unsupported value: "x": supported values: "A", "B"',
    );
    expect(errorText(duplicate('name', 'a'))).toBe('name: Duplicate value: "a"');
    expect(errorText(forbidden('data', 'no'))).toBe('data: Forbidden: no');
    expect(errorText(tooLong('data', 1))).toBe('data: Too long: may not be more than 1 byte');
  });

  it('show values as Go writes them', () => {
    expect(goQuote('a"b\\\n\u0001é')).toBe('"a\\"b\\\\\\n\\x01é"');
    expect(goJson({ a: '<&>' })).toBe('{"a":"\\u003c\\u0026\\u003e"}');
    expect(goJson(undefined)).toBe('null');
  });

  it('make one message, each fault once', () => {
    expect(aggregateText(['a', 'a'])).toBe('a');
    const errors = [required('a'), required('b')];
    expect(invalidMessage('Deployment', 'apps', 'web', errors)).toBe(
      'Deployment.apps "web" is invalid: [a: Required value, b: Required value]',
    );
    expect(invalidMessage('Pod', '', 'p', [required('a')])).toBe('Pod "p" is invalid: a: Required value');
  });
});
