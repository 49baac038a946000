/** One parameter to vary and the values it takes, as texts for `--set`. */
export interface Variation {
  readonly name: string;
  readonly values: readonly string[];
}

/** One run of a sweep. */
export interface PlannedRun {
  /** Place in the plan: the order of rows in the results, whoever finishes first. */
  readonly index: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly seed: string;
}

/** More runs than this are a mistake rather than a plan. */
export const MAXIMUM_RUNS = 100_000;

/** `0,25%,100%` or `2..4` (whole numbers) as values; an error message for anything else. */
export function parseVariation(text: string): Variation | string {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals === text.length - 1) return `expected name=value,value or name=from..to, got "${text}"`;
  const name = text.slice(0, equals);
  const values = text.slice(equals + 1);
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(values);
  if (range === null) return { name, values: values.split(',') };
  const [from, to] = [Number(range[1]), Number(range[2])];
  if (to < from) return `${name}: the range ${values} is empty`;
  if (to - from >= MAXIMUM_RUNS) return `${name}: the range ${values} has more than ${MAXIMUM_RUNS} values`;
  return { name, values: Array.from({ length: to - from + 1 }, (_, step) => String(from + step)) };
}

/** Every combination of values, the last parameter fastest, each with every seed. */
export function planSweep(variations: readonly Variation[], seeds: readonly string[]): PlannedRun[] {
  let combinations: Readonly<Record<string, string>>[] = [{}];
  for (const { name, values } of variations) {
    combinations = combinations.flatMap((combination) => values.map((value) => ({ ...combination, [name]: value })));
  }
  return combinations.flatMap((parameters, combination) =>
    seeds.map((seed, index) => ({ index: combination * seeds.length + index, parameters, seed })),
  );
}

/** Seeds of a sweep: the scenario's own and the ones derived from it, the same for every combination of parameters. */
export function sweepSeeds(seed: string, count: number): string[] {
  const number = Number(seed);
  const step = (index: number): string => (Number.isSafeInteger(number) ? String(number + index) : `${seed}-${index}`);
  return Array.from({ length: count }, (_, index) => (index === 0 ? seed : step(index)));
}
