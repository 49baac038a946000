import type { Environment } from '@marcbachmann/cel-js';
import {
  addQuantities,
  compareQuantities,
  NANO,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../quantity.js';

/**
 * Quantities in CEL, as the API server's library has them.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apiserver/pkg/cel/library/quantity.go.
 */
export class CelQuantity {
  readonly amount: Quantity;

  constructor(amount: Quantity) {
    this.amount = amount;
  }
}

export function registerQuantity(environment: Environment): void {
  const compare = (left: CelQuantity, right: CelQuantity): number => compareQuantities(left.amount, right.amount);
  environment
    .registerType('Quantity', { ctor: CelQuantity, fields: {} })
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text).ok)
    .registerFunction('quantity(string): Quantity', (text: string) => {
      const result = parseQuantity(text);
      if (!result.ok) throw new Error(result.error);
      return new CelQuantity(result.quantity);
    })
    .registerFunction('Quantity.compareTo(Quantity): int', (left, right) => BigInt(compare(left, right)))
    .registerFunction('Quantity.isGreaterThan(Quantity): bool', (left, right) => compare(left, right) > 0)
    .registerFunction('Quantity.isLessThan(Quantity): bool', (left, right) => compare(left, right) < 0)
    .registerFunction('Quantity.sign(): int', ({ amount: { nano } }: CelQuantity) => {
      return nano === 0n ? 0n : nano > 0n ? 1n : -1n;
    })
    .registerFunction('Quantity.isInteger(): bool', ({ amount }: CelQuantity) => amount.nano % NANO === 0n)
    .registerFunction('Quantity.asInteger(): int', ({ amount: { nano } }: CelQuantity) => {
      if (nano % NANO !== 0n) throw new Error('cannot convert value to integer');
      return nano / NANO;
    })
    .registerFunction('Quantity.asApproximateFloat(): double', ({ amount }: CelQuantity) => Number(amount.nano) / 1e9)
    .registerFunction('Quantity.add(Quantity): Quantity', (left, right) => sum(left, right.amount))
    .registerFunction('Quantity.add(int): Quantity', (left, right: bigint) => sum(left, whole(right)))
    .registerFunction('Quantity.sub(Quantity): Quantity', (left, right) => difference(left, right.amount))
    .registerFunction('Quantity.sub(int): Quantity', (left, right: bigint) => difference(left, whole(right)))
    .registerOperator('Quantity == Quantity', (left, right) => compare(left, right) === 0);
}

function sum({ amount }: CelQuantity, other: Quantity): CelQuantity {
  return new CelQuantity(addQuantities(amount, other));
}

function difference({ amount }: CelQuantity, other: Quantity): CelQuantity {
  return new CelQuantity(subtractQuantities(amount, other));
}

function whole(integer: bigint): Quantity {
  return { nano: integer * NANO, format: 'DecimalSI', isBig: false };
}
