import { describe, expect, test } from 'vitest';
import { codeOf, lineOf, type SourceFile, sourceFiles } from './source-files.js';

/** What would make a run differ from another one of the same seed, and what to do instead. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\bMath\s*\.\s*random\b/g, 'a named stream (kernel/random.ts)'],
  [
    /\bcrypto\s*\.\s*(?:randomUUID|getRandomValues|randomBytes)\b|\brandomUUID\s*\(/g,
    'a named stream (kernel/random.ts)',
  ],
  [/\bnew\s+Date\b|\bDate\s*\.\s*(?:now|parse|UTC)\b|(?<![\w.])Date\s*\(/g, 'the virtual clock'],
  [/\bperformance\s*\.\s*now\b|\bhrtime\b/g, 'the virtual clock'],
  [/(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\s*\(/g, 'an event'],
  [/\bprocess\s*\.\s*nextTick\b/g, 'an event'],
  [/\.\s*(?:localeCompare|toLocale\w+)\s*\(/g, 'an order by <, a format of our own'],
  [/(?<![\w.])Intl\s*\./g, 'a format of our own'],
  [/\bMath\s*\.\s*pow\b|\*\*/g, 'pow of kernel/math.ts'],
];

/** Functions whose last bits an engine may choose: they are called through kernel/math.ts only. */
const TRANSCENDENTAL =
  /\bMath\s*\.\s*(?:log|log2|log10|log1p|exp|expm1|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot)\b/g;

/** The only door to them. */
const MATH_FILE = 'src/kernel/math.ts';

/** The command line measures real time, for people: its progress, not its results. */
const OUTSIDE_THE_MODEL = /^src\/cli\//;

function findings(file: SourceFile): string[] {
  if (OUTSIDE_THE_MODEL.test(file.path)) return [];
  const code = codeOf(file.text);
  const rules = file.path === MATH_FILE ? FORBIDDEN : [...FORBIDDEN, [TRANSCENDENTAL, 'kernel/math.ts'] as const];
  return rules.flatMap(([pattern, instead]) =>
    [...code.matchAll(pattern)].map(
      ({ index, 0: found }) => `${file.path}:${lineOf(code, index)}: ${found.trim()}; use ${instead}`,
    ),
  );
}

const inFile = (text: string, path = 'src/traffic/sample.ts'): string[] => findings({ path, text });

test('nothing under src depends on the clock, the machine or its language', () => {
  expect(sourceFiles('src').flatMap(findings)).toEqual([]);
});

describe('the check finds', () => {
  test.each([
    'const x = Math.random();',
    'const x = crypto.randomUUID();',
    'const x = Date.now();',
    'const x = new Date();',
    'const x = Date();',
    'const x = performance.now();',
    'const x = process.hrtime.bigint();',
    'setTimeout(f, 1);',
    'setInterval(f, 1);',
    'queueMicrotask(f);',
    'names.sort((a, b) => a.localeCompare(b));',
    'const x = count.toLocaleString();',
    'const x = new Intl.NumberFormat();',
    'const x = 10 ** 3;',
    'x **= 2;',
    'const x = Math.pow(2, y);',
    'const x = Math.log(y);',
    'const x = Math.exp(-y);',
    'const x = `${Math.random()} seconds`;',
    "const x = `it isn't ${Math.random()} or isn't it`;",
    "const quoted = 'it is'; const x = Math.random();",
    'const half = x / 2; const y = Math.random() / 2;',
  ])('%s', (text) => {
    expect(inFile(text)).toHaveLength(1);
  });

  test('the line', () => {
    expect(inFile('/* one\ntwo */\nMath.random();')).toEqual([
      'src/traffic/sample.ts:3: Math.random; use a named stream (kernel/random.ts)',
    ]);
  });
});

describe('the check lets pass', () => {
  test.each([
    '// Math.random() is not used here',
    '/** never `Date.now()`, never a ** b */',
    "const message = 'no Math.random()';",
    'const message = `no Math.random() for ${name}`;',
    'const pattern = /a**Date.now/;',
    'const x = Math.sqrt(Math.max(1, y));',
    'const creationDate = readDate(text);',
    'interface Clock { setTimeout: number }',
  ])('%s', (text) => {
    expect(inFile(text)).toEqual([]);
  });

  test('real time in the command line, transcendental functions in kernel/math.ts', () => {
    expect(inFile('const started = performance.now();', 'src/cli/progress.ts')).toEqual([]);
    expect(inFile('export const log = Math.log;', 'src/kernel/math.ts')).toEqual([]);
  });
});
