import { createReport, type Diagnostic, hasErrors, type Report } from './diagnostics.js';
import { MAXIMUM_MANIFEST_FILES } from './limits.js';
import {
  type AppliedOverride,
  decodeObject,
  noteStoredKinds,
  ObjectIndex,
  type RawObject,
  rawObjects,
} from './manifests.js';
import { decodeText, type SourceText } from './text.js';
import { readNumbers, readRateTrace } from './traces.js';
import type { ManifestObject, RatePoint } from './types.js';
import { readDocuments, toPlain } from './yaml.js';

/** Access to files, given by whoever loads a scenario: the scenario room knows no file system. */
export interface FileAccess {
  /** The bytes of a file; undefined if there is none (or none that can be read). */
  readonly readFile: (path: string) => Uint8Array | undefined;
  /** Files that match a pattern with `*`, `?` or `**`, sorted. */
  readonly glob: (pattern: string) => readonly string[];
}

/** A file that was read for a scenario, for digests and excerpts. */
export interface InputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files read so far, each once. */
export class Files {
  readonly access: FileAccess;
  readonly report: Report;
  readonly inputs: InputFile[] = [];
  readonly sources = new Map<string, SourceText>();
  readonly failed = new Set<string>();

  constructor(access: FileAccess, report: Report) {
    this.access = access;
    this.report = report;
  }

  /** The text of a file; a message if it is not there, undefined if what is wrong with it has been reported. */
  read(path: string): SourceText | string | undefined {
    const known = this.sources.get(path);
    if (known !== undefined) return known;
    if (this.failed.has(path)) return undefined;
    const bytes = this.access.readFile(path);
    if (bytes === undefined) return `file ${path} is not there or cannot be read`;
    this.inputs.push({ path, bytes });
    const source = decodeText(path, bytes, this.report);
    if (source === undefined) this.failed.add(path);
    else this.sources.set(path, source);
    return source;
  }

  /** The points of a CSV trace of rates, or why there are none (undefined: reported). */
  readonly readTrace = (path: string): readonly RatePoint[] | string | undefined => {
    const source = this.read(path);
    return typeof source === 'object' ? readRateTrace(source, this.report) : source;
  };

  /** Numbers of a file, for `empirical(...)`. */
  readonly findValues = (path: string): readonly number[] | string => {
    const source = this.read(path);
    if (typeof source === 'string') return source;
    const before = this.report.diagnostics.length;
    const values = source === undefined ? [] : readNumbers(source, this.report);
    return source === undefined || this.report.diagnostics.length > before ? 'the file has errors' : values;
  };

  /** All objects of a manifest file, before they are decoded. A message if there is no such file. */
  rawManifest(path: string): RawObject[] | string {
    const source = this.read(path);
    if (typeof source !== 'object') return source ?? [];
    return rawObjectsOf(source, this.report);
  }
}

/** The objects of all documents of a file; says so if there are none. */
function rawObjectsOf(source: SourceText, report: Report): RawObject[] {
  const before = report.diagnostics.length;
  const objects = readDocuments(source, report).flatMap((document) => {
    const value = toPlain(document, report, { isManifest: true });
    return value === undefined ? [] : rawObjects(document, value, []);
  });
  if (objects.length === 0 && report.diagnostics.length === before) {
    const at = { path: source.file, line: 1, column: 1, length: 1, field: '' };
    report.diagnostics.push({
      code: 'empty',
      severity: 'error',
      ...at,
      message: 'file is empty: it holds no object',
      hint: '',
    });
  }
  return objects;
}

/** Checks a manifest file on its own. */
export function checkManifest(raw: readonly RawObject[], file: string, report: Report): ManifestObject[] {
  const index = new ObjectIndex(report);
  const objects = raw.flatMap((item) => {
    const decoded = decodeAlone(item, report);
    return decoded !== undefined && index.add(item, decoded.object) ? [decoded] : [];
  });
  noteStoredKinds(objects, file, report);
  return objects;
}

/** Decodes an object; a place that was wrong as plain YAML already is not judged a second time. */
export function decodeAlone(
  raw: RawObject,
  report: Report,
  override?: AppliedOverride,
  substituted?: ReadonlySet<string>,
): ManifestObject | undefined {
  const own = createReport();
  const decoded = decodeObject(raw, own, override, substituted);
  const told = new Set(report.diagnostics.map(placeKey));
  report.diagnostics.push(...own.diagnostics.filter((diagnostic) => !told.has(placeKey(diagnostic))));
  return hasErrors(own) ? undefined : decoded;
}

function placeKey({ path, line, column }: Diagnostic): string {
  return `${line}:${column}:${path}`;
}

/** A path beside a file: `./a.yaml` beside `scenarios/web.yaml` is `scenarios/a.yaml`. */
export function besideFile(file: string, reference: string): string {
  if (reference.startsWith('/')) return reference;
  const parts = file.split('/').slice(0, -1);
  for (const part of reference.split('/')) {
    if (part === '.' || part === '') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** Files that an entry of `manifests:` names; a message if there are none or too many. */
export function filesOf(files: Files, path: string): readonly string[] | string {
  if (!/[*?[{]/.test(path)) return [path];
  const matches = files.access.glob(path);
  if (matches.length === 0) return `no file matches ${path}: * and ? stand for parts of a name, ** for folders`;
  if (matches.length > MAXIMUM_MANIFEST_FILES) return `more than ${MAXIMUM_MANIFEST_FILES} files match ${path} (limit)`;
  return matches.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
