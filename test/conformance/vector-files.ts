import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A file of vectors. */
export interface VectorFile {
  readonly name: string;
  readonly path: string;
  /** What its cases are about: the name without its endings. */
  readonly kind: string;
}

const VECTOR_NAME = /^(.+)\.jsonl(?:\.gz)?$/;

/** The files of vectors in a folder, in the order of their names; whatever else lies there is no business of ours. */
export function vectorFiles(folder: string): VectorFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const kind = VECTOR_NAME.exec(name)?.[1];
      return kind === undefined ? [] : [{ name, path: join(folder, name), kind }];
    });
}

/** The cases of a file as texts, one JSON value each. */
export function readCases(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').filter((line) => line.trim() !== '');
}
