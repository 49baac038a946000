import { describe, expect, it, test } from 'vitest';
import { decodeManifest } from '../../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../../src/cluster/api/defaults/defaults.js';
import { errorText } from '../../../../src/cluster/api/validation/field-error.js';
import { validateCreate, validateUpdate } from '../../../../src/cluster/api/validation/validate.js';

function decoded(kind: string, spec: object) {
  const [result] = decodeManifest({ apiVersion: 'resource.k8s.io/v1', kind, metadata: { name: 'x' }, spec });
  expect(result!.issues).toEqual([]);
  return applyDefaults(result!.object!);
}

function faults(kind: string, spec: object): string[] {
  return validateCreate(decoded(kind, spec)).map(errorText);
}

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const EXACT = { deviceClassName: 'gpu' };
const asking = (...requests: object[]) => ({ devices: { requests } });

test('what is left out of a claim is filled in', () => {
  const { spec } = decoded(
    'ResourceClaim',
    asking({ name: 'a', exactly: { ...EXACT, tolerations: [{ key: 'k' }] } }),
  ) as never as { readonly spec: object };
  const exactly = { ...EXACT, allocationMode: 'ExactCount', count: 1, tolerations: [{ key: 'k', operator: 'Equal' }] };
  expect(spec).toEqual(asking({ name: 'a', exactly }));
  const template = decoded('ResourceClaimTemplate', {
    spec: asking({ name: 'a', firstAvailable: [{ name: 'b', ...EXACT, allocationMode: 'All' }] }),
  });
  expect((template as never as { spec: unknown }).spec).toEqual({
    spec: asking({ name: 'a', firstAvailable: [{ name: 'b', ...EXACT, allocationMode: 'All' }] }),
  });
});

describe('claims', () => {
  it.each([
    [
      asking({ name: 'a', exactly: EXACT }, { name: 'a', exactly: EXACT }),
      ['spec.devices.requests[1]: Duplicate value: "a"'],
    ],
    [asking({ name: 'A', exactly: EXACT }), [`spec.devices.requests[0].name: Invalid value: "A": ${LABEL}`]],
    [
      asking({ name: 'a' }),
      ['spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required'],
    ],
    [
      asking({ name: 'a', exactly: EXACT, firstAvailable: [{ name: 'b', ...EXACT }] }),
      [
        'spec.devices.requests[0]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
      ],
    ],
    [asking({ name: 'a', exactly: {} }), ['spec.devices.requests[0].exactly.deviceClassName: Required value']],
    [
      asking({ name: 'a', exactly: { ...EXACT, allocationMode: 'Some' } }),
      [
        'spec.devices.requests[0].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"',
      ],
    ],
    [
      asking({ name: 'a', exactly: { ...EXACT, allocationMode: 'All', count: 2 } }),
      ["spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'"],
    ],
    [
      asking({ name: 'a', exactly: { ...EXACT, count: -1 } }),
      ['spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero'],
    ],
    [
      asking({ name: 'a', exactly: { ...EXACT, selectors: [{}, { cel: { expression: 'device.driver' } }] } }),
      [
        'spec.devices.requests[0].exactly.selectors[0].cel: Required value',
        'spec.devices.requests[0].exactly.selectors[1].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string',
      ],
    ],
    [
      asking({
        name: 'a',
        exactly: { ...EXACT, tolerations: [{ key: 'k', operator: 'Exists', value: 'v', effect: 'Never' }] },
      }),
      [
        'spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: "v": must be empty for operator `Exists`',
        'spec.devices.requests[0].exactly.tolerations[0].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"',
      ],
    ],
    [
      {
        devices: {
          requests: [{ name: 'a', exactly: EXACT }],
          constraints: [{ requests: ['b'], matchAttribute: 'model' }, {}],
        },
      },
      [
        'spec.devices.constraints[0].requests[0]: Invalid value: "b": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
        'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
        'spec.devices.constraints[1]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      ],
    ],
    [
      asking(...Array.from({ length: 33 }, (_unused, index) => ({ name: `r${index}`, exactly: EXACT }))),
      ['spec.devices.requests: Too many: 33: must have at most 32 items'],
    ],
    [{ devices: { config: [{}] } }, ['spec.devices.config[0].opaque: Required value']],
  ])('%j', (spec, expected) => {
    expect(faults('ResourceClaim', spec)).toEqual(expected);
  });

  it('never change what they ask for', () => {
    const before = decoded('ResourceClaim', asking({ name: 'a', exactly: EXACT }));
    const after = decoded('ResourceClaim', asking({ name: 'b', exactly: EXACT }));
    expect(validateUpdate(after, before).map(errorText)).toEqual([
      expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/),
    ]);
    expect(validateUpdate(before, before)).toEqual([]);
  });
});

describe('slices', () => {
  const POOL = { name: 'n1', generation: 1, resourceSliceCount: 1 };
  const RULE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

  it.each([
    [{ driver: 'd.example.com', pool: POOL }, [`spec: Required value: ${RULE}`]],
    [
      { driver: 'd.example.com', pool: POOL, nodeName: 'n1', allNodes: true },
      [`spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${RULE}, but multiple fields are set`],
    ],
    [
      { driver: 'd', pool: { ...POOL, resourceSliceCount: 0, generation: -1 }, allNodes: true },
      [
        'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
        'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
      ],
    ],
    [
      { driver: 'd', pool: POOL, allNodes: true, devices: [{ name: 'a' }, { name: 'a', nodeName: 'n1' }] },
      [
        'spec.devices[1]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
        'spec.devices[1]: Duplicate value: "a"',
      ],
    ],
    [
      {
        driver: 'd',
        pool: POOL,
        allNodes: true,
        devices: [{ name: 'a', attributes: { model: {}, version: { version: '1' } }, taints: [{ key: 'k' }] }],
      },
      [
        'spec.devices[0].attributes[model]: Invalid value: "": exactly one value must be specified',
        'spec.devices[0].attributes[version].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
        'spec.devices[0].taints[0].effect: Required value',
      ],
    ],
    [
      { driver: 'd', pool: POOL, allNodes: true, devices: [], sharedCounters: [{ name: 'c', counters: {} }] },
      [
        'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
        'spec.sharedCounters[0].counters: Required value',
      ],
    ],
  ])('%j', (spec, expected) => {
    expect(faults('ResourceSlice', spec)).toEqual(expected);
  });

  it('stay with their driver, pool and node', () => {
    const before = decoded('ResourceSlice', { driver: 'd', pool: POOL, nodeName: 'n1' });
    const after = decoded('ResourceSlice', { driver: 'e', pool: POOL, nodeName: 'n2' });
    expect(validateUpdate(after, before).map(errorText)).toEqual([
      'spec.driver: Invalid value: "e": field is immutable',
      'spec.nodeName: Invalid value: "n2": field is immutable',
    ]);
  });
});

test('a pod names each claim once, and its containers use none that it does not name', () => {
  const containers = [{ name: 'c', image: 'i', resources: { claims: [{ name: 'a' }, { name: 'z' }] } }];
  const resourceClaims = [{ name: 'a', resourceClaimName: 'x' }, { name: 'a', resourceClaimName: 'y' }, { name: 'b' }];
  const [result] = decodeManifest({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers, resourceClaims },
  });
  expect(validateCreate(applyDefaults(result!.object!)).map(errorText)).toEqual([
    'spec.resourceClaims[1].name: Duplicate value: "a"',
    'spec.resourceClaims[2]: Invalid value: {"Name":"b","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    'spec.containers[0].resources.claims[1]: Not found: "z": must be one of the names in pod.spec.resourceClaims: a, a, b',
  ]);
});
