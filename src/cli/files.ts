import { statSync } from 'node:fs';
import { FILE_ACCESS } from '../experiment/file-access.js';
import type { FileAccess } from '../scenario/files.js';
import type { Io } from './io.js';

/** The name under which standard input is read. */
export const STDIN = '-';

/** Larger files are not even opened: one byte more than the readers take is enough for them to say so. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

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
