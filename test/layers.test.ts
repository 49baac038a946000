import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineOf, type SourceFile, sourceFiles } from './source-files.js';

/**
 * Which rooms a room may import, as design and ARCHITECTURE.md say. A path with a dot is one file of a room. `rules:`
 * allows types, and code that needs no world however deep one looks: how Kubernetes reads a quantity or a manifest is
 * written once. Rooms under cluster/controllers are one controller each, and `shared`, what several of them do alike.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  'cluster/api': ['kernel'],
  'cluster/controllers': ['cluster/controllers/shared', 'cluster/api', 'kernel'],
  'cluster/controllers/shared': ['cluster/api', 'kernel'],
  'cluster/scheduler': ['cluster/api', 'kernel'],
  'cluster/nodes': ['cluster/api', 'kernel'],
  network: ['cluster/api', 'cluster/nodes/workload.ts', 'kernel'],
  traffic: ['network', 'cluster/nodes/workload.ts', 'kernel'],
  scenario: ['rules:cluster/api', 'kernel'],
  results: ['kernel'],
  experiment: [
    'cluster/api',
    'cluster/controllers',
    'cluster/scheduler',
    'cluster/nodes',
    'network',
    'traffic',
    'scenario',
    'results',
    'kernel',
  ],
  cli: ['experiment', 'scenario', 'results'],
  serve: ['experiment', 'scenario', 'results'],
  'index.ts': ['experiment', 'scenario', 'results', 'kernel'],
};

/** Who imports this, as a value, knows how a world lives. */
const WORLD = 'src/kernel/simulation.ts';

/** Rooms that may use Node.js: files, threads and terminals live at the edge. */
const NODE_ROOMS = ['cli', 'experiment', 'results', 'serve'];
/** Packages that run on Node.js only. */
const NODE_PACKAGES = ['piscina', 'commander', 'playwright-core'];

interface Import {
  readonly specifier: string;
  readonly typesOnly: boolean;
  readonly line: number;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s+)?([\w*${}\s,]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function importsOf(text: string): Import[] {
  return [...text.matchAll(STATEMENT)].map(({ index, 1: type, 2: names, 3: specifier, 4: dynamic }) => ({
    specifier: specifier ?? dynamic!,
    typesOnly: type !== undefined || onlyTypes(names ?? ''),
    line: lineOf(text, index),
  }));
}

/** Whether `{ type A, type B } from` names nothing but types. */
function onlyTypes(names: string): boolean {
  const list = /\{([\s\S]*)\}/
    .exec(names)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return list?.every((name) => name === '' || name.startsWith('type ')) ?? false;
}

/** The room of a path: `kernel`, `cluster/api`, `cluster/controllers/deployment`, `index.ts`. */
function roomOf(path: string): string {
  const parts = path.split('/').slice(1);
  if (parts[0] !== 'cluster') return parts[0]!;
  return parts
    .slice(0, parts[1] === 'controllers' ? 3 : 2)
    .join('/')
    .replace(/\.ts$/, '');
}

/** The row of the table that a room belongs to: all controllers share one. */
function rowOf(room: string): string {
  if (room in MAY_IMPORT) return room;
  return room.startsWith('cluster/controllers/') ? 'cluster/controllers' : room;
}

/** The texts of all files, to look behind an import. */
type Files = ReadonlyMap<string, string>;

function findings(file: SourceFile, files: Files = new Map()): string[] {
  const from = roomOf(file.path);
  const row = MAY_IMPORT[rowOf(from)];
  if (row === undefined) return [`${file.path}: room ${from} is not in the table`];
  return importsOf(file.text).flatMap((imported) => {
    const problem = imported.specifier.startsWith('.')
      ? wrongWay(file.path, from, row, imported, files)
      : wrongPackage(from, imported);
    return problem === undefined ? [] : [`${file.path}:${imported.line}: ${problem}`];
  });
}

function wrongWay(
  path: string,
  from: string,
  row: readonly string[],
  imported: Import,
  files: Files,
): string | undefined {
  const target = targetOf(path, imported.specifier);
  const to = roomOf(target);
  if (to === from) return undefined;
  const allowed = row.some((entry) => {
    if (entry === `rules:${to}`) return imported.typesOnly || !closureOf(target, files).includes(WORLD);
    return entry === rowOf(to) || `src/${entry}` === target;
  });
  return allowed ? undefined : `${from} must not import ${target}`;
}

function targetOf(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
}

function wrongPackage(from: string, { specifier }: Import): string | undefined {
  const ofNode = specifier.startsWith('node:') || NODE_PACKAGES.some((name) => specifier === name);
  return ofNode && !NODE_ROOMS.includes(from) ? `${from} must run anywhere, without ${specifier}` : undefined;
}

/** All files that the given one needs, by imports of values. */
function closureOf(start: string, files: Files): string[] {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const { specifier, typesOnly } of importsOf(files.get(path) ?? '')) {
      if (typesOnly || !specifier.startsWith('.')) continue;
      reached.add(targetOf(path, specifier));
    }
  }
  return [...reached];
}

const usesNode = (text: string): boolean => importsOf(text).some(({ specifier }) => specifier.startsWith('node:'));

const files: Files = new Map(sourceFiles('src').map(({ path, text }) => [path, text]));

test('every import follows the table of rooms', () => {
  expect(sourceFiles('src').flatMap((file) => findings(file, files))).toEqual([]);
});

test('a run needs nothing of Node.js, however deep one looks', () => {
  const needed = closureOf('src/experiment/run.ts', files);
  expect(needed.length).toBeGreaterThan(1);
  expect(needed.filter((path) => usesNode(files.get(path) ?? ''))).toEqual([]);
});

describe('the check finds', () => {
  test.each([
    ['src/kernel/random.ts', "import type { Pod } from '../cluster/api/objects/pod.js';"],
    ['src/cluster/api/store.ts', "import { decide } from '../controllers/deployment/decide.js';"],
    ['src/cluster/controllers/deployment/decide.ts', "import { rank } from '../replica-set/deletion-rank.js';"],
    ['src/cluster/controllers/deployment.ts', "import { rank } from './replica-set.js';"],
    ['src/cluster/controllers/shared/pod-control.ts', "import { decide } from '../deployment/decide.js';"],
    ['src/cluster/scheduler/cycle.ts', "import { kubelet } from '../nodes/kubelet.js';"],
    ['src/cluster/nodes/kubelet.ts', "import { send } from '../../traffic/requests.js';"],
    ['src/traffic/requests.ts', "import type { NodesWorld } from '../cluster/nodes/world.js';"],
    ['src/results/tables.ts', "export { Pod } from '../cluster/api/objects/pod.js';"],
    ['src/cli/main.ts', "import { schedule } from '../kernel/simulation.js';"],
    ['src/experiment/run.ts', "import { main } from '../cli/main.js';"],
    ['src/experiment/run.ts', "const late = await import('../cli/main.js');"],
    ['src/kernel/random.ts', "import '../traffic/tables.js';"],
    ['src/helpers/text.ts', ''],
    ['src/scenario/load.ts', "import { readFileSync } from 'node:fs';"],
    ['src/traffic/requests.ts', "import { Piscina } from 'piscina';"],
  ])('%s: %s', (path, text) => {
    expect(findings({ path, text })).toHaveLength(1);
  });

  test.each([
    "import { get } from '../cluster/api/store.js';",
    "import {\n  type Key,\n  get,\n} from '../cluster/api/store.js';",
  ])('a world behind %s', (text) => {
    const world: Files = new Map([
      ['src/cluster/api/store.ts', "import { world } from './world.js';"],
      ['src/cluster/api/world.ts', "import { schedule } from '../../kernel/simulation.js';"],
    ]);
    expect(findings({ path: 'src/scenario/load.ts', text }, world)).toHaveLength(1);
  });

  test('Node.js behind an import', () => {
    const node: Files = new Map([
      ['src/experiment/run.ts', "import { write } from './write.js';"],
      ['src/experiment/write.ts', "import { writeFileSync } from 'node:fs';"],
    ]);
    expect(closureOf('src/experiment/run.ts', node).filter((path) => usesNode(node.get(path)!))).toEqual([
      'src/experiment/write.ts',
    ]);
  });
});

describe('the check lets pass', () => {
  test.each([
    ['src/kernel/random.ts', "import seedrandom from 'seedrandom';\nimport { log } from './math.js';"],
    ['src/cluster/controllers/deployment/decide.ts', "import { scale } from './proportional.js';"],
    ['src/scenario/load.ts', "import { parseQuantity } from '../cluster/api/quantity.js';"],
    ['src/scenario/load.ts', "import { type Pod, type Node } from '../cluster/api/objects/pod.js';"],
    ['src/traffic/requests.ts', "import { podsOf } from '../cluster/nodes/workload.js';"],
    ['src/results/write.ts', "import { writeFileSync } from 'node:fs';"],
    ['src/experiment/sweep.ts', "import { Piscina } from 'piscina';\nimport { summary } from '../results/summary.js';"],
    ['src/index.ts', "export { run } from './experiment/run.js';"],
  ])('%s: %s', (path, text) => {
    expect(findings({ path, text })).toEqual([]);
  });
});
