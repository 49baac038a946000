import {
  constant,
  type Distribution,
  empirical,
  exponential,
  gamma,
  gammaByMean,
  lognormal,
  lognormalByMedian,
  lognormalByPercentiles,
  mixture,
  normal,
  pareto,
  uniform,
  weibull,
} from './distributions.js';

/** Reads a quantity such as `250us` or `16KiB` into the distribution's unit; undefined if it is none. */
export type ParseUnit = (text: string) => number | undefined;

/** Finds the values of `empirical(REFERENCE)`; a text says why they cannot be had. */
export type FindValues = (reference: string) => readonly number[] | string;

export type ParsedDistribution =
  | { readonly distribution: Distribution; readonly error?: undefined }
  | { readonly distribution?: undefined; readonly error: DistributionError };

export interface DistributionError {
  readonly message: string;
  /** Where in the text, in UTF-16 units from its start. */
  readonly offset: number;
  /** A word that is not known, and those that are; empty if something else is wrong. */
  readonly unknown: string;
  readonly known: readonly string[];
}

/** A mixture in a mixture in a mixture is as deep as anybody has meant. */
const MAXIMUM_DEPTH = 4;

/** A user's mistake, on its way to becoming a value. Never leaves this file. */
class SyntaxMistake extends Error {
  readonly offset: number;
  readonly unknown: string;
  constructor(offset: number, message: string, unknown = '') {
    super(message);
    this.offset = offset;
    this.unknown = unknown;
  }
}

/** A piece of the text, without the blanks around it. */
interface Piece {
  readonly text: string;
  readonly offset: number;
}

interface Argument extends Piece {
  /** Empty for an argument given by its position. */
  readonly key: string;
  readonly keyOffset: number;
}

/**
 * A distribution as scenarios write it: `250us`, `uniform(1ms, 2ms)`, `exponential(3ms)`, `normal(mean=…, sd=…)`,
 * `lognormal(p50=1.2s, p99=4s)` (any two percentiles, `mean=, sd=`, or `median=, sigma=`), `gamma(mean=…, sd=…)`,
 * `weibull(scale=…, shape=…)`, `pareto(min=…, shape=…, max=…)`, `mixture(90% …, 10% …)`, `empirical(file.csv)`.
 */
export function parseDistribution(text: string, parseUnit: ParseUnit, findValues?: FindValues): ParsedDistribution {
  try {
    return { distribution: new Reader(parseUnit, findValues).read(trimmed({ text, offset: 0 }), 0) };
  } catch (mistake) {
    if (!(mistake instanceof SyntaxMistake)) throw mistake;
    const { message, offset, unknown } = mistake;
    return { error: { message, offset, unknown, known: unknown === '' ? [] : KNOWN } };
  }
}

type Form = (call: Call) => Distribution;

/** What may be written, as it is shown to the user when nothing fits. */
const FORMS: ReadonlyMap<string, { readonly usage: string; readonly read: Form }> = new Map([
  ['constant', { usage: 'constant(VALUE)', read: (call) => constant(call.quantity('value')) }],
  [
    'uniform',
    {
      usage: 'uniform(MIN, MAX)',
      read: (call) => {
        const minimum = call.quantity('min');
        return uniform(
          minimum,
          call.checked('max', call.quantity('max'), (max) => max >= minimum, 'less than min'),
        );
      },
    },
  ],
  ['exponential', { usage: 'exponential(MEAN)', read: (call) => exponential(call.quantity('mean')) }],
  ['normal', { usage: 'normal(mean=…, sd=…)', read: (call) => normal(call.quantity('mean'), call.quantity('sd')) }],
  [
    'lognormal',
    { usage: 'lognormal(p50=…, p99=…), lognormal(mean=…, sd=…) or lognormal(median=…, sigma=…)', read: readLognormal },
  ],
  [
    'gamma',
    {
      usage: 'gamma(mean=…, sd=…) or gamma(shape=…, scale=…)',
      read: (call) =>
        call.has('shape')
          ? gamma(call.positiveNumber('shape'), call.quantity('scale'))
          : gammaByMean(call.positive('mean'), call.positive('sd')),
    },
  ],
  [
    'weibull',
    {
      usage: 'weibull(scale=…, shape=…)',
      read: (call) => weibull(call.quantity('scale'), call.positiveNumber('shape')),
    },
  ],
  [
    'pareto',
    {
      usage: 'pareto(min=…, shape=…, max=…)',
      read: (call) => {
        const minimum = call.positive('min');
        const shape = call.positiveNumber('shape');
        return pareto(
          minimum,
          shape,
          call.checked('max', call.quantity('max'), (max) => max > minimum, 'not more than min'),
        );
      },
    },
  ],
]);

const KNOWN = [...FORMS.keys(), 'mixture', 'empirical'];

function readLognormal(call: Call): Distribution {
  if (call.has('median')) return lognormalByMedian(call.positive('median'), call.positiveNumber('sigma'));
  const percentiles = call.percentiles();
  if (percentiles.length === 0) return lognormal(call.positive('mean'), call.quantity('sd'));
  const [lower, upper] = percentiles.toSorted((a, b) => a.probability - b.probability);
  if (upper === undefined || percentiles.length > 2) call.fail('two percentiles are needed, such as p50 and p99');
  if (lower!.probability === upper.probability) call.fail(`${upper.key} is given twice`);
  const value = call.checked(
    upper.key,
    call.positive(upper.key),
    (high) => high >= call.positive(lower!.key),
    `less than ${lower!.key}`,
  );
  return lognormalByPercentiles(
    { probability: lower!.probability, value: call.positive(lower!.key) },
    { probability: upper.probability, value },
  );
}

class Reader {
  readonly parseUnit: ParseUnit;
  readonly findValues: FindValues | undefined;

  constructor(parseUnit: ParseUnit, findValues: FindValues | undefined) {
    this.parseUnit = parseUnit;
    this.findValues = findValues;
  }

  read(piece: Piece, depth: number): Distribution {
    const { text, offset } = piece;
    const open = text.indexOf('(');
    if (open < 0) return this.constant(piece);
    const name = text.slice(0, open).trim();
    const pieces = argumentPieces(piece, open);
    if (name === 'mixture') return this.mixture(pieces, depth);
    if (name === 'empirical') return this.empirical(pieces, offset);
    const form = FORMS.get(name);
    if (form === undefined) {
      throw new SyntaxMistake(offset, `unknown distribution "${name}"; known are ${KNOWN.join(', ')}`, name);
    }
    const call = new Call(this, { text: form.usage, offset }, pieces.map(asArgument));
    const distribution = form.read(call);
    call.checkAllRead();
    return distribution;
  }

  constant(piece: Piece): Distribution {
    const name = piece.text;
    if (KNOWN.includes(name)) throw new SyntaxMistake(piece.offset, `"${name}" needs its parameters in parentheses`);
    return constant(this.quantity(piece));
  }

  quantity(piece: Piece): number {
    const value = this.parseUnit(piece.text);
    if (value === undefined)
      throw new SyntaxMistake(
        piece.offset,
        `"${piece.text}" is not a quantity of the right unit, such as "1.5s" or "250us"`,
      );
    if (!(value >= 0 && value < Infinity)) throw new SyntaxMistake(piece.offset, `"${piece.text}" is negative`);
    return value;
  }

  mixture(pieces: readonly Piece[], depth: number): Distribution {
    if (depth >= MAXIMUM_DEPTH)
      throw new SyntaxMistake(pieces[0]!.offset, `mixtures nested deeper than ${MAXIMUM_DEPTH}`);
    let total = 0;
    const weighted = pieces.map((piece) => {
      const match = /^(\d+(?:\.\d+)?)%\s*/.exec(piece.text);
      if (match === null)
        throw new SyntaxMistake(piece.offset, 'a part of a mixture starts with its share: 90% exponential(1ms)');
      total += Number(match[1]);
      const rest = { text: piece.text.slice(match[0].length), offset: piece.offset + match[0].length };
      return { weight: Number(match[1]), part: this.read(rest, depth + 1) };
    });
    if (Math.abs(total - 100) > 1e-6) {
      throw new SyntaxMistake(pieces[0]!.offset, `the shares of the mixture add up to ${total}%, not to 100%`);
    }
    return mixture(weighted);
  }

  empirical(pieces: readonly Piece[], offset: number): Distribution {
    const [reference] = pieces;
    if (reference === undefined || pieces.length > 1 || reference.text === '') {
      throw new SyntaxMistake(offset, 'empirical takes one file: empirical(latencies.csv)');
    }
    const values = this.findValues?.(reference.text) ?? 'files cannot be used here';
    if (typeof values === 'string')
      throw new SyntaxMistake(reference.offset, `empirical(${reference.text}): ${values}`);
    const bad = values.find((value) => !(value >= 0 && value < Infinity));
    if (values.length === 0 || bad !== undefined) {
      const problem = bad === undefined ? 'holds no values' : `holds ${bad}; a value must be 0 or more`;
      throw new SyntaxMistake(reference.offset, `empirical(${reference.text}): ${problem}`);
    }
    return empirical(values);
  }
}

/** The arguments of one `name(...)`: by key, or by position in the order in which the form asks for them. */
class Call {
  readonly reader: Reader;
  readonly usage: Piece;
  readonly arguments: readonly Argument[];
  readonly read = new Set<Argument>();

  constructor(reader: Reader, usage: Piece, list: readonly Argument[]) {
    this.reader = reader;
    this.usage = usage;
    this.arguments = list;
  }

  has(key: string): boolean {
    return this.arguments.some((argument) => argument.key === key);
  }

  quantity(key: string): number {
    return this.reader.quantity(this.take(key));
  }

  positive(key: string): number {
    return this.checked(key, this.quantity(key), (value) => value > 0, 'not positive');
  }

  positiveNumber(key: string): number {
    const { text } = this.take(key);
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
    return this.checked(key, value, (number) => number > 0, 'not a positive number');
  }

  checked(key: string, value: number, holds: (value: number) => boolean, problem: string): number {
    const { text, offset } = this.take(key);
    if (!holds(value)) throw new SyntaxMistake(offset, `${key} "${text}" is ${problem}`);
    return value;
  }

  percentiles(): { readonly key: string; readonly probability: number }[] {
    return this.arguments.flatMap(({ key }) => {
      const probability = /^p\d+(?:\.\d+)?$/.test(key) ? Number(key.slice(1)) / 100 : 0;
      return probability > 0 && probability < 0.999_999_9 ? [{ key, probability }] : [];
    });
  }

  /** The argument of this key; else the first one without a key that nothing else has taken. */
  take(key: string): Argument {
    const named = this.arguments.filter((argument) => argument.key === key);
    if (named.length > 1) throw new SyntaxMistake(named[1]!.keyOffset, `${key} is given twice`);
    const taken = named[0] ?? this.byPosition(key);
    this.read.add(taken);
    return taken;
  }

  readonly positions = new Map<string, Argument>();

  byPosition(key: string): Argument {
    const known = this.positions.get(key);
    if (known !== undefined) return known;
    const next = this.arguments.find((argument) => argument.key === '' && !this.read.has(argument));
    if (next === undefined) this.fail(`${key} is missing`);
    this.positions.set(key, next);
    return next;
  }

  checkAllRead(): void {
    const left = this.arguments.find((argument) => !this.read.has(argument));
    if (left === undefined) return;
    throw new SyntaxMistake(
      left.keyOffset,
      `unexpected "${left.key === '' ? left.text : left.key}": write ${this.usage.text}`,
    );
  }

  fail(problem: string): never {
    throw new SyntaxMistake(this.usage.offset, `${problem}: write ${this.usage.text}`);
  }
}

/** Splits what stands between the parentheses at the commas of the outermost level. */
function argumentPieces(piece: Piece, open: number): Piece[] {
  const { text, offset } = piece;
  const pieces: Piece[] = [];
  let depth = 0;
  let start = open + 1;
  for (let index = open; index < text.length; index++) {
    const character = text[index];
    if (character === '(') depth += 1;
    const closing = character === ')';
    if (depth === 1 && (closing || character === ',')) {
      pieces.push(trimmed({ text: text.slice(start, index), offset: offset + start }));
      start = index + 1;
    }
    if (!closing) continue;
    depth -= 1;
    if (depth > 0) continue;
    const rest = trimmed({ text: text.slice(index + 1), offset: offset + index + 1 });
    if (rest.text !== '')
      throw new SyntaxMistake(rest.offset, `unexpected "${rest.text}" after the closing parenthesis`);
    return pieces;
  }
  throw new SyntaxMistake(offset + open, 'this parenthesis is not closed');
}

function asArgument(piece: Piece): Argument {
  const equals = piece.text.indexOf('=');
  if (equals < 0) return { ...piece, key: '', keyOffset: piece.offset };
  const value = trimmed({ text: piece.text.slice(equals + 1), offset: piece.offset + equals + 1 });
  return { ...value, key: piece.text.slice(0, equals).trim(), keyOffset: piece.offset };
}

function trimmed(piece: Piece): Piece {
  const start = piece.text.length - piece.text.trimStart().length;
  return { text: piece.text.trim(), offset: piece.offset + start };
}
