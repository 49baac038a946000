import type { Environment } from '@marcbachmann/cel-js';

/**
 * Semantic versions in CEL. Source: kubernetes v1.36.3 staging/src/k8s.io/apiserver/pkg/cel/library/semverlib.go; the order is that of
 * semver.org 2.0.0, section 11.
 */
export class CelSemver {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];

  constructor(numbers: readonly bigint[], preRelease: readonly string[]) {
    this.numbers = numbers;
    this.preRelease = preRelease;
  }
}

const NUMBER = '(0|[1-9]\\d*)';
const PRE_RELEASE = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const BUILD = '[0-9a-zA-Z-]+';
const SHAPE = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PRE_RELEASE}(?:\\.${PRE_RELEASE})*))?(?:\\+${BUILD}(?:\\.${BUILD})*)?$`,
);

/** Undefined: the text is no version. */
export function parseSemver(text: string): CelSemver | undefined {
  const parts = SHAPE.exec(text);
  if (parts === null) return undefined;
  return new CelSemver([BigInt(parts[1]!), BigInt(parts[2]!), BigInt(parts[3]!)], parts[4]?.split('.') ?? []);
}

function compareSemver(left: CelSemver, right: CelSemver): number {
  for (const [place, number] of left.numbers.entries()) {
    const other = right.numbers[place]!;
    if (number !== other) return number < other ? -1 : 1;
  }
  const [before, after] = [left.preRelease, right.preRelease];
  if (before.length === 0 || after.length === 0) return Math.sign(after.length - before.length);
  for (const [place, part] of before.entries()) {
    const other = after[place];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return before.length === after.length ? 0 : -1;
}

/** Numbers come before words. */
function compareParts(left: string, right: string): number {
  if (left === right) return 0;
  const [isNumber, isOtherNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (isNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
  return left < right ? -1 : 1;
}

export function registerSemver(environment: Environment): void {
  environment
    .registerType('Semver', { ctor: CelSemver, fields: {} })
    .registerFunction('isSemver(string): bool', (text: string) => parseSemver(text) !== undefined)
    .registerFunction('semver(string): Semver', (text: string) => {
      const version = parseSemver(text);
      if (version === undefined) throw new Error('No Major.Minor.Patch elements found');
      return version;
    })
    .registerFunction('Semver.major(): int', ({ numbers }: CelSemver) => numbers[0])
    .registerFunction('Semver.minor(): int', ({ numbers }: CelSemver) => numbers[1])
    .registerFunction('Semver.patch(): int', ({ numbers }: CelSemver) => numbers[2])
    .registerFunction('Semver.compareTo(Semver): int', (left, right) => BigInt(compareSemver(left, right)))
    .registerFunction('Semver.isGreaterThan(Semver): bool', (left, right) => compareSemver(left, right) > 0)
    .registerFunction('Semver.isLessThan(Semver): bool', (left, right) => compareSemver(left, right) < 0)
    .registerOperator('Semver == Semver', (left, right) => compareSemver(left, right) === 0);
}
