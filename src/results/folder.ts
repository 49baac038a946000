import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { byText } from './columns.js';
import {
  MANIFEST_FILE,
  readChecked,
  readManifestFile,
  writeFolder,
  type FolderFile,
  type WriteOptions,
} from './folder-files.js';
import type { ExpectationOutcome, RecordedTables, RunIdentity } from './identity.js';
import { summarize } from './summary.js';
import { summaryFigures } from './summary-figures.js';
import { verdictOf } from './verdict.js';

/** Changes when older folders can no longer be read. */
const FORMAT = 1;

/** All that goes into the folder of one run. */
export interface RunFolder {
  readonly identity: RunIdentity;
  readonly expectations: readonly ExpectationOutcome[];
  readonly tables: RecordedTables;
  /** Text of `scenario.resolved.yaml`. */
  readonly resolvedScenario: string;
  /** What `run --from` needs besides, as plain JSON: written into the manifest and read back as it is. */
  readonly inputs: unknown;
}

/** `manifest.json` of a run: what went in, what came out, and which files tell of it. */
export interface RunManifest {
  readonly format: number;
  readonly kind: 'run';
  readonly identity: RunIdentity;
  readonly expectations: readonly ExpectationOutcome[];
  readonly inputs: unknown;
  /** Where it was played; nothing else in the folder depends on it. */
  readonly environment: { readonly node: string; readonly v8: string; readonly platform: string };
  /** SHA-256 of every other file. */
  readonly files: Readonly<Record<string, string>>;
}

/** `boutique-rollout-1f2e3d4c-s42`: follows from what goes in, so that a repetition lands in the same place. */
export function runFolderName(identity: Pick<RunIdentity, 'scenario' | 'scenarioDigest' | 'seed'>): string {
  const plain = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'x';
  return `${plain(identity.scenario)}-${identity.scenarioDigest.slice(0, 8)}-s${plain(identity.seed)}`;
}

/** What identifies a run before it is played. */
export type RunKey = Pick<RunIdentity, 'scenarioDigest' | 'seed' | 'version' | 'modelVersion' | 'explained'>;

/** Looks before a run whether its results are there already (without what it is to explain: `unexplained`), or something else is. */
export function stateOfRunFolder(
  directory: string,
  key: RunKey,
): 'absent' | 'up-to-date' | 'unexplained' | 'different' {
  if (!existsSync(directory)) return 'absent';
  if (!existsSync(join(directory, MANIFEST_FILE))) return 'different';
  let manifest: RunManifest;
  try {
    manifest = readManifest(directory);
  } catch {
    return 'different';
  }
  const { identity } = manifest;
  const same =
    identity.scenarioDigest === key.scenarioDigest &&
    identity.seed === key.seed &&
    identity.version === key.version &&
    identity.modelVersion === key.modelVersion;
  if (!same) return 'different';
  const isExplained = key.explained === undefined || key.explained.join() === identity.explained?.join();
  return isExplained ? 'up-to-date' : 'unexplained';
}

/** Writes all results of a run, or nothing. Throws a `FolderError` when other results stand there and `force` is off. */
export async function writeRunFolder(
  directory: string,
  folder: RunFolder,
  options: WriteOptions,
): Promise<'written' | 'up-to-date'> {
  const there = stateOfRunFolder(directory, folder.identity);
  if (there === 'up-to-date' && !options.force && readManifest(directory).identity.digest === folder.identity.digest) {
    return 'up-to-date';
  }
  const force = options.force || there === 'unexplained';
  await writeFolder(directory, runFiles(folder), (files) => manifestText(folder, files), { ...options, force });
  return 'written';
}

function manifestText(folder: RunFolder, files: Readonly<Record<string, string>>): string {
  const manifest: RunManifest = {
    format: FORMAT,
    kind: 'run',
    identity: folder.identity,
    expectations: folder.expectations,
    inputs: folder.inputs,
    environment: environment(),
    files,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

export function environment(): RunManifest['environment'] {
  const { node, v8 } = process.versions;
  return { node, v8, platform: `${process.platform}-${process.arch}` };
}

async function* runFiles(folder: RunFolder): AsyncGenerator<FolderFile> {
  // Arrow and Vega are loaded when something is written, so that the other commands don't pay for them.
  const { encodeArrow, encodeParquet } = await import('./tables.js');
  const { runReport } = await import('./report.js');
  const { standaloneSvg } = await import('./charts/svg.js');
  const { WIDE } = await import('./charts/chart.js');
  yield ['scenario.resolved.yaml', folder.resolvedScenario];
  const summary = summarize(folder.tables, folder.identity);
  const verdict = verdictOf(folder.expectations, summary.actions);
  yield ['summary.json', `${JSON.stringify({ verdict, ...summary, figures: summaryFigures(summary) }, null, 2)}\n`];
  for (const [name, table] of [...folder.tables].sort(([left], [right]) => byText(left, right))) {
    yield [`tables/${name}.arrow`, encodeArrow(table, folder.identity)];
    yield [`tables/${name}.parquet`, encodeParquet(table, folder.identity)];
  }
  const { html, charts } = await runReport(folder);
  for (const { chart, wide } of charts) {
    yield [`charts/${chart.name}.vl.json`, `${JSON.stringify(chart.spec(WIDE), null, 1)}\n`];
    yield [`charts/${chart.name}.svg`, standaloneSvg(wide)];
  }
  yield ['report.html', html];
}

/** The manifest of a run's folder of results, or of the path of a manifest itself. */
export function readManifest(path: string): RunManifest {
  return readManifestFile(path, 'run', FORMAT) as RunManifest;
}

/** Reads back what `writeRunFolder` wrote, every file checked against its SHA-256. */
export async function readRunFolder(directory: string): Promise<RunFolder> {
  const { decodeArrow } = await import('./tables.js');
  const manifest = readManifest(directory);
  const tables = new Map();
  for (const [path, hash] of Object.entries(manifest.files)) {
    const content = path.endsWith('.arrow') ? readChecked(directory, path, hash) : undefined;
    if (content === undefined) continue;
    const table = decodeArrow(content);
    tables.set(table.definition.name, table);
  }
  const resolved = readChecked(directory, 'scenario.resolved.yaml', manifest.files['scenario.resolved.yaml'] ?? '');
  const { identity, expectations, inputs } = manifest;
  return { identity, expectations, inputs, tables, resolvedScenario: new TextDecoder().decode(resolved) };
}
