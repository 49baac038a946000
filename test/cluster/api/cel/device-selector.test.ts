import { describe, expect, it, test } from 'vitest';
import { selectorFault, selectorMatches } from '../../../../src/cluster/api/cel/device-selector.js';
import type { Device } from '../../../../src/cluster/api/objects/devices.js';

const DEVICE: Device = {
  name: 'gpu-0',
  attributes: {
    model: { string: 'LATEST-GPU-1' },
    index: { int: 3 },
    healthy: { bool: true },
    driverVersion: { version: '1.12.0-rc.2' },
    'other.example.com/rack': { string: 'r7' },
  },
  capacity: { memory: { value: '80Gi' }, 'other.example.com/links': { value: '4' } },
};
const own = (field: string): string => `device.attributes["gpu.example.com"].${field}`;
const memory = 'device.capacity["gpu.example.com"].memory';
const evaluate = (expression: string) => selectorMatches(expression, 'gpu.example.com', DEVICE);

test.each([
  'device.driver == "gpu.example.com"',
  `${own('model')} == "LATEST-GPU-1"`,
  `${own('model')}.startsWith("LATEST") && ${own('model')}.lowerAscii() == "latest-gpu-1"`,
  own('healthy'),
  `${own('index')} in [1, 3] && ${own('index')} >= 2`,
  'device.attributes["other.example.com"].rack == "r7"',
  `${memory}.compareTo(quantity("40Gi")) > 0 && ${memory}.isGreaterThan(quantity("79Gi"))`,
  `${memory} == quantity("81920Mi") && ${memory}.asInteger() == 85899345920`,
  `${memory}.sub(quantity("70Gi")).isLessThan(quantity("11Gi"))`,
  `${own('driverVersion')}.isLessThan(semver("1.12.0")) && ${own('driverVersion')}.isGreaterThan(semver("1.12.0-rc.1"))`,
  `${own('driverVersion')}.major() == 1 && ${own('driverVersion')}.minor() == 12`,
  'cel.bind(gpu, device.attributes["gpu.example.com"], gpu.index == 3 && gpu.healthy)',
  `has(${own('model')}) && !has(${own('serial')}) && !has(device.attributes["nobody"].x)`,
  '!("serial" in device.attributes["gpu.example.com"])',
  'device.attributes["gpu.example.com"].?serial.orValue("none") == "none"',
  `${own('model')}.matches("^LATEST-GPU-[0-9]$")`,
  // An error on one side does not matter where the other decides.
  `${own('serial')} == "x" || device.driver == "gpu.example.com"`,
  'device.allowMultipleAllocations == false',
  '!isQuantity("much") && isSemver("1.2.3")',
])('%s holds', (expression) => {
  expect(selectorFault(expression)).toBeUndefined();
  expect(evaluate(expression)).toBe(true);
});

describe('errors', () => {
  it.each([
    [own('serial') + ' == "x"', 'CEL runtime error: no such key: serial'],
    ['device.attributes["nobody"].x == 1', 'CEL runtime error: no such key: x'],
    [own('model'), 'CEL runtime error: CEL result of type string could not be converted to bool'],
    [`${own('model')} == "x" &&`, 'CEL compile error: compilation failed: Unexpected token: EOF'],
    ['device.name == "x"', 'CEL compile error: compilation failed: No such key: name'],
    ['device.driver', 'CEL compile error: must evaluate to bool or the unknown type, not string'],
  ])('of %s', (expression, error) => {
    expect(evaluate(expression)).toEqual({ error });
  });

  it('of texts that cannot be compiled are known beforehand', () => {
    expect(selectorFault('device.driver == 3 +')).toBe('compilation failed: Unexpected token: EOF');
    expect(selectorFault('1 + 2')).toBe('must evaluate to bool or the unknown type, not int');
  });
});
