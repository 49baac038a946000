import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_ACCESS } from '../experiment/file-access.js';
import type { FileAccess } from '../scenario/files.js';
import type { Io } from './io.js';

/** The name under which standard input is read. */
export const STDIN = '-';

/** Larger files are not even opened: one byte more than the readers take is enough for them to say so. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** A folder where a file is needed: which files in it may have been meant. */
export interface FolderFault {
  readonly message: string;
  readonly hint: string;
}

/** Files of a folder that are named, and how much of each is looked at to see what it is. */
const NAMED_FILES = 6;
const LOOKED_AT_BYTES = 64 * 1024;

/** What to say of a path that is a folder; undefined if it is none. */
export function folderFault(path: string): FolderFault | undefined {
  if (path === STDIN || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const scenarios = entriesOf(path).filter((name) => isScenario(join(path, name)));
  const message = `${path} is a folder, not a file`;
  if (scenarios.length === 0) return { message, hint: 'no scenario is in it' };
  const more = scenarios.length > NAMED_FILES ? `, and ${scenarios.length - NAMED_FILES} more` : '';
  return { message, hint: `scenarios in it: ${scenarios.slice(0, NAMED_FILES).join(', ')}${more}` };
}

function entriesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).sort();
    return names.filter((name) => /\.(?:ya?ml|json)$/.test(name));
  } catch {
    return []; // not ours to read
  }
}

function isScenario(path: string): boolean {
  const text = FILE_ACCESS.readFile(path)?.subarray(0, LOOKED_AT_BYTES);
  return text !== undefined && /^(?:\{\s*)?"?scenario"?:/m.test(new TextDecoder().decode(text));
}

/** Files of the machine, relative to the working directory. `-` is standard input, read once. */
export function fileAccess(io: Io): FileAccess {
  let stdin: Uint8Array | undefined;
  return {
    readFile: (path) => {
      if (path === STDIN) return (stdin ??= io.readStdin());
      const stats = statSync(path, { throwIfNoEntry: false });
      // Devices and pipes have no end that one could wait for.
      if (stats?.isFile() !== true) return undefined;
      return stats.size > MAXIMUM_BYTES ? new Uint8Array(MAXIMUM_BYTES + 1) : FILE_ACCESS.readFile(path);
    },
    glob: FILE_ACCESS.glob,
  };
}
