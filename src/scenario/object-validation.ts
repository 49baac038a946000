import { applyDefaults } from '../cluster/api/defaults/defaults.js';
import { withJobIdentity } from '../cluster/api/defaults/job-identity.js';
import type { Job } from '../cluster/api/objects/batch.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { Service } from '../cluster/api/objects/network.js';
import { DEFAULT_NODE_PORTS } from '../cluster/api/service-addresses.js';
import { errorBody, type FieldError, type FieldErrorType, invalid } from '../cluster/api/validation/field-error.js';
import { validateCreate } from '../cluster/api/validation/validate.js';
import type { DiagnosticCode } from './diagnostics.js';

/** What is wrong with a field of a decoded object. */
export interface ObjectProblem {
  readonly code: DiagnosticCode;
  readonly field: string;
  readonly message: string;
}

/** What the API server would refuse in a new object, before it is asked. */
export function validateObject(object: KubernetesObject): readonly ObjectProblem[] {
  const { generateName, name } = object.metadata;
  // The server makes name and uid up after these checks of ours; any valid ones stand for them.
  const isNamed = name !== '' || generateName === undefined;
  const metadata = { ...object.metadata, name: isNamed ? name : `${generateName}x`, uid: 'x' };
  const defaulted = applyDefaults({ ...object, metadata });
  const faults = validateCreate(defaulted.kind === 'Job' ? withJobIdentity(defaulted as unknown as Job) : defaulted);
  if (object.kind === 'Service') faults.push(...nodePortFaults(object as Service));
  return faults.map((error) => ({
    code: CODES[error.type] ?? 'value',
    field: error.field,
    message: `${error.field}: ${errorBody(error)}`,
  }));
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
