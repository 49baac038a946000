import { Environment } from '@marcbachmann/cel-js';
import type { Device, DeviceAttribute } from '../objects/devices.js';
import { quantity } from '../quantity.js';
import { CelQuantity, registerQuantity } from './quantity-type.js';
import { CelSemver, parseSemver, registerSemver } from './semver-type.js';

/**
 * Selectors of devices, written in CEL. Compiled expressions, and what they said of a device, are kept: both depend on nothing else.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/dynamic-resource-allocation/cel/compile.go. Words of errors are in part those of our CEL library.
 */

/** A device as an expression sees it. */
class CelDevice {
  readonly driver: string;
  readonly allowMultipleAllocations: boolean;
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly capacity: ReadonlyMap<string, ReadonlyMap<string, CelQuantity>>;

  constructor(driver: string, { attributes = {}, capacity = {}, allowMultipleAllocations = false }: Device) {
    this.driver = driver;
    this.allowMultipleAllocations = allowMultipleAllocations;
    this.attributes = byDomain(driver, attributes, valueOf);
    this.capacity = byDomain(driver, capacity, ({ value }) => new CelQuantity(quantity(value)));
  }
}

function valueOf({ int, bool, string, version }: DeviceAttribute): unknown {
  if (int !== undefined) return BigInt(int);
  return bool ?? string ?? parseSemver(version ?? '');
}

/** Names without a domain are the driver's. A domain that nobody has mentioned is empty, and no mistake. */
function byDomain<Given, Kept>(
  driver: string,
  entries: Readonly<Record<string, Given>>,
  convert: (given: Given) => Kept,
): Map<string, Map<string, Kept>> {
  const domains = new Map<string, Map<string, Kept>>();
  for (const [name, given] of Object.entries(entries)) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const values = domains.get(domain) ?? new Map<string, Kept>();
    domains.set(domain, values.set(name.slice(slash + 1), convert(given)));
  }
  const known = domains.get.bind(domains);
  domains.get = (domain) => known(domain) ?? new Map<string, Kept>();
  return domains;
}

function createEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true });
  registerQuantity(environment);
  registerSemver(environment);
  return environment
    .registerType('Device', {
      ctor: CelDevice,
      fields: {
        driver: 'string',
        allowMultipleAllocations: 'bool',
        attributes: 'map<string, map<string, dyn>>',
        capacity: 'map<string, map<string, Quantity>>',
      },
    })
    .registerVariable('device', 'Device');
}

let environment: Environment | undefined;

type Compiled =
  | { readonly error: string }
  | { readonly error?: undefined; readonly evaluate: (context: { readonly device: CelDevice }) => unknown };

const compiled = new Map<string, Compiled>();
/** Distinct expressions in one process are few; the limit only bounds memory. */
const CACHE_LIMIT = 1_000;

/** Our library knows `has` only of plain names; of an attribute of a domain it says the same as `in`. */
const HAS_IN_DOMAIN =
  /\bhas\(\s*(device\.(?:attributes|capacity)\[(?:"[^"]*"|'[^']*')\])\.([A-Za-z_][A-Za-z0-9_]*)\s*\)/g;

/** What is wrong with an expression, in the API server's frame; undefined: it can be evaluated. */
export function selectorFault(expression: string): string | undefined {
  return compile(expression).error;
}

function compile(expression: string): Compiled {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  if (compiled.size >= CACHE_LIMIT) compiled.clear();
  const made = compileAnew(expression.replaceAll(HAS_IN_DOMAIN, '("$2" in $1)'));
  compiled.set(expression, made);
  return made;
}

function compileAnew(expression: string): Compiled {
  environment ??= createEnvironment();
  const { valid, type, error } = environment.check(expression);
  if (!valid) return { error: `compilation failed: ${error?.summary ?? 'unknown error'}` };
  if (type !== 'bool' && type !== 'dyn') {
    return { error: `must evaluate to bool or the unknown type, not ${String(type)}` };
  }
  return { evaluate: environment.parse(expression) };
}

/** Whether a device matches, or the error that ends the attempt: `CEL compile error: ...`, `CEL runtime error: ...`. */
export type SelectorResult = boolean | { readonly error: string };

/** Stored devices never change. */
const said = new WeakMap<Device, Map<string, SelectorResult>>();
const seen = new WeakMap<Device, CelDevice>();

export function selectorMatches(expression: string, driver: string, device: Device): SelectorResult {
  let results = said.get(device);
  if (results === undefined) said.set(device, (results = new Map()));
  const known = results.get(expression);
  if (known !== undefined) return known;
  const result = evaluate(expression, driver, device);
  results.set(expression, result);
  return result;
}

function evaluate(expression: string, driver: string, device: Device): SelectorResult {
  const program = compile(expression);
  if (program.error !== undefined) return { error: `CEL compile error: ${program.error}` };
  let visible = seen.get(device);
  if (visible === undefined) seen.set(device, (visible = new CelDevice(driver, device)));
  try {
    const result = program.evaluate({ device: visible });
    if (typeof result === 'boolean') return result;
    return { error: `CEL runtime error: CEL result of type ${typeName(result)} could not be converted to bool` };
  } catch (error) {
    const { summary, message } = error as { readonly summary?: string; readonly message: string };
    return { error: `CEL runtime error: ${(summary ?? message).replace(/^No such key/, 'no such key')}` };
  }
}

function typeName(value: unknown): string {
  if (typeof value === 'bigint') return 'int';
  if (value instanceof CelSemver) return 'kubernetes.Semver';
  return typeof value;
}
