/** One measured figure, as it is printed: a line of JSON, or a row of the table. */
export interface Figure {
  readonly bench: string;
  /** What was varied: "1000 pending", "100 pods". */
  readonly case: string;
  /** What was measured and what it was measured on: "hold operations, wavetank". */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** value / baseline.value */
  readonly ratio?: number;
}

export interface Benchmark {
  readonly name: string;
  /** What is measured, and how it is repeated: printed above the table. */
  readonly description: string;
  run(): Figure[] | Promise<Figure[]>;
}

/** Processor time of this process in seconds: unlike time on the wall, blind to what else the machine does. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Contestant {
  readonly name: string;
  /** Does the work of one repetition. */
  work(): void;
}

/**
 * The median processor seconds of each contestant's work. The contestants take turns in every repetition, so that a
 * slow moment of the machine meets all of them; the first round warms up and is not counted.
 */
export function interleaved(contestants: readonly Contestant[], repetitions: number): number[] {
  const seconds: number[][] = contestants.map(() => []);
  for (let round = -1; round < repetitions; round++) {
    for (const [index, contestant] of contestants.entries()) {
      globalThis.gc?.();
      const before = cpuSeconds();
      contestant.work();
      if (round >= 0) seconds[index]!.push(cpuSeconds() - before);
    }
  }
  return seconds.map(median);
}

/** A figure with the baseline that it is compared with. */
export function compared(
  figure: Omit<Figure, 'baseline' | 'ratio'>,
  baseline: { readonly name: string; readonly value: number },
): Figure {
  return { ...figure, baseline, ratio: figure.value / baseline.value };
}
