import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export const MANIFEST_FILE = 'manifest.json';

/** What is wrong with a folder of results: a mistake of the user's or of the disk's, told in one line. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  /** `occupied`: something else stands there; `damaged`: a file is missing or not what the manifest says; `unwritable`. */
  readonly code: 'occupied' | 'damaged' | 'unwritable';

  constructor(code: FolderError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** One file of a folder: its path within, and its content. */
export type FolderFile = readonly [path: string, content: string | Uint8Array];

export interface WriteOptions {
  /** Replace an older folder of results. */
  readonly force: boolean;
  /** Called before each file; what it throws ends the writing, and nothing is left behind. */
  readonly onStep?: () => void;
}

/** Text of the manifest, made when all other files are known with their SHA-256. */
export type ManifestOf = (files: Readonly<Record<string, string>>) => string;

/**
 * Writes a folder aside and renames it when it is complete: under its name there is either nothing, what was there before,
 * or all of it.
 */
export async function writeFolder(
  directory: string,
  files: AsyncIterable<FolderFile>,
  manifestOf: ManifestOf,
  options: WriteOptions,
): Promise<void> {
  const target = resolve(directory);
  refuseForeign(target, directory);
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent, basename(target));
  const aside = join(parent, `.${basename(target)}.partial-${process.pid}`);
  try {
    mkdirSync(aside);
    const hashes: Record<string, string> = {};
    for await (const [path, content] of files) {
      options.onStep?.();
      mkdirSync(dirname(join(aside, path)), { recursive: true });
      writeFileSync(join(aside, path), content);
      hashes[path] = sha256(content);
    }
    options.onStep?.();
    writeFileSync(join(aside, MANIFEST_FILE), manifestOf(hashes));
    moveInPlace(aside, target, options.force, directory);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Throws a `FolderError` if no folder can be made there: to be found out before the work, not after it. */
export function refuseUnwritable(directory: string): void {
  let ground = dirname(resolve(directory));
  while (!existsSync(ground) && dirname(ground) !== ground) ground = dirname(ground);
  try {
    rmdirSync(mkdtempSync(join(ground, '.wavetank-')));
  } catch (error) {
    throw new FolderError('unwritable', `${directory} cannot be written: ${systemWords(error)} (in ${ground})`);
  }
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'no right to write there',
  EPERM: 'no right to write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space is left',
  ENOENT: 'nothing can be made there',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  EISDIR: 'a folder stands where a file is needed',
  ENAMETOOLONG: 'the name is too long',
};

/** What the operating system said, in words. */
export function systemWords(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return SYSTEM_WORDS[code] ?? message;
}

/** Never replaces what wavetank did not write, forced or not. */
function refuseForeign(target: string, directory: string): void {
  if (!existsSync(target) || existsSync(join(target, MANIFEST_FILE))) return;
  if (readEntries(target, directory).length > 0) {
    throw new FolderError('occupied', `${directory} is not a folder of results; choose another with --out`);
  }
}

function readEntries(target: string, directory: string): string[] {
  try {
    return readdirSync(target);
  } catch {
    throw new FolderError('occupied', `${directory} is not a folder; choose another with --out`);
  }
}

function moveInPlace(aside: string, target: string, force: boolean, directory: string): void {
  if (!existsSync(join(target, MANIFEST_FILE))) {
    // An empty folder may stand there; rename replaces it only on some systems.
    if (existsSync(target)) rmSync(target, { recursive: true });
    renameSync(aside, target);
    return;
  }
  if (!force) throw new FolderError('occupied', `${directory} holds other results; --force replaces them`);
  const old = join(dirname(target), `.${basename(target)}.old-${process.pid}`);
  renameSync(target, old);
  try {
    renameSync(aside, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** A run that was killed could not clean up: the next one of the same name does it, if that process is gone. */
function removeLeftovers(parent: string, name: string): void {
  for (const entry of readdirSync(parent)) {
    if (!entry.startsWith(`.${name}.partial-`)) continue;
    const pid = Number(entry.slice(`.${name}.partial-`.length));
    if (pid === process.pid || !isAlive(pid)) rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What every manifest of a folder of results tells first. */
interface Manifest {
  readonly format: number;
  readonly kind: 'run' | 'sweep';
}

/** Reads the manifest of a folder of results, or a manifest itself, and refuses what this version does not read. */
export function readManifestFile(path: string, kind: Manifest['kind'], format: number): Manifest {
  const file = path.endsWith('.json') ? path : join(path, MANIFEST_FILE);
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8')) as Partial<Manifest>;
  } catch {
    throw new FolderError('damaged', `${file} is missing or is not JSON`);
  }
  if (manifest.kind !== kind) throw new FolderError('damaged', `${file} is not the manifest of a ${kind}`);
  if (manifest.format === format) return manifest as Manifest;
  throw new FolderError('damaged', `${file} has format ${String(manifest.format)}; this version reads ${format}`);
}

/** A file of a folder of results, checked against its SHA-256. */
export function readChecked(directory: string, path: string, expected: string): Uint8Array {
  let content: Uint8Array;
  try {
    content = readFileSync(join(directory, path));
  } catch {
    throw new FolderError('damaged', `${join(directory, path)} is missing`);
  }
  if (sha256(content) !== expected) {
    throw new FolderError('damaged', `${join(directory, path)} is not what the manifest says: its SHA-256 differs`);
  }
  return content;
}
