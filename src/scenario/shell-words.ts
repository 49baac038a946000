/** A word of a command line and where it starts. */
export interface Word {
  readonly text: string;
  readonly offset: number;
}

/** Where in a text something is wrong, and what. */
export interface TextFault {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
}

/** What reading a text gives: a value or a fault. */
export type Read<T> =
  | { readonly value: T; readonly fault?: undefined }
  | { readonly value?: undefined; readonly fault: TextFault };

export function fault(offset: number, length: number, message: string, hint = ''): { readonly fault: TextFault } {
  return { fault: { offset, length, message, hint } };
}

/** A fault on its way out of a parser; caught where the parser is entered and nowhere else. */
export class TextMistake extends Error {
  readonly fault: TextFault;
  constructor(at: TextFault) {
    super(at.message);
    this.fault = at;
  }
}

export function mistake(word: Word, message: string, hint = ''): never {
  throw new TextMistake({ offset: word.offset, length: Math.max(1, word.text.length), message, hint });
}

/** Runs a parser that reports mistakes by throwing them. */
export function reading<T>(parse: () => T): Read<T> {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof TextMistake) return { fault: error.fault };
    throw error;
  }
}

/** Splits a command line as a shell does: blanks between words, single and double quotes, backslash. */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let word: string | undefined;
  let start = 0;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (word === undefined && !/\s/.test(character)) {
      word = '';
      start = index;
    }
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && index + 1 < text.length) word += text[++index]!;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '\\' && index + 1 < text.length) {
      word = `${word ?? ''}${text[++index]!}`;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push({ text: word, offset: start });
      word = undefined;
    } else {
      word += character;
    }
  }
  if (quote !== '') mistake({ text: text.slice(start), offset: start }, `quote ${quote} is not closed`);
  if (word !== undefined) words.push({ text: word, offset: start });
  return words;
}
