import { environment } from './folder.js';
import {
  readChecked,
  readManifestFile,
  sha256,
  writeFolder,
  type FolderFile,
  type WriteOptions,
} from './folder-files.js';
import type { SweepIdentity, SweepRun } from './sweep.js';
import { sweepAnswer } from './sweep-answer.js';
import { sweepTable } from './sweep-table.js';

/** Changes when older folders can no longer be read. */
const FORMAT = 2;

/** All that goes into the folder of a sweep. */
export interface SweepFolder {
  readonly identity: SweepIdentity;
  /** In the order of the plan. */
  readonly runs: readonly SweepRun[];
  readonly resolvedScenario: string;
  /** What plays the sweep again, as plain JSON. */
  readonly inputs: unknown;
}

/** `boutique-rollout-sweep-1f2e3d4c`: follows from the scenario and the plan. */
export function sweepFolderName(
  identity: SweepIdentity,
  runs: readonly Pick<SweepRun, 'parameters' | 'seed'>[],
): string {
  const plan = runs.map(({ parameters, seed }) => ({ parameters, seed }));
  const digest = sha256(JSON.stringify([identity.scenarioDigest, plan])).slice(0, 8);
  return `${identity.scenario.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'x'}-sweep-${digest}`;
}

/** Writes all results of a sweep, or nothing. The same runs give the same bytes, whoever played them. */
export async function writeSweepFolder(
  directory: string,
  folder: SweepFolder,
  options: WriteOptions,
): Promise<'written' | 'up-to-date'> {
  const digest = digestOf(folder);
  if (!options.force && manifestThere(directory)?.digest === digest) return 'up-to-date';
  const manifestOf = (files: Readonly<Record<string, string>>): string => {
    const { identity, inputs } = folder;
    const manifest = { format: FORMAT, kind: 'sweep', identity, digest, inputs, environment: environment(), files };
    return `${JSON.stringify(manifest, null, 2)}\n`;
  };
  await writeFolder(directory, sweepFiles(folder), manifestOf, options);
  return 'written';
}

function digestOf({ identity, runs }: SweepFolder): string {
  return sha256(JSON.stringify([identity, runs]));
}

/** What a folder holds, as far as it tells which sweep it was. */
interface SweepManifest {
  readonly identity: SweepIdentity;
  readonly digest: string;
  readonly files: Readonly<Record<string, string>>;
}

function manifestThere(directory: string): SweepManifest | undefined {
  try {
    return readManifestFile(directory, 'sweep', FORMAT) as unknown as SweepManifest;
  } catch {
    return undefined; // no folder of a sweep, or one that this version does not read
  }
}

/** The runs of a sweep that was written before; undefined if there is none, or a damaged one. */
export function readSweepFolder(
  directory: string,
): { readonly identity: SweepIdentity; readonly runs: readonly SweepRun[] } | undefined {
  const manifest = manifestThere(directory);
  if (manifest === undefined) return undefined;
  try {
    const summary = readChecked(directory, SUMMARY_FILE, manifest.files[SUMMARY_FILE] ?? '');
    const { runs } = JSON.parse(new TextDecoder().decode(summary)) as { readonly runs: readonly SweepRun[] };
    return { identity: manifest.identity, runs };
  } catch {
    return undefined;
  }
}

const SUMMARY_FILE = 'summary.json';

async function* sweepFiles({ identity, runs, resolvedScenario }: SweepFolder): AsyncGenerator<FolderFile> {
  const { encodeArrow, encodeParquet } = await import('./tables.js');
  const { sweepReport } = await import('./sweep-report.js');
  const { standaloneSvg } = await import('./charts/svg.js');
  const { WIDE } = await import('./charts/chart.js');
  yield ['scenario.resolved.yaml', resolvedScenario];
  yield [SUMMARY_FILE, `${JSON.stringify({ answer: sweepAnswer(runs), runs }, null, 2)}\n`];
  const table = sweepTable(runs);
  yield ['tables/runs.arrow', encodeArrow(table, identity)];
  yield ['tables/runs.parquet', encodeParquet(table, identity)];
  const { html, charts } = await sweepReport(identity, runs);
  for (const { chart, wide } of charts) {
    yield [`charts/${chart.name}.vl.json`, `${JSON.stringify(chart.spec(WIDE), null, 1)}\n`];
    yield [`charts/${chart.name}.svg`, standaloneSvg(wide)];
  }
  yield ['report.html', html];
}
