import { applyDefaults } from '../cluster/api/defaults/defaults.js';
import { withJobIdentity } from '../cluster/api/defaults/job-identity.js';
import type { Job } from '../cluster/api/objects/batch.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { Service } from '../cluster/api/objects/network.js';
import { DEFAULT_NODE_PORTS } from '../cluster/api/service-addresses.js';
import {
  errorBody,
  type FieldError,
  type FieldErrorType,
  goQuote,
  invalid,
} from '../cluster/api/validation/field-error.js';
import { COMPUTE_RESOURCES } from '../cluster/api/validation/resources.js';
import { validateCreate } from '../cluster/api/validation/validate.js';
import { type DiagnosticCode, meant } from './diagnostics.js';
import { parseFieldText, valueAt } from './field-path.js';

/** What is wrong with a field of a decoded object. */
export interface ObjectProblem {
  readonly code: DiagnosticCode;
  readonly field: string;
  readonly message: string;
  /** A way out; empty if none is known. */
  readonly hint: string;
  /** It is the key that is wrong, and not what stands behind it. */
  readonly isKey: boolean;
}

/** What the API server would refuse in a new object, before it is asked; of several faults of one field the first. */
export function validateObject(object: KubernetesObject): readonly ObjectProblem[] {
  const { generateName, name } = object.metadata;
  // The server makes name and uid up after these checks of ours; any valid ones stand for them.
  const isNamed = name !== '' || generateName === undefined;
  const metadata = { ...object.metadata, name: isNamed ? name : `${generateName}x`, uid: 'x' };
  const defaulted = applyDefaults({ ...object, metadata });
  const faults = validateCreate(defaulted.kind === 'Job' ? withJobIdentity(defaulted as unknown as Job) : defaulted);
  if (object.kind === 'Service') faults.push(...nodePortFaults(object as Service));
  const told = new Set<string>();
  return faults.flatMap((error) => {
    const field = entryOf(object, error);
    if (told.has(field)) return [];
    told.add(field);
    const isKey = error.badValue === goQuote(String(parseFieldText(field).at(-1)));
    return { code: CODES[error.type] ?? 'value', field, message: errorBody(error), hint: hintOf(error), isKey };
  });
}

/** Of labels with a wrong one that one: Kubernetes names them all together, and leaves a template's metadata out of its path. */
function entryOf(object: KubernetesObject, { field, badValue }: FieldError): string {
  const full = field.replace(/\btemplate\.(?=(?:labels|annotations)$)/, 'template.metadata.');
  if (!/(?:labels|annotations|matchLabels|nodeSelector)$/.test(full)) return full;
  const labels = Object.entries(valueAt(object, parseFieldText(full)) ?? {});
  const wrong = labels.find((label) => label.some((text) => goQuote(String(text)) === badValue));
  return wrong === undefined ? full : `${full}[${wrong[0]}]`;
}

/** The nearest of the values that the message lists, or of the resources that a container may ask for. */
function hintOf({ type, badValue = '', detail }: FieldError): string {
  const listed = type === 'FieldValueNotSupported' ? [...detail.matchAll(/"([^"]+)"/g)].map((match) => match[1]!) : [];
  const known = detail.startsWith('must be a standard resource') ? COMPUTE_RESOURCES : listed;
  return meant(badValue.replaceAll('"', ''), known);
}

/** What the server's allocator of node ports would refuse, which validation alone does not look at. */
function nodePortFaults({ spec }: Partial<Service>): FieldError[] {
  const { first, count } = DEFAULT_NODE_PORTS;
  return (spec?.ports ?? []).flatMap(({ nodePort }, index) => {
    if (nodePort === undefined || nodePort === 0 || (nodePort >= first && nodePort < first + count)) return [];
    const range = `The range of valid ports is ${first}-${first + count - 1}`;
    return [invalid(`spec.ports[${index}].nodePort`, nodePort, `provided port is not in the valid range. ${range}`)];
  });
}

const CODES: { readonly [T in FieldErrorType]?: DiagnosticCode } = {
  FieldValueRequired: 'missing-field',
  FieldValueNotFound: 'reference',
  FieldValueTooLong: 'limit',
};
