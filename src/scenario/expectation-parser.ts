import { parseDuration } from '../kernel/duration.js';
import type { Micros } from '../kernel/time.js';
import { kindOf } from '../cluster/api/kinds.js';
import { tellCustom } from './custom-kinds.js';
import { shown, suggestion } from './diagnostics.js';
import { type FigureNames, readFigure } from './expectation-figures.js';
import { checkFieldValue } from './expectation-fields.js';
import type { Comparison, Expectation, Figure, FigureValue, When } from './expectations.js';
import { fail, parseRate, percent, positionOf, type Scope } from './scope.js';
import { mistake, type Read, reading, type Word } from './shell-words.js';
import type { TimelineEntry } from './types.js';

/** What expectations refer to. */
export interface ExpectationContext extends FigureNames {
  readonly timeline: readonly TimelineEntry[];
  /** Words for custom kinds. */
  readonly customKinds: readonly string[];
  readonly durationUs: Micros;
}

/** All expectations of a scenario; faulty ones are reported and left out. */
export function readExpectations(scope: Scope, texts: readonly string[], context: ExpectationContext): Expectation[] {
  return texts.flatMap((text, index) => {
    const path = ['expect', index];
    const read = parseExpectation(text, context);
    if (read.fault === undefined) return [{ text, position: positionOf(scope, path), ...read.value }];
    const fault = tellCustom(read.fault, context.customKinds);
    fail(scope, path, 'invalid-expectation', fault.message, fault.hint, fault.offset, fault.length);
    return [];
  });
}

/** Reads `FIGURE COMPARISON VALUE [WHEN]`. */
export function parseExpectation(
  text: string,
  context: ExpectationContext,
): Read<Omit<Expectation, 'text' | 'position'>> {
  return reading(() => {
    const found = findComparison(text);
    if (found === undefined) {
      mistake({ text, offset: 0 }, 'expected FIGURE COMPARISON VALUE, for example p99(shoppers) < 300ms');
    }
    const { start, end } = found;
    const figure = readFigure(trimmed(text, 0, start), context);
    const rest = trimmed(text, end, text.length);
    const match = /^("[^"]*"|'[^']*'|\S+)(?:\s+(\S.*))?$/s.exec(rest.text);
    if (match === null) mistake(rest, 'expected a value after the comparison');
    const valueWord = { text: match[1]!, offset: rest.offset };
    const value = readValue(valueWord, figure);
    if (figure.of === 'field') checkFieldValue(valueWord, kindOf(figure.object.kind)!, figure.path, value);
    const comparison = COMPARISONS.get(text.slice(start, end))!;
    if (typeof value !== 'number' && comparison !== '=' && comparison !== '!=') {
      mistake({ text: text.slice(start, end), offset: start }, 'text can only be compared with = and !=');
    }
    const whenText = match[2] ?? '';
    const when = readWhen({ text: whenText, offset: rest.offset + rest.text.length - whenText.length }, context);
    return { figure, comparison, value, when };
  });
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['<=', '<='],
  ['>=', '>='],
  ['!=', '!='],
  ['==', '='],
  ['<', '<'],
  ['>', '>'],
  ['=', '='],
]);

/** The first comparison outside of parentheses and brackets. */
function findComparison(text: string): { readonly start: number; readonly end: number } | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '(' || character === '[') depth += 1;
    if (character === ')' || character === ']') depth -= 1;
    if (depth > 0) continue;
    const two = character + (text[index + 1] ?? ' ');
    if (COMPARISONS.has(two)) return { start: index, end: index + 2 };
    if (COMPARISONS.has(character)) return { start: index, end: index + 1 };
  }
  return undefined;
}

function trimmed(text: string, start: number, end: number): Word {
  const part = text.slice(start, end);
  return { text: part.trim(), offset: part.trim() === '' ? start : start + part.length - part.trimStart().length };
}

function readValue(word: Word, figure: Figure): FigureValue {
  const { text } = word;
  switch (unitOf(figure)) {
    case 'share':
      return number(word, share(text), 'a share such as 99.9%');
    case 'duration':
      return number(word, parseDuration(text), 'a duration such as 300ms');
    case 'rate':
      return number(word, parseRate(text), 'a rate such as 180/s');
    case 'money':
      return number(word, plainNumber(text.replace(/^\$/, '')), 'an amount in USD such as 12.5');
    case 'count':
      return number(word, plainNumber(text), 'a number');
    case 'any':
      return anyValue(text);
  }
}

function anyValue(text: string): FigureValue {
  const plain = plainNumber(text);
  if (plain !== undefined) return plain;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

type Unit = 'share' | 'duration' | 'rate' | 'money' | 'count' | 'any';

function unitOf(figure: Figure): Unit {
  switch (figure.of) {
    case 'traffic':
      if (figure.statistic === 'availability') return 'share';
      if (figure.statistic === 'lost') return 'count';
      return figure.statistic === 'rate' ? 'rate' : 'duration';
    case 'share':
      return 'share';
    case 'cost':
      return 'money';
    case 'count':
      return 'count';
    case 'field':
      return 'any';
    default:
      return 'duration';
  }
}

function number(word: Word, value: number | undefined, what: string): number {
  if (value !== undefined) return value;
  mistake(word, `expected ${what}, got ${shown(word.text)}`);
}

function plainNumber(text: string): number | undefined {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function share(text: string): number | undefined {
  const ratio = text.endsWith('%') ? percent(text.slice(0, -1)) : plainNumber(text);
  return ratio !== undefined && ratio >= 0 && ratio <= 1 ? ratio : undefined;
}

function readWhen(word: Word, context: ExpectationContext): When {
  const { text } = word;
  if (text === '') return { kind: 'run' };
  if (text === 'always' || text === 'never' || text === 'eventually') return { kind: text };
  const at = /^at\s+(\S+)$/.exec(text);
  if (at !== null) return { kind: 'at', atUs: timeIn(word, at[1]!, context.durationUs) };
  const between = /^between\s+(\S+)\s+and\s+(\S+)$/.exec(text);
  if (between !== null) {
    const fromUs = timeIn(word, between[1]!, context.durationUs);
    const untilUs = timeIn(word, between[2]!, context.durationUs);
    if (fromUs >= untilUs) mistake(word, `${between[1]} is not before ${between[2]}`);
    return { kind: 'between', fromUs, untilUs };
  }
  const within = /^within\s+(\S+)\s+of\s+(\S.*)$/s.exec(text);
  if (within !== null) {
    const withinUs = timeIn(word, within[1]!, Infinity);
    return { kind: 'within', withinUs, entry: timelineEntry(word, within[2]!, context.timeline) };
  }
  const first = text.split(/\s/)[0]!;
  const words = ['at', 'between', 'always', 'never', 'eventually', 'within'];
  mistake(
    word,
    `expected at T, between T and T, always, never, eventually or within D of ENTRY, got ${shown(text)}`,
    suggestion(first, words),
  );
}

function timeIn(word: Word, text: string, limitUs: Micros): Micros {
  const offset = word.offset + word.text.indexOf(text);
  const us = parseDuration(text);
  if (us === undefined) mistake({ text, offset }, `expected a time such as "5m", got ${shown(text)}`);
  if (limitUs > 0 && us > limitUs) mistake({ text, offset }, `${text} is after the end of the run`);
  return us;
}

/** An entry by its number (from 1), by its time, or by a part of its text that only one entry has. */
function timelineEntry(word: Word, text: string, timeline: readonly TimelineEntry[]): number {
  const at = { text, offset: word.offset + word.text.length - text.length };
  const plain = text.replace(/^(["'])(.*)\1$/s, '$2');
  const position = /^(?:entry\s+)?#?(\d{1,6})$/.exec(plain);
  if (position !== null) {
    const index = Number(position[1]) - 1;
    if (index < 0 || index >= timeline.length) mistake(at, `the timeline has ${timeline.length} entries`);
    return index;
  }
  const us = parseDuration(plain);
  const matches = timeline.flatMap((entry, index) =>
    (us === undefined ? entry.text.includes(plain) : entry.atUs === us) ? [index] : [],
  );
  if (matches.length === 1) return matches[0]!;
  mistake(
    at,
    matches.length === 0
      ? `no timeline entry is ${shown(plain)}`
      : `${matches.length} timeline entries match ${shown(plain)}`,
  );
}
