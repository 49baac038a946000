import { shown, suggestion } from './diagnostics.js';
import { mistake, type Word } from './shell-words.js';

/** Options of a command: name -> whether it takes a value; a list may be given several times. */
export type OptionTable = Readonly<Record<string, 'value' | 'flag' | 'list'>>;

/** A command's words, sorted into options and the rest. */
export interface CommandLine {
  /** The command itself, for faults that have no better place. */
  readonly command: Word;
  readonly rest: readonly Word[];
  readonly options: ReadonlyMap<string, Word>;
  /** Options of which there may be several, in their order. */
  readonly lists: ReadonlyMap<string, readonly Word[]>;
  /** What stands behind `--`: the words of a command inside a container. */
  readonly inside: readonly Word[];
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ['n', 'namespace'],
  ['f', 'filename'],
  ['l', 'selector'],
  ['c', 'container'],
  ['p', 'patch'],
]);

/** Sorts words into options (`--a=b`, `--a b`, `-n x`, `--flag`) and the rest, refusing options that are not known. */
export function sortWords(command: Word, words: readonly Word[], table: OptionTable): CommandLine {
  const rest: Word[] = [];
  const options = new Map<string, Word>();
  const lists = new Map<string, Word[]>();
  const dashes = words.findIndex(({ text }) => text === '--');
  const end = dashes < 0 ? words.length : dashes;
  for (let index = 0; index < end; index++) {
    const word = words[index]!;
    if (!word.text.startsWith('-') || word.text === '-') {
      rest.push(word);
      continue;
    }
    const { name, value } = nameAndValue(word, table);
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) {
      const known = Object.keys(table).map((option) => `--${option}`);
      mistake(word, `unknown option ${shown(word.text)}`, suggestion(`--${name}`, known));
    }
    if (options.has(name)) mistake(word, `option --${name} is given twice`);
    const given = value ?? (kind === 'flag' ? { text: 'true', offset: word.offset } : words[++index]);
    if (given === undefined || index >= end) mistake(word, `option --${name} needs a value`);
    if (kind === 'list') lists.set(name, [...(lists.get(name) ?? []), given]);
    else options.set(name, given);
  }
  return { command, rest, options, lists, inside: words.slice(end + 1) };
}

function nameAndValue(word: Word, table: OptionTable): { readonly name: string; readonly value: Word | undefined } {
  const { text, offset } = word;
  if (!text.startsWith('--')) {
    // Commands that make objects have labels where others have a selector.
    const name = text[1] === 'l' && 'labels' in table ? 'labels' : (SHORT.get(text[1]!) ?? text[1]!);
    const skip = text[2] === '=' ? 3 : 2;
    return { name, value: text.length > 2 ? { text: text.slice(skip), offset: offset + skip } : undefined };
  }
  const equals = text.indexOf('=');
  if (equals < 0) return { name: text.slice(2), value: undefined };
  return { name: text.slice(2, equals), value: { text: text.slice(equals + 1), offset: offset + equals + 1 } };
}

/** A whole number of an option, or what holds without it. */
export function optionCount<T>(line: CommandLine, name: string, without: T, minimum = 0): number | T {
  const word = line.options.get(name);
  return word === undefined ? without : wholeNumber(word, `--${name}`, minimum);
}

/** Counts in Kubernetes are int32. */
const MAXIMUM_COUNT = 2_147_483_647;

export function wholeNumber(word: Word, what: string, minimum: number): number {
  const value = /^-?\d{1,12}$/.test(word.text) ? Number(word.text) : NaN;
  if (value >= minimum && value <= MAXIMUM_COUNT) return value;
  mistake(word, `${what} is a whole number of at least ${minimum}, got ${shown(word.text)}`);
}

export function optionFlag(line: CommandLine, name: string, without = false): boolean {
  const word = line.options.get(name);
  if (word === undefined) return without;
  if (word.text === 'true' || word.text === 'false') return word.text === 'true';
  mistake(word, `--${name} is true or false, got ${shown(word.text)}`);
}

export function optionText(line: CommandLine, name: string, without: string): string {
  return line.options.get(name)?.text ?? without;
}

/** One of a few words. */
export function optionChoice<const C extends readonly string[]>(
  line: CommandLine,
  name: string,
  choices: C,
  without: C[number],
): C[number] {
  const word = line.options.get(name);
  if (word === undefined) return without;
  const choice = choices.find((known) => known.toLowerCase() === word.text.toLowerCase());
  if (choice === undefined) mistake(word, `--${name} is one of ${choices.join(', ')}, got ${shown(word.text)}`);
  return choice;
}
