import { suggestion } from '../scenario/diagnostics.js';
import { scenarioJsonSchema } from '../scenario/schema.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './exit-codes.js';
import { wrap } from './text-table.js';

/** The parts of JSON Schema that ours uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly definitions?: { readonly [name: string]: Schema };
}

/** `wavetank schema`: all of it as JSON, or one field in words. */
export function schemaCommand(context: Context, field: string | undefined): number {
  if (field === undefined) context.io.out(schemaText());
  else context.io.out(`${describe(scenarioJsonSchema() as Schema, field).join('\n')}\n`);
  return EXIT.ok;
}

/** The JSON Schema of scenarios as a file. */
export function schemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
}

function describe(root: Schema, field: string): string[] {
  let schemas: readonly Schema[] = [root];
  let walked = '';
  for (const step of field.split(/[.[\]]+/).filter((part) => part !== '')) {
    const all = schemas.flatMap((schema) => alternatives(root, schema));
    const next = all.flatMap((schema) => inner(root, schema, step));
    if (next.length === 0) {
      const known = all.flatMap((schema) => Object.keys(schema.properties ?? {}));
      const where = walked === '' ? 'a scenario' : walked;
      throw new CommandError(EXIT.usage, `${where} has no field "${step}"`, suggestion(step, known));
    }
    schemas = next;
    walked = walked === '' ? step : `${walked}.${step}`;
  }
  const forms = schemas.flatMap((schema) => alternatives(root, schema));
  const [first] = schemas;
  const lines = [`${field}: ${[...new Set(forms.map(typeWords))].join(', or ')}`];
  if (first!.description !== undefined) lines.push(...wrap(first!.description, 96).map((line) => `  ${line}`));
  if (first!.default !== undefined) lines.push(`  default: ${JSON.stringify(first!.default)}`);
  const told = new Set(schemas.map(({ description }) => description));
  const rows = forms.flatMap((schema) => {
    // Of several things, each with its own description, all but the first are told here.
    const title = told.size > 1 && schema !== first ? [`  ${schema.description ?? ''}`] : [];
    return [...title, ...fieldRows(root, schema, forms.length === 1)];
  });
  if (rows.length > 0) lines.push('', ...(told.size > 1 ? rows : new Set(rows)));
  return lines;
}

/** A schema with references followed and choices laid open. */
function alternatives(root: Schema, schema: Schema): Schema[] {
  const name = schema.$ref?.split('/').at(-1);
  const target = name === undefined ? schema : (root.definitions?.[name] ?? schema);
  return target.anyOf === undefined
    ? [target]
    : target.anyOf.flatMap((part) => (part === schema ? [] : alternatives(root, part)));
}

/** What a step leads to: a field, an entry of a map of names, or an item of a list (also without its index). */
function inner(root: Schema, schema: Schema, step: string): Schema[] {
  const { properties, additionalProperties, items } = schema;
  if (properties !== undefined && Object.hasOwn(properties, step)) return [properties[step]!];
  if (items !== undefined) {
    return /^\d+$/.test(step) ? [items] : alternatives(root, items).flatMap((item) => inner(root, item, step));
  }
  if (typeof additionalProperties !== 'object') return [];
  // Names are the user's own: `traffic.rate` means the rate of any source.
  const below = inner(root, additionalProperties, step);
  return below.length > 0 ? below : [additionalProperties];
}

function typeWords(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'object') return schema.properties === undefined ? 'a map of names' : 'a map of fields';
  const words: { readonly [type: string]: string } = {
    array: 'a list',
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  return words[schema.type ?? ''] ?? 'any value';
}

/** With several forms no field is needed in all of them. */
function fieldRows(root: Schema, schema: Schema, tellNeeded: boolean): string[] {
  const items = schema.items === undefined ? [] : alternatives(root, schema.items).filter((part) => part.properties);
  if (items.length > 1) return items.flatMap((item) => fieldRows(root, item, tellNeeded));
  const target = items[0] ?? schema;
  const named = typeof target.additionalProperties === 'object' && target.properties === undefined;
  const fields = named
    ? alternatives(root, target.additionalProperties as Schema).find((part) => part.properties)
    : target;
  const parts = Object.entries(fields?.properties ?? {});
  const width = Math.max(20, ...parts.map(([name]) => name.length));
  return parts.map(([name, part]) => {
    const needed = tellNeeded && fields?.required?.includes(name) === true ? ' (required)' : '';
    const otherwise = part.default === undefined ? '' : ` [${JSON.stringify(part.default)}]`;
    return `  ${name.padEnd(width)} ${part.description ?? typeWords(part)}${needed}${otherwise}`;
  });
}
