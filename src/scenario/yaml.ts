import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { type DiagnosticCode, type Report, shown } from './diagnostics.js';
import { type FieldPath, fieldText } from './field-path.js';
import { reportNoJson } from './json.js';
import {
  MAXIMUM_ALIAS_NODES,
  MAXIMUM_DEPTH,
  MAXIMUM_DIAGNOSTICS,
  MAXIMUM_DOCUMENTS,
  MAXIMUM_LINE,
  MAXIMUM_NODES,
  MAXIMUM_SCALAR,
} from './limits.js';
import { positionAt, type SourceText } from './text.js';
import { placeOf, type YamlDocument } from './yaml-places.js';

/** What a scalar becomes instead of its own value, for parameters. */
export type ReplaceScalar = (text: string, path: FieldPath) => { readonly value: unknown } | undefined;

export interface ReadOptions {
  readonly replace?: ReplaceScalar;
  /** Read as Kubernetes reads manifests: in YAML 1.1, where `yes` and `off` are booleans and 0644 is octal. */
  readonly isManifest?: boolean;
}

/** Source: go.yaml.in/yaml/v2 resolve.go, behind sigs.k8s.io/yaml. */
const KUBERNETES_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['y', true],
  ['yes', true],
  ['on', true],
  ['n', false],
  ['no', false],
  ['off', false],
]);

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  prettyErrors: false,
  uniqueKeys: false,
  stringKeys: true,
  keepSourceTokens: false,
  logLevel: 'silent',
} as const;

/** Reads all documents of a file. Documents with syntax errors are left out; empty ones too. */
export function readDocuments(source: SourceText, report: Report): YamlDocument[] {
  if (longLine(source, report)) return [];
  const tokens = [...new Parser().parse(source.text)];
  if (!tokensWithinLimits(tokens, source, report)) return [];
  const documents: YamlDocument[] = [];
  for (const document of new Composer(OPTIONS).compose(tokens, true, source.text.length)) {
    if (reportSyntax(document, source, report)) continue;
    if (document.contents === null) continue;
    if (isScalar(document.contents) && document.contents.value === null) continue;
    documents.push({ source, root: document.contents, aliases: new Map() });
  }
  return reportNoJson(source, report) ? [] : documents;
}

/**
 * A line longer than any value may be is refused before it is parsed in full; what stands before it tells the field.
 * JSON on one line may be as long as a file.
 */
function longLine(source: SourceText, report: Report): boolean {
  if (/^\s*[{[]/.test(source.text)) return false;
  const { text, lineStarts } = source;
  const index = lineStarts.findIndex((start, line) => (lineStarts[line + 1] ?? text.length) - start > MAXIMUM_LINE);
  if (index < 0) return false;
  const start = lineStarts[index]!;
  const length = (lineStarts[index + 1] ?? text.length + 1) - 1 - start;
  const before = text.slice(0, start + LONG_LINE_START);
  let last: Document.Parsed | undefined;
  for (const document of new Composer(OPTIONS).compose(new Parser().parse(before), true, before.length))
    last = document;
  const path = last === undefined ? [] : pathToLast(last.contents);
  report.diagnostics.push({
    code: 'limit',
    severity: 'error',
    path: source.file,
    line: index + 1,
    column: 1,
    length: 1,
    field: fieldText(path),
    message: `line of ${length} characters is too long, the limit is ${MAXIMUM_LINE}`,
    hint: '',
  });
  return true;
}

/** So much of a long line is read to see which field it belongs to. */
const LONG_LINE_START = 1_000;

function pathToLast(root: Node | null): FieldPath {
  const path: (string | number)[] = [];
  for (let node = root; node !== null && path.length < MAXIMUM_DEPTH; ) {
    if (isSeq(node) && node.items.length > 0) {
      path.push(node.items.length - 1);
      node = node.items.at(-1) as Node | null;
    } else if (isMap(node) && node.items.length > 0) {
      const pair = node.items.at(-1)!;
      path.push(isScalar(pair.key) ? shown(pair.key.value).replaceAll('"', '') : '?');
      node = pair.value as Node | null;
    } else break;
  }
  return path;
}

function reportSyntax(document: Document.Parsed, source: SourceText, report: Report): boolean {
  const all = [...document.errors, ...document.warnings];
  if (all.length === 0) return false;
  // What is said of the text behind a tab or a wrong indentation would mislead; tabs are told all, they are put right all alike.
  const tabs = all.filter((error) => error.code === 'TAB_AS_INDENT');
  const isTemplate = source.text.includes('{{');
  for (const error of tabs.length > 0 ? tabs : all.toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, 1)) {
    if (report.diagnostics.length >= MAXIMUM_DIAGNOSTICS) break;
    const { line, column } = positionAt(source, error.pos[0]);
    report.diagnostics.push({
      code: error.code === 'BAD_ALIAS' ? 'yaml-alias' : 'yaml-syntax',
      severity: 'error',
      path: source.file,
      line,
      column,
      length: Math.max(1, error.pos[1] - error.pos[0]),
      field: '',
      message: SYNTAX_MESSAGES.get(error.code) ?? shortened(error.message),
      hint: isTemplate ? TEMPLATE_HINT : (SYNTAX_HINTS.get(error.code) ?? ''),
    });
  }
  return true;
}

const TEMPLATE_HINT = 'a file with {{ }} is a template: render it first, for example with "helm template"';

const SYNTAX_MESSAGES: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'tab character used as indentation: YAML is indented with spaces only'],
  ['NON_STRING_KEY', 'a key must be plain text'],
]);

const SYNTAX_HINTS: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'replace the tab by spaces'],
  ['BAD_INDENT', 'indent the line as its neighbours'],
  ['MISSING_CHAR', 'is the line indented as its neighbours, and every quote and bracket closed?'],
  ['BLOCK_AS_IMPLICIT_KEY', 'indent the line as its neighbours, or put a text with ": " in it in quotes'],
  ['TAG_RESOLVE_FAILED', 'tags such as !Ref are not used in Kubernetes files'],
]);

function shortened(message: string): string {
  const line = message.split('\n')[0]!;
  const lower = line.charAt(0).toLowerCase() + line.slice(1);
  return lower.length > 200 ? `${lower.slice(0, 200)}…` : lower;
}

/** Looks at the flat tokens, before anything recursive touches them. */
function tokensWithinLimits(tokens: readonly CST.Token[], source: SourceText, report: Report): boolean {
  const stack: { readonly token: CST.Token; readonly depth: number }[] = [];
  let documents = 0;
  let nodes = 0;
  for (const token of tokens) {
    if (token.type === 'document' && ++documents > MAXIMUM_DOCUMENTS) {
      return overLimit(source, report, token.offset, `more than ${MAXIMUM_DOCUMENTS} documents in one file (limit)`);
    }
    stack.push({ token, depth: 0 });
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (++nodes > MAXIMUM_NODES) {
        return overLimit(source, report, top.token.offset, `more than ${MAXIMUM_NODES} values in one file (limit)`);
      }
      if (top.depth > MAXIMUM_DEPTH) {
        return overLimit(source, report, top.token.offset, `nested deeper than the limit of ${MAXIMUM_DEPTH} levels`);
      }
      const { token: inner } = top;
      if (inner.type === 'document' && inner.value !== undefined) stack.push({ token: inner.value, depth: 0 });
      if (!('items' in inner)) continue;
      for (const item of inner.items) {
        if (item.key) stack.push({ token: item.key, depth: top.depth + 1 });
        if (item.value) stack.push({ token: item.value, depth: top.depth + 1 });
      }
    }
  }
  return true;
}

function overLimit(source: SourceText, report: Report, offset: number, message: string): false {
  const { line, column } = positionAt(source, offset);
  const at = { path: source.file, line, column, length: 1, field: '' };
  report.diagnostics.push({ code: 'limit', severity: 'error', ...at, message, hint: '' });
  return false;
}

/**
 * The document as plain data: maps become objects with own keys only, lists arrays. What JSON or Kubernetes could not
 * hold (NaN, integers that would lose digits, duplicate keys, `__proto__`, bombs of aliases) is reported. Undefined
 * after a report that leaves no value worth looking at.
 */
export function toPlain(document: YamlDocument, report: Report, options: ReadOptions = {}): unknown {
  if (document.root === null) return null;
  try {
    return new PlainReader(document, report, options).read(document.root, 0);
  } catch (stop) {
    if (stop === STOP) return undefined;
    throw stop;
  }
}

/** Ends the reading of a document whose report says it all. Never leaves this file. */
const STOP = Symbol('stop');

class PlainReader {
  readonly document: YamlDocument;
  readonly report: Report;
  readonly options: ReadOptions;
  readonly path: (string | number)[] = [];
  readonly anchors = new Map<string, Node>();
  readonly active = new Set<Node>();
  /** The alias being expanded, outermost first: what is wrong inside is reported there. */
  outerAlias: Alias | undefined;
  outerPath = '';
  aliasNodes = 0;

  constructor(document: YamlDocument, report: Report, options: ReadOptions) {
    this.document = document;
    this.report = report;
    this.options = options;
  }

  read(node: Node | null, depth: number): unknown {
    if (node === null) return null;
    if (depth > MAXIMUM_DEPTH) this.stop(node, 'limit', `nested deeper than the limit of ${MAXIMUM_DEPTH} levels`);
    if (this.outerAlias !== undefined && ++this.aliasNodes > MAXIMUM_ALIAS_NODES) {
      this.stop(node, 'limit', `aliases expand to more than the limit of ${MAXIMUM_ALIAS_NODES} values`);
    }
    if (isAlias(node)) return this.alias(node, depth);
    if (node.anchor !== undefined && this.outerAlias === undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node);
    this.active.add(node);
    const value = isMap(node) ? this.map(node, depth) : isSeq(node) ? this.list(node.items as Node[], depth) : null;
    this.active.delete(node);
    return value;
  }

  alias(node: Alias, depth: number): unknown {
    const target = this.document.aliases.get(node) ?? this.anchors.get(node.source);
    if (target === undefined) {
      return this.fail(node, 'yaml-alias', `alias *${node.source.slice(0, 50)} has no anchor before it`);
    }
    if (this.active.has(target)) {
      this.stop(node, 'yaml-alias', `alias *${node.source.slice(0, 50)} contains itself`);
    }
    this.document.aliases.set(node, target);
    const outer = this.outerAlias;
    if (outer === undefined) this.outerPath = fieldText(this.path);
    this.outerAlias ??= node;
    const value = this.read(target, depth);
    this.outerAlias = outer;
    return value;
  }

  list(items: readonly (Node | null)[], depth: number): unknown[] {
    return items.map((item, index) => {
      this.path.push(index);
      const value = this.read(item, depth + 1);
      this.path.pop();
      return value;
    });
  }

  map(node: YAMLMap, depth: number): Record<string, unknown> {
    const plain: Record<string, unknown> = {};
    const lines = new Map<string, Node>();
    for (const pair of node.items) {
      const keyNode = pair.key as Node;
      const key = this.key(keyNode);
      this.path.push(key);
      const first = lines.get(key);
      if (first !== undefined) {
        const { line } = placeOf(this.document, first);
        this.fail(keyNode, 'yaml-duplicate-key', `duplicate key ${shown(key)}, already given on line ${line}`);
      } else if (key === '__proto__') {
        this.fail(keyNode, 'unknown-field', 'unknown field "__proto__"');
      } else {
        lines.set(key, keyNode);
        const value = this.read(pair.value as Node | null, depth + 1);
        if (key === '<<' && isMergeable(value)) mergeInto(plain, value);
        else plain[key] = value;
      }
      this.path.pop();
    }
    return plain;
  }

  key(node: Node | null): string {
    const target = isAlias(node) ? this.anchors.get(node.source) : node;
    if (target !== undefined && isScalar(target)) {
      if (target.anchor !== undefined) this.anchors.set(target.anchor, target);
      if (typeof target.value === 'string') return target.value;
      return String(target.source ?? target.value);
    }
    return String(this.fail(node!, 'yaml-syntax', 'a key must be plain text'));
  }

  scalar(node: Scalar): unknown {
    const { value } = node;
    if (typeof value === 'string' && value.length > MAXIMUM_SCALAR) {
      return this.fail(node, 'limit', `text of ${value.length} characters is too long, the limit is ${MAXIMUM_SCALAR}`);
    }
    if (typeof value === 'string') {
      const replaced = this.options.replace?.(value, this.path);
      if (replaced !== undefined) return replaced.value;
      const isPlain = this.options.isManifest === true && node.type === 'PLAIN';
      return isPlain ? (KUBERNETES_BOOLEANS.get(value.toLowerCase()) ?? value) : value;
    }
    if (typeof value !== 'number') return value;
    if (this.options.isManifest === true && /^0[0-7]+$/.test(node.source ?? ''))
      return Number.parseInt(node.source!, 8);
    const written = shown(node.source ?? value);
    if (!Number.isFinite(value)) {
      return this.fail(
        node,
        'type',
        `expected a finite number (an integer in most places), got ${written.slice(1, -1)}`,
      );
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(node.source ?? '')) {
      const text = written.slice(1, -1);
      return this.fail(node, 'type', `integer ${text} is too large: it is out of the range of int32 and loses digits`);
    }
    return value;
  }

  fail(node: Node, code: DiagnosticCode, message: string): undefined {
    if (this.report.diagnostics.length >= MAXIMUM_DIAGNOSTICS) throw STOP;
    const { line, column, length } = placeOf(this.document, this.outerAlias ?? node);
    const field = this.outerAlias === undefined ? fieldText(this.path) : this.outerPath;
    const at = { path: this.document.source.file, line, column, length, field };
    this.report.diagnostics.push({ code, severity: 'error', ...at, message, hint: '' });
    return undefined;
  }

  stop(node: Node, code: DiagnosticCode, message: string): never {
    this.fail(node, code, message);
    throw STOP;
  }
}

/** YAML 1.1's merge key, which Kubernetes' own reader knows: a map or a list of maps. */
function isMergeable(value: unknown): value is object | object[] {
  const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null && !Array.isArray(part);
  return isObject(value) || (Array.isArray(value) && value.length > 0 && value.every(isObject));
}

function mergeInto(plain: Record<string, unknown>, value: object | object[]): void {
  for (const part of Array.isArray(value) ? value : [value]) {
    for (const [key, inner] of Object.entries(part)) {
      if (!Object.hasOwn(plain, key)) plain[key] = inner;
    }
  }
}
