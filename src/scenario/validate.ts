import { createReport, type Diagnostic, sortDiagnostics } from './diagnostics.js';
import { checkManifest, type FileAccess, Files } from './files.js';
import { loadScenario, type LoadOptions } from './load.js';
import { rawObjects } from './manifests.js';
import { valueAt } from './field-path.js';
import { checkScheduler, schedulerSummary } from './scheduler.js';
import { SCHEDULER_GROUP, SCHEDULER_KIND } from './scheduler-schema.js';
import { scenarioSchema } from './schema.js';
import type { SourceText } from './text.js';
import { checkTrace } from './traces.js';
import { readDocuments, toPlain } from './yaml.js';
import type { YamlDocument } from './yaml-places.js';

export type InputKind = 'scenario' | 'manifest' | 'scheduler configuration' | 'trace' | 'unknown';

export interface ValidationResult {
  readonly path: string;
  readonly kind: InputKind;
  /** What is in it, for a line of praise: `12 objects`, `3 sources`. */
  readonly summary: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, SourceText>;
}

/** Checks a file of any kind that the simulator takes: a scenario, Kubernetes manifests, a KubeSchedulerConfiguration, a CSV trace. */
export function validateFile(path: string, access: FileAccess, options: LoadOptions): ValidationResult {
  const report = createReport();
  const files = new Files(access, report);
  const source = files.read(path);
  const done = (kind: InputKind, summary: string): ValidationResult => ({
    path,
    kind,
    summary,
    diagnostics: sortDiagnostics(report.diagnostics, [path]),
    sources: files.sources,
  });
  if (typeof source === 'string') report.diagnostics.push(wholeFile(path, 'file', source, 0));
  if (typeof source !== 'object') return done('unknown', '');
  if (isCsv(path, source.text)) {
    return done('trace', counted(checkTrace(source, report), 'row'));
  }
  const documents = readDocuments(source, report).map((document) => ({
    document,
    value: toPlain(document, report, { isManifest: true }),
  }));
  if (documents.some(({ value }) => isScenario(value))) {
    const loaded = loadScenario(path, access, options);
    const { scenario } = loaded;
    const summary =
      scenario === undefined
        ? ''
        : `${counted(scenario.manifests.length, 'object')}, ${counted(scenario.traffic.length, 'traffic source')}`;
    return { path, kind: 'scenario', summary, diagnostics: loaded.diagnostics, sources: loaded.sources };
  }
  const [only] = documents;
  if (documents.length === 1 && isSchedulerConfiguration(only!.value)) {
    const scope = { document: only!.document, report, findValues: files.findValues, written: new Map() };
    return done('scheduler configuration', schedulerSummary(checkScheduler(scope, only!.value)));
  }
  const raw = rawOf(documents);
  if (raw.length === 0 && report.diagnostics.length === 0) {
    report.diagnostics.push(wholeFile(path, 'empty', 'file is empty: it holds no object', 1));
  }
  const objects = checkManifest(raw, path, report);
  return done('manifest', counted(objects.length, 'object'));
}

/** By its kind or by its group: a misspelt kind is still meant as one. */
function isSchedulerConfiguration(value: unknown): boolean {
  const group = String(valueAt(value, ['apiVersion'])).split('/')[0];
  return group === SCHEDULER_GROUP || valueAt(value, ['kind']) === SCHEDULER_KIND;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function wholeFile(path: string, code: 'file' | 'empty', message: string, line: number): Diagnostic {
  return { code, severity: 'error', path, line, column: line, length: 1, field: '', message, hint: '' };
}

function rawOf(documents: readonly { readonly document: YamlDocument; readonly value: unknown }[]) {
  return documents.flatMap(({ document, value }) => (value === undefined ? [] : rawObjects(document, value, [])));
}

function isCsv(path: string, text: string): boolean {
  if (/\.csv$/i.test(path)) return true;
  if (/\.(?:ya?ml|json)$/i.test(path)) return false;
  const first = text.trimStart().split('\n', 1)[0]!;
  return first.includes(',') && !/[:{}[\]]/.test(first);
}

/** A map that has fields of scenarios and is no Kubernetes object. */
function isScenario(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, 'apiVersion')) return false;
  if (Object.hasOwn(value, 'scenario')) return true;
  const known = Object.keys(scenarioSchema.shape).filter((field) => Object.hasOwn(value, field));
  return known.length >= 2 && !Object.hasOwn(value, 'kind');
}
