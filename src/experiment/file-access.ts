import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileAccess } from '../scenario/files.js';

/** Reads scenarios and their manifests from the file system. */
export const FILE_ACCESS: FileAccess = {
  readFile: (path) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined; // the loader says which file was named where
    }
  },
  glob: (pattern) => matching(pattern),
};

/** Folders searched for one pattern at most: a pattern is for the files beside a scenario, not for a disk. */
const MAXIMUM_FOLDERS = 1_000;

function matching(pattern: string): string[] {
  const fixed = pattern.slice(0, pattern.search(/[*?]/));
  const root = fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/') + 1) : '';
  const expression = patternExpression(pattern);
  const found: string[] = [];
  const folders = [root];
  for (let visited = 0; folders.length > 0 && visited < MAXIMUM_FOLDERS; visited++) {
    const folder = folders.shift()!;
    for (const name of entriesOf(folder === '' ? '.' : folder)) {
      const path = folder === '' ? name : join(folder, name);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) folders.push(`${path}/`);
      else if (expression.test(path)) found.push(path);
    }
  }
  return found.sort();
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function patternExpression(pattern: string): RegExp {
  const normal = join(pattern); // './a' and 'a' are one file
  const source = normal.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
