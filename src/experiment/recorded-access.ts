import type { FileAccess } from '../scenario/files.js';

/** What was read while a scenario was loaded: plain data that a worker can get. */
export interface RecordedFiles {
  readonly contents: Map<string, Uint8Array | undefined>;
  readonly patterns: Map<string, readonly string[]>;
}

/** Passes reads on and keeps what they gave. */
export function recording(access: FileAccess): { readonly access: FileAccess; readonly files: RecordedFiles } {
  const files: RecordedFiles = { contents: new Map(), patterns: new Map() };
  return {
    files,
    access: {
      readFile: (path) => {
        if (!files.contents.has(path)) files.contents.set(path, access.readFile(path));
        return files.contents.get(path);
      },
      glob: (pattern) => {
        const known = files.patterns.get(pattern) ?? access.glob(pattern);
        files.patterns.set(pattern, known);
        return known;
      },
    },
  };
}

/** Gives again what was recorded; nothing else is there. */
export function recordedAccess(files: RecordedFiles): FileAccess {
  return {
    readFile: (path) => files.contents.get(path),
    glob: (pattern) => files.patterns.get(pattern) ?? [],
  };
}
