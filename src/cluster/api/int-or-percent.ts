import type { IntOrString } from './objects/meta.js';

export type ScaledResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: string };

const INT64_MAX = 9223372036854775807n;

/**
 * A count, or a percentage of `total` rounded up or down.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/util/intstr: GetScaledValueFromIntOrPercent.
 */
export function scaledValue(intOrPercent: IntOrString, total: number, roundUp: boolean): ScaledResult {
  if (typeof intOrPercent === 'number') return { ok: true, value: intOrPercent };
  if (!intOrPercent.endsWith('%')) return failed('invalid type: string is not a percentage');
  const digits = intOrPercent.slice(0, -1);
  if (!/^[+-]?[0-9]+$/.test(digits)) {
    return failed(`invalid value "${intOrPercent}": strconv.Atoi: parsing "${digits}": invalid syntax`);
  }
  const percent = BigInt(digits);
  if (percent > INT64_MAX || percent < -INT64_MAX - 1n) {
    return failed(`invalid value "${intOrPercent}": strconv.Atoi: parsing "${digits}": value out of range`);
  }
  const product = Number(percent) * total;
  return { ok: true, value: (roundUp ? Math.ceil(product / 100) : Math.floor(product / 100)) + 0 };
}

function failed(reason: string): ScaledResult {
  return { ok: false, error: `invalid value for IntOrString: ${reason}` };
}
