import { labelKeyFaults, labelValueFaults } from './names.js';
import type { LabelSelector, StringMap } from './objects/meta.js';
import { aggregateText, errorText, type FieldError, invalid, notSupported } from './validation/field-error.js';

/**
 * Label selectors, in objects and as text.
 * Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/labels/selector.go, pkg/apis/meta/v1/helpers.go.
 */
export type RequirementOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

export interface Requirement {
  readonly key: string;
  readonly operator: RequirementOperator;
  readonly values: readonly string[];
}

/** All requirements must hold; an empty list selects everything. Sorted by key. */
export type Selector = readonly Requirement[];

export type SelectorResult =
  | { readonly ok: true; readonly selector: Selector }
  | { readonly ok: false; readonly error: string };

const BINARY_OPERATORS = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'] as const;
const OPERATORS: readonly string[] = [...BINARY_OPERATORS, 'exists', '!'];

/** Whether the labels satisfy a selector. No selector at all (undefined) selects nothing; an empty one, everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: StringMap | undefined): boolean {
  if (selector === undefined) return false;
  for (const key in selector.matchLabels) {
    if (labelOf(labels, key) !== selector.matchLabels[key]) return false;
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const label = labelOf(labels, key);
    if (operator === 'Exists' ? label === undefined : operator === 'DoesNotExist' && label !== undefined) return false;
    const isListed = label !== undefined && values !== undefined && values.includes(label);
    if (operator === 'In' ? !isListed : operator === 'NotIn' && isListed) return false;
  }
  return true;
}

/** A selector that asks for nothing: every object matches it, and some who use selectors take that for none. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

/** Whether the labels carry every pair of an equality selector, as in `Service.spec.selector`. */
export function matchesPairs(pairs: StringMap, labels: StringMap | undefined): boolean {
  for (const key in pairs) {
    if (labelOf(labels, key) !== pairs[key]) return false;
  }
  return true;
}

export function matchesRequirements(selector: Selector, labels: StringMap | undefined): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labelOf(labels, requirement.key)));
}

/** Labels are data from outside: a key such as `constructor` must not find what every object has. */
function labelOf(labels: StringMap | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function matchesRequirement({ operator, values }: Requirement, label: string | undefined): boolean {
  switch (operator) {
    case 'exists':
      return label !== undefined;
    case '!':
      return label === undefined;
    case 'in':
    case '=':
    case '==':
      return label !== undefined && values.includes(label);
    case 'notin':
    case '!=':
      return label === undefined || !values.includes(label);
    case 'gt':
    case 'lt': {
      const left = integerOf(label ?? '');
      const right = integerOf(values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

const INT64_MAX = 9223372036854775807n;

function integerOf(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const integer = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return integer <= INT64_MAX && integer >= -INT64_MAX - 1n ? integer : undefined;
}

const EXPRESSION_OPERATORS = new Map<string, RequirementOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** The requirements of an object's selector, checked. */
export function selectorOf(selector: LabelSelector): SelectorResult {
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push({ key, operator: '=', values: [value] });
  }
  for (const expression of selector.matchExpressions ?? []) {
    const operator = EXPRESSION_OPERATORS.get(expression.operator);
    if (operator === undefined) {
      return { ok: false, error: `"${expression.operator}" is not a valid label selector operator` };
    }
    requirements.push({ key: expression.key, operator, values: expression.values ?? [] });
  }
  for (const requirement of requirements) {
    const faults = requirementFaults(requirement);
    if (faults.length > 0) return { ok: false, error: aggregateText(faults.map(errorText)) };
  }
  return { ok: true, selector: sortedByKey(requirements) };
}

function sortedByKey(requirements: readonly Requirement[]): Requirement[] {
  return requirements
    .map((requirement, index) => ({ requirement, index }))
    .sort((a, b) =>
      a.requirement.key === b.requirement.key ? a.index - b.index : a.requirement.key < b.requirement.key ? -1 : 1,
    )
    .map(({ requirement }) => requirement);
}

/** Faults of one requirement. Source: selector.go: NewRequirement. */
export function requirementFaults({ key, operator, values }: Requirement): FieldError[] {
  const faults: FieldError[] = [];
  const keyFaults = labelKeyFaults(key);
  if (keyFaults.length > 0) faults.push(invalid('key', key, keyFaults.join('; ')));
  switch (operator) {
    case 'in':
    case 'notin':
      // An empty list is a nil slice there, hence null.
      if (values.length === 0)
        faults.push(invalid('values', null, "for 'in', 'notin' operators, values set can't be empty"));
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1)
        faults.push(invalid('values', values, 'exact-match compatibility requires one single value'));
      break;
    case 'exists':
    case '!':
      if (values.length > 0)
        faults.push(invalid('values', values, 'values set must be empty for exists and does not exist'));
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1)
        faults.push(invalid('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"));
      for (const [i, value] of values.entries()) {
        if (integerOf(value) === undefined) {
          faults.push(invalid(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
        }
      }
      break;
    default:
      faults.push(notSupported('operator', operator, OPERATORS));
  }
  for (const [i, value] of values.entries()) {
    const valueFaults = labelValueFaults(value);
    if (valueFaults.length > 0) faults.push(invalid(`values[${i}][${key}]`, value, valueFaults.join('; ')));
  }
  return faults;
}

interface Token {
  readonly kind:
    | 'end'
    | 'identifier'
    | 'error'
    | ')'
    | '('
    | ','
    | '!'
    | '=='
    | '='
    | '>'
    | '<'
    | '!='
    | 'in'
    | 'notin';
  readonly text: string;
}

/** A run of special characters is split into the longest operators, as the lexer of Kubernetes does. */
const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n]+))/y;

function tokens(text: string): Token[] {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const word = match[2];
    if (word === undefined) list.push({ kind: match[1] as Token['kind'], text: match[1]! });
    else list.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  list.push({ kind: 'end', text: '' });
  return list;
}

/** A user's mistake found while parsing; caught in `parseSelector` and nowhere else. */
class SelectorSyntaxError extends Error {}

const FIRST_TOKENS: ReadonlySet<Token['kind']> = new Set(['identifier', '!']);

/** Reads a selector's text, `a=b,c in (x,y),!d`; the error texts are Kubernetes' own. */
export function parseSelector(text: string): SelectorResult {
  try {
    return { ok: true, selector: sortedByKey(new SelectorParser(tokens(text)).parse()) };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { ok: false, error: error.message };
    throw error;
  }
}

class SelectorParser {
  private readonly items: readonly Token[];
  private position = 0;

  constructor(items: readonly Token[]) {
    this.items = items;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const first = this.peek();
      if (first.kind === 'end') return requirements;
      if (!FIRST_TOKENS.has(first.kind)) {
        throw new SelectorSyntaxError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.requirement());
      const next = this.take();
      if (next.kind === 'end') return requirements;
      if (next.kind !== ',') throw new SelectorSyntaxError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.peek();
      if (!FIRST_TOKENS.has(after.kind)) {
        throw new SelectorSyntaxError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  /** The next token where a word is meant: the keywords in and notin are plain words there. */
  private peek(): Token {
    const token = this.items[Math.min(this.position, this.items.length - 1)]!;
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  private take(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private requirement(): Requirement {
    const requirement = this.requirementUnchecked();
    const faults = requirementFaults(requirement);
    if (faults.length > 0) failRequirement(aggregateText(faults.map(errorText)));
    return requirement;
  }

  private requirementUnchecked(): Requirement {
    let token = this.take();
    const isNegated = token.kind === '!';
    if (isNegated) token = this.take();
    if (token.kind !== 'identifier') failRequirement(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const keyFaults = labelKeyFaults(key);
    if (keyFaults.length > 0) failRequirement(errorText(invalid('<nil>', key, keyFaults.join('; '))));
    if (isNegated) return { key, operator: '!', values: [] };
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.valueList() : this.exactValue();
    return { key, operator, values: [...new Set(values)].sort() };
  }

  private operator(): RequirementOperator {
    const token = this.items[this.position]!;
    this.position++;
    switch (token.kind) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token.kind;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        return failRequirement(`found '${token.text}', expected: ${BINARY_OPERATORS.join(', ')}`);
    }
  }

  private exactValue(): string[] {
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return [''];
    const token = this.take();
    if (token.kind !== 'identifier') failRequirement(`found '${token.text}', expected: identifier`);
    return [token.text];
  }

  private valueList(): string[] {
    const open = this.take();
    if (open.kind !== '(') failRequirement(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      failRequirement(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.identifiers();
    this.take();
    return values;
  }

  /** Words between commas up to the closing parenthesis, which is left; nothing between two commas is an empty word. */
  private identifiers(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      const next = this.peek();
      if (token.kind === 'identifier') {
        values.push(token.text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') failRequirement(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.length === 0 || next.kind === ')' || next.kind === ',') values.push('');
        if (next.kind === ')') return values;
      } else {
        failRequirement(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }
}

function failRequirement(message: string): never {
  throw new SelectorSyntaxError(`unable to parse requirement: ${message}`);
}

/** A pair of a label and its value in a namespace, as the key of an index: neither a namespace nor a label's key has a `=`, and no namespace a `/`. */
export function placeOfLabel(namespace: string, key: string, value: string): string {
  return `${namespace}/${key}=${value}`;
}
