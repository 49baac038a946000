import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, lineOf, ROOT, type SourceFile, sourceFiles } from './source-files.js';

/** Beyond this, a file is probably two: split it, or name it here with the reason why it is one. */
const LONG_FILE_LINES = 400;
/** About 60 lines are a smell to look at; beyond this, a function is several. */
const LONG_FUNCTION_LINES = 80;
/** Longer ones that were looked at and are better whole: path, or path:function, and the reason. */
const LONG_FOR_A_REASON: ReadonlyMap<string, string> = new Map([]);

/** A name that says nothing about what is inside collects everything. */
const EMPTY_NAME = /(?:^|[-/.])(?:utils?|helpers?|managers?|common|misc|base)(?=[-/.]|$)/;
const EMPTY_TYPE = /\b(?:class|interface|type)\s+(\w*(?:Utils?|Helpers?|Managers?|Common|Misc)|I[A-Z][a-z]\w*)\b/g;
/** Kubernetes' own words that would be caught. */
const GIVEN_NAMES = ['IPAddress', 'IPFamily', 'IPFamilyPolicy', 'IngressClass'];

function smells(file: SourceFile): string[] {
  return [...lengthSmells(file), ...nameSmells(file), ...barrelSmells(file), ...todoSmells(file)];
}

function lengthSmells({ path, text }: SourceFile): string[] {
  const lines = text.split('\n');
  const found = lines.length > LONG_FILE_LINES ? [[path, lines.length] as const] : [];
  for (const [index, line] of lines.entries()) {
    const start = /^(\s*)(?:export )?(?:default )?(?:async )?function\*? (\w+)/.exec(line);
    if (start === null) continue;
    const length = lines.slice(index).findIndex((later) => later === `${start[1]}}`) + 1;
    if (length > LONG_FUNCTION_LINES) found.push([`${path}:${start[2]}`, length]);
  }
  return found
    .filter(([where]) => !LONG_FOR_A_REASON.has(where))
    .map(([where, length]) => `${where} has ${length} lines: split it, or say in test/style.test.ts why not`);
}

function nameSmells({ path, text }: SourceFile): string[] {
  const code = codeOf(text);
  const types = [...code.matchAll(EMPTY_TYPE)].filter(({ 1: name }) => !GIVEN_NAMES.includes(name!));
  const smelling = types.map(({ index, 1: name }) => `${path}:${lineOf(code, index)}: ${name} says nothing`);
  if (EMPTY_NAME.test(path)) smelling.push(`${path}: this name says nothing of what is inside`);
  if (!/^[a-z0-9/.-]+$/.test(path)) smelling.push(`${path}: names of files are written in kebab-case`);
  return smelling;
}

/** A barrel: a file that only hands on what others export. */
function barrelSmells({ path, text }: SourceFile): string[] {
  if (path === 'src/index.ts') return [];
  const statements = codeOf(text)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  const handsOn = statements.length > 0 && statements.every((statement) => /^export\s[\s\S]*\bfrom$/.test(statement));
  const named = path.startsWith('src/') && posix.basename(path) === 'index.ts';
  return handsOn || named ? [`${path}: src/index.ts is the only barrel`] : [];
}

/** A task left in the code says what is to be done and why, in three words or more. */
function todoSmells({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/\b(?:TODO|FIXME|XXX|HACK)\b(?!: \S+ \S+ \S+)/g)]
    .filter(() => path !== 'test/style.test.ts')
    .map(({ index, 0: word }) => `${path}:${lineOf(text, index)}: ${word} without a reason`);
}

/** The folders of src that the architecture document does not name. */
function unnamedFolders(folders: readonly string[], architecture: string): string[] {
  return folders.filter((folder) => {
    const name = posix.basename(folder);
    if (posix.dirname(folder) === 'src/cluster/controllers') return false; // named as controllers/X, one folder each
    return !new RegExp(`\\b${name}\\b`).test(architecture);
  });
}

/** What is missing in the changelog: the version of the package, and for each version whether results change. */
function changelogGaps(changelog: string, version: string): string[] {
  const sections = changelog.split(/^## /m).slice(1);
  const gaps = sections
    .filter((section) => !/^results change: (?:yes|no)\b/m.test(section))
    .map((section) => `${section.split('\n')[0]}: no line "results change: yes" or "results change: no"`);
  if (!sections.some((section) => section.split(/\s/)[0] === version)) gaps.push(`${version}: not in the changelog`);
  return gaps;
}

/** What a document may call a scenario: by its file, or by its number in the tour (`S14`). */
function scenarioNames(path: string): string[] {
  const file = posix.basename(path);
  return [file, ...(/^S\d+/.exec(file) ?? [])];
}

function filesUnder(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => posix.join(folder, name));
}

function markdownFiles(folder: string): string[] {
  return filesUnder(folder).filter((path) => path.endsWith('.md'));
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the project', () => {
  const everything = ['src', 'test', 'bench'].flatMap(sourceFiles);

  test('has files that can be taken in, under names that say something', () => {
    const isTest = ({ path }: SourceFile): boolean => path.startsWith('test/'); // which may grow with its cases
    expect(everything.filter((file) => !isTest(file)).flatMap(smells)).toEqual([]);
    expect(everything.filter(isTest).flatMap((file) => [...nameSmells(file), ...todoSmells(file)])).toEqual([]);
  });

  test('keeps its list of long files and functions short and true', () => {
    const paths = everything.map(({ path }) => path);
    expect([...LONG_FOR_A_REASON.keys()].filter((where) => !paths.includes(where.split(':')[0]!))).toEqual([]);
    expect(LONG_FOR_A_REASON.size).toBeLessThanOrEqual(10);
  });

  test('names every folder of src in ARCHITECTURE.md', () => {
    const folders = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isDirectory())
      .map((entry) => posix.join('src', posix.relative(join(ROOT, 'src'), entry.parentPath), entry.name))
      .filter((folder) => readdirSync(join(ROOT, folder)).length > 0);
    expect(folders.length).toBeGreaterThan(0);
    expect(unnamedFolders(folders, read('ARCHITECTURE.md'))).toEqual([]);
  });

  test('says in its changelog whether results change', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(changelogGaps(read('CHANGELOG.md'), version)).toEqual([]);
  });

  test('mentions every scenario in a document', () => {
    const text = ['README.md', ...markdownFiles('docs'), ...markdownFiles('scenarios')].map(read).join('\n');
    const scenarios = filesUnder('scenarios').filter(
      (path) => path.endsWith('.yaml') && /^scenario:/m.test(read(path)),
    );
    expect(scenarios.length).toBeGreaterThan(0);
    expect(scenarios.filter((path) => !scenarioNames(path).some((name) => text.includes(name)))).toEqual([]);
  });
});

describe('the check finds', () => {
  const inFile = (text: string, path = 'src/traffic/sample.ts'): string[] => smells({ path, text });

  test.each([
    ['a long file', 'x;\n'.repeat(LONG_FILE_LINES)],
    ['a long function', `export function long(): void {\n${'  step();\n'.repeat(LONG_FUNCTION_LINES)}}\n`],
    [
      'a long function in a function',
      `  function* long(): void {\n${'    step();\n'.repeat(LONG_FUNCTION_LINES)}  }\n`,
    ],
    ['a manager', 'export class PodManager {}'],
    ['an interface with an I', 'export interface IPod {}'],
    ['a barrel', "export { a } from './a.js';\nexport * from './b.js';\n"],
    ['a bare task', '// TODO'],
    ['a task without a reason', '// FIXME: later'],
  ])('%s', (_, text) => {
    expect(inFile(text)).toHaveLength(1);
  });

  test.each([
    'src/utils/text.ts',
    'src/traffic/request-helpers.ts',
    'src/common.ts',
    'src/traffic/PodCache.ts',
    'src/traffic/index.ts',
  ])('the name %s', (path) => {
    expect(inFile('const x = 1;', path)).toHaveLength(1);
  });

  test('a folder that the architecture does not name', () => {
    expect(unnamedFolders(['src/kernel', 'src/weather'], 'Rooms: `src/kernel`')).toEqual(['src/weather']);
  });

  test('gaps in the changelog', () => {
    expect(changelogGaps('# Changelog\n\n## 0.1.0\n\n### Added\n', '0.2.0')).toEqual([
      '0.1.0: no line "results change: yes" or "results change: no"',
      '0.2.0: not in the changelog',
    ]);
    expect(changelogGaps('# Changelog\n\n## 0.1.0 - unreleased\n\nresults change: yes (first)\n', '0.1.0')).toEqual([]);
  });
});

describe('the check lets pass', () => {
  test.each([
    ['a task with its reason', '// TODO: forget the stream when its pod ends, the map grows'],
    ['words of Kubernetes', 'export interface IngressClass {}\nexport interface Ingress {}'],
    ['the word in a text', "const message = 'class PodManager';"],
    ['a file that re-exports beside its own', "export { a } from './a.js';\nexport const b = 1;\n"],
  ])('%s', (_, text) => {
    expect(smells({ path: 'src/traffic/sample.ts', text })).toEqual([]);
  });
});
