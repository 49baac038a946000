import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the project: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The root of the project. */
export const ROOT = join(import.meta.dirname, '..');

/** The TypeScript files under a folder, in the order of their paths. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** A comment, a string, a template, or a regular expression (told from a division by what stands before it). */
const QUIET =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=(?:^|[(,=:[!&|?{};>]|return)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/gm;

/** The code alone: comments, strings and regular expressions are blanked, so that positions and lines stay. */
export function codeOf(text: string): string {
  return text.replace(QUIET, (quiet) => {
    if (!quiet.startsWith('`')) return blank(quiet);
    const parts = quiet.split(/(\$\{[^}]*\})/); // the expressions stand at the odd places
    return parts.map((part, index) => (index % 2 === 1 ? codeOf(part) : blank(part))).join('');
  });
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** The line (from 1) of an offset. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
