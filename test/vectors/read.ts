import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The cases of a file of vectors in this folder: one JSON value per line, gzipped when the name says so. */
export function readVectors<T>(name: string): T[] {
  const bytes = readFileSync(`${import.meta.dirname}/${name}`);
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
